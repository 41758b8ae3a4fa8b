"""Finds the places of the repository that a question speaks of, and fits them into a budget of tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath

from codeassist.chat.documents import fence, label
from codeassist.chat.sources import Citation, Sources
from codeassist.context.index import Index, Match
from codeassist.context.languages import language_for
from codeassist.context.related import is_test
from codeassist.context.search import Result, search
from codeassist.engine.api import Engine
from codeassist.templates import AskPrompt

_CANDIDATES = 16
_MOST = 8  # a small model is confused by more
_LEAST_TOKENS = 48  # less of a place says nothing
_LINES = 240  # of one place
_WIDTH = 240  # characters of a line
_GAP = "…"
_PROSE = frozenset({".md", ".rst", ".txt", ""})
_OF_TESTS = re.compile(r"\btest", re.IGNORECASE)
_FRAME_TOKENS = 10  # of the template around a file
Row = tuple[int, str]
"""A line with its number."""


@dataclass(frozen=True)
class Excerpt:
    """A stretch of a file as it is shown: its lines with their numbers, `None` where lines are left out."""

    place: Citation
    lines: tuple[Row | None, ...]
    reason: str
    tokens: int


def find_excerpts(
    engine: Engine,
    index: Index,
    sources: Sources,
    query: str,
    budget: int,
    seen: Sequence[Citation] = (),
    nearest: Sequence[Match] = (),
) -> list[Excerpt]:
    """The best places for a query that fit into `budget` tokens, in the order of paths and lines.

    That order is the same for a similar question, so what the KV cache holds of it is of use. Places within `seen`
    are left out: the conversation holds them already. `nearest`: see `search`.
    """
    candidates: list[_Candidate] = []
    results = search(index, query, _CANDIDATES, nearest)
    results.sort(key=lambda each: _is_aside(each.path, query))
    for result in results:
        place = Citation(result.path, result.start, result.end)
        lines = sources.lines(result.path)
        if 1 <= place.start <= place.end <= len(lines) and not any(_within(place, each) for each in seen):
            candidates.append(_candidate(sources, result, place, lines))
    rows = [numbered(line) for each in candidates for line in each.whole]
    sizes = iter([len(tokens) + 1 for tokens in engine.tokenize(rows)])
    headers = [len(tokens) for tokens in engine.tokenize([label(each.place.path) for each in candidates])]
    found: list[Excerpt] = []
    left = budget
    for each, header in zip(candidates, headers, strict=True):
        costs = {number: next(sizes) for number, _ in each.whole}
        room = min(left, max(left // 2, _LEAST_TOKENS)) - header - _FRAME_TOKENS
        if len(found) < _MOST and (excerpt := _fitted(each, costs, room)) is not None:
            cost = excerpt.tokens + header + _FRAME_TOKENS
            found.append(Excerpt(excerpt.place, excerpt.lines, excerpt.reason, cost))
            left -= cost
    return sorted(found, key=lambda each: (each.place.path, each.place.start))


def _is_aside(path: str, query: str) -> bool:
    """Whether other files say it better: tests, unless they are asked for, and data."""
    if is_test(path):
        return not _OF_TESTS.search(query)
    return language_for(path) is None and PurePosixPath(path).suffix.lower() not in _PROSE


@dataclass(frozen=True)
class _Candidate:
    place: Citation
    reason: str
    whole: list[Row]
    folded: frozenset[int]  # lines of the bodies of the definitions inside


def _candidate(sources: Sources, result: Result, place: Citation, lines: Sequence[str]) -> _Candidate:
    last = min(place.end, place.start + _LINES - 1)
    whole = [(number, narrow(lines[number - 1])) for number in range(place.start, last + 1)]
    inside = sources.bodies_within(place)
    folded = frozenset(number for each in inside for number in range(each.start, each.end + 1))
    return _Candidate(place, result.reason, whole, folded)


def _fitted(candidate: _Candidate, costs: dict[int, int], room: int) -> Excerpt | None:
    """The place in at most `room` tokens: whole, without the bodies of what it defines, or its beginning."""
    shown: list[Row | None] = []
    used = 0
    whole = sum(costs.values()) <= room
    for number, line in candidate.whole:
        if not whole and number in candidate.folded:
            if shown and shown[-1] is not None:
                shown.append(None)
            continue
        if used + costs[number] > room:
            shown.append(None)
            break
        shown.append((number, line))
        used += costs[number]
    numbers = [each[0] for each in shown if each is not None]
    if not numbers or (used < _LEAST_TOKENS and not whole):
        return None
    place = Citation(candidate.place.path, candidate.place.start, numbers[-1])
    return Excerpt(place, tuple(shown), candidate.reason, used)


def rendered(excerpts: Sequence[Excerpt], prompt: AskPrompt) -> str:
    """Excerpts as the model sees them: one block for each file."""
    blocks: list[str] = []
    for path, group in groupby(excerpts, key=lambda each: each.place.path):
        content = "\n".join(_rows(list(group)))
        block = prompt.excerpt.replace("{path}", label(path)).replace("{fence}", fence(content))
        blocks.append(block.replace("{content}", content))
    return "".join(blocks)


def _rows(excerpts: Sequence[Excerpt]) -> Iterator[str]:
    last = 0
    for each in excerpts:
        if last > 0 and each.place.start > last + 1:
            yield _GAP
        for row in each.lines:
            yield _GAP if row is None else numbered(row)
        last = each.place.end if each.lines[-1] is not None else -1


def numbered(row: Row) -> str:
    """A line as the model sees it."""
    return f"{row[0]} {row[1]}"


def narrow(line: str) -> str:
    """A line of bounded length."""
    return line if len(line) <= _WIDTH else line[:_WIDTH] + _GAP


def _within(place: Citation, other: Citation) -> bool:
    return place.path == other.path and other.start <= place.start and place.end <= other.end
