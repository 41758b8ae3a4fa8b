"""Code that looks like the code at the cursor, with what follows it: how the repository has done this before.

Windows of lines are compared by their words, rare ones counting more, as in RepoCoder (arXiv 2303.12570).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from codeassist.context.candidate import Candidate
from codeassist.context.closeness import Closeness
from codeassist.context.here import WORD, Here
from codeassist.context.index import Index

_LOOKED_AT = 8  # lines that are compared
_LAST = 3  # lines at the cursor whose words count more
_ABOVE, _BELOW = 4, 10  # lines that are shown before and after what matches
_STEP = 2
_WORDS = 40  # asked for
_MATCHES, _FILES, _CLOSEST = 60, 8, 4  # looked into
_LEAST_SHARED, _LEAST_VALUE = 3, 0.15
_REPEATED = 0.8  # of the lines stand around the cursor already

Read = Callable[[str], Sequence[str]]
"""The lines of a file of the repository; none if it cannot be read."""


@dataclass(frozen=True)
class _Source:
    """Lines of a file.

    Attributes:
        first: the number of the first line.
        wanted: line numbers worth looking at, or all.
        factor: what they are worth, `reason`: why, if they are closer than others.
    """

    path: str
    lines: Sequence[str]
    first: int = 1
    wanted: Sequence[tuple[int, int]] = ()
    factor: float = 1.0
    reason: str = ""


def similar(index: Index, here: Here, read: Read, closeness: Closeness) -> list[Candidate]:
    """Stretches like the one at the cursor, the most alike first; none that overlap."""
    sources = [*_elsewhere(index, here, read, closeness), *_own(here)]
    rarity = _rarity(sources)
    above = here.before.split("\n")[-_LOOKED_AT - 1 :]
    query, last = _words(above), _words(above[-_LAST:])
    scored = sorted(
        (hit for source in sources for hit in _hits(source, query, last, rarity)),
        key=lambda hit: (-hit[0], hit[1].path, hit[2]),
    )
    known = {line.strip() for line in here.window.split("\n")}
    chosen: list[Candidate] = []
    for value, source, at in scored:
        candidate = _candidate(source, at, value)
        if not any(_overlap(candidate, other) for other in chosen) and not _repeats(candidate, known):
            chosen.append(candidate)
    return chosen


def _elsewhere(index: Index, here: Here, read: Read, closeness: Closeness) -> Iterator[_Source]:
    """The files with most of the words near the cursor, where these are; all of the closest files."""
    words = sorted(here.words, key=lambda word: -here.words[word])[:_WORDS]
    places: dict[str, list[tuple[int, int]]] = {}
    for match in index.match(words, limit=_MATCHES):
        if match.path != here.path and (match.path in places or len(places) < _FILES):
            places.setdefault(match.path, []).append((match.start_line, match.end_line))
    for path in list(closeness.factors)[:_CLOSEST]:
        yield _Source(path, read(path), factor=closeness.factors[path], reason=closeness.reasons[path])
        places.pop(path, None)
    for path, wanted in places.items():
        yield _Source(path, read(path), wanted=wanted, factor=closeness.factors.get(path, 1.0))


def _own(here: Here) -> Iterator[_Source]:
    """This file above and below what the prompt shows."""
    lines = (here.before + here.after).split("\n")
    first, last = here.visible
    yield _Source(here.path, lines[: first - 1])
    yield _Source(here.path, lines[last:], first=last + 1)


def _words(lines: Sequence[str]) -> frozenset[str]:
    return frozenset(word for line in lines for word in WORD.findall(line))


def _rarity(sources: Sequence[_Source]) -> dict[str, float]:
    """How much a word says: the fewer of all lines have it, the more."""
    lines = sum(len(source.lines) for source in sources)
    counts = Counter(word for source in sources for line in source.lines for word in set(WORD.findall(line)))
    return {word: math.log(1 + lines / count) for word, count in counts.items()}


def _hits(
    source: _Source, query: frozenset[str], last: frozenset[str], rarity: dict[str, float]
) -> Iterator[tuple[float, _Source, int]]:
    """(value, source, index of the line after what matches)."""
    bags = [frozenset(WORD.findall(line)) for line in source.lines]
    for at in _places(source):
        window: frozenset[str] = frozenset().union(*bags[max(0, at - _LOOKED_AT) : at])
        shared = window & query
        if len(shared) < _LEAST_SHARED:
            continue
        common = (
            sum(rarity.get(word, 0.0) for word in shared) + sum(rarity.get(word, 0.0) for word in shared & last) / 2
        )
        value = common / sum(rarity.get(word, 3.0) for word in window | query)
        if value >= _LEAST_VALUE:
            yield value * source.factor, source, at


def _places(source: _Source) -> Iterator[int]:
    if not source.wanted:
        yield from range(1, len(source.lines) + 1, _STEP)
        return
    for start, end in source.wanted:
        yield from range(max(1, start), min(end, len(source.lines)) + 1, _STEP)


def _candidate(source: _Source, at: int, value: float) -> Candidate:
    begin, end = max(0, at - _ABOVE), min(len(source.lines), at + _BELOW)
    lines = [line.rstrip() for line in source.lines[begin:end]]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
        begin += 1
    indent = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
    shown = tuple(line[indent:] for line in lines)
    start = source.first + begin
    reason = f"similar code, {source.reason}" if source.reason else "similar code"
    return Candidate(source.path, start, start + max(0, len(lines) - 1), reason, shown, value)


def _overlap(one: Candidate, other: Candidate) -> bool:
    return one.path == other.path and one.start <= other.end and other.start <= one.end


def _repeats(candidate: Candidate, known: set[str]) -> bool:
    """True for a copy of what is around the cursor, and for nothing at all."""
    lines = [line.strip() for line in candidate.lines if line.strip()]
    return not lines or sum(line in known for line in lines) >= _REPEATED * len(lines)
