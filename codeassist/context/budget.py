"""Chooses, from candidates, the chunks that fit into a budget of tokens, and lays them out the same way every time."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from codeassist.context.candidate import Candidate
from codeassist.context.chunk import Chunk, Gathered
from codeassist.context.languages import Language, language_for
from codeassist.engine.api import Engine

_KEPT = 4096  # counts
_CHARACTERS = 8  # more than code has for a token: what surely does not fit is not counted
_COMMENT = "#"


class Counter:
    """Counts tokens with the model's own tokenizer; remembers what it has counted."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[bytes, int] = OrderedDict()

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text.

        Raises:
            EngineError: the engine failed.
        """
        keys = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest() for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        for key, tokens in zip(new, self._engine.tokenize(list(new.values())) if new else (), strict=True):
            self._known[key] = len(tokens)
        counts = [self._known[key] for key in keys]
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return counts


def pack(
    kinds: Sequence[Sequence[Candidate]],
    shares: Sequence[float],
    budget: int,
    counter: Counter,
    language: Language | None,
) -> Gathered:
    """Fill the budget from kinds of candidates, each the best first; the kind that has had least of its share is next.

    What one kind does not need is for the others.

    Raises:
        EngineError: the engine failed.
    """
    most = budget * _CHARACTERS * len(kinds)
    offered = [_affordable(kind, most) for kind in kinds]
    costs = _costs([each for kind in offered for each in kind], language, counter)
    used, chosen = [0] * len(kinds), [[] for _ in kinds]  # type: tuple[list[int], list[list[Candidate]]]
    waiting = [list(reversed(kind)) for kind in offered]
    headed: set[tuple[str, tuple[str, ...]]] = set()
    while any(waiting):
        kind = min(
            (number for number, left in enumerate(waiting) if left), key=lambda number: used[number] / shares[number]
        )
        candidate = waiting[kind].pop()
        if any(_covers(other, candidate) for others in chosen for other in others):
            continue
        head = (candidate.path, candidate.above)
        body, heading = costs[candidate]
        cost = body if head in headed else body + heading
        if sum(used) + cost <= budget:
            used[kind] += cost
            headed |= {head} if len(candidate.lines) <= 1 else set()
            chosen[kind].append(candidate)
    laid = lay_out(chosen, language, counter)
    while laid.tokens > budget:  # pieces are a little more, or less, than their sum
        max(chosen, key=len).pop()
        laid = lay_out(chosen, language, counter)
    return Gathered(chunks=laid.chunks, tokens=laid.tokens, budget=budget)


def _covers(one: Candidate, other: Candidate) -> bool:
    """True if a stretch shows the lines of another candidate already."""
    return one.path == other.path and len(one.lines) > 1 and one.start <= other.start and other.end <= one.end


def _affordable(kind: Sequence[Candidate], characters: int) -> list[Candidate]:
    """The best of a kind, as many as could possibly be chosen: no more are counted.

    A file whose name is no line of text could say anything where its name stands: it is not shown.
    """
    kept, total = [], 0
    for candidate in (each for each in kind if each.path.isprintable()):
        total += sum(map(len, candidate.lines))
        if total > characters:
            break
        kept.append(candidate)
    return kept


def _costs(
    candidates: Sequence[Candidate], language: Language | None, counter: Counter
) -> dict[Candidate, tuple[int, int]]:
    """Tokens of each candidate's lines, and of what stands above them."""
    texts = [_text(each, (), language) for each in candidates]
    heads = [_text(replace(each, lines=()), (each.path, *each.above), language) for each in candidates]
    counts = counter.count([*texts, *heads])
    return dict(zip(candidates, zip(counts[: len(texts)], counts[len(texts) :], strict=True), strict=True))


def lay_out(kinds: Sequence[Sequence[Candidate]], language: Language | None, counter: Counter) -> Gathered:
    """The chunks of what was chosen: by kind, path and line, whatever its value, so that they stay where they are."""
    texts: list[tuple[Candidate, str]] = []
    for kind in kinds:
        head: tuple[str, ...] = ()
        for each in sorted(kind, key=lambda candidate: (candidate.path, candidate.above, candidate.start)):
            mine = (each.path, *each.above)
            new = () if mine == head else mine[1:] if mine[:1] == head[:1] else mine
            texts.append((each, _text(each, new, language)))
            head = mine if len(each.lines) <= 1 else ()
    counts = counter.count([text for _, text in texts])
    chunks = [
        Chunk(path=each.path, start=each.start, end=each.end, reason=each.reason, tokens=tokens, text=text)
        for (each, text), tokens in zip(texts, counts, strict=True)
    ]
    return Gathered(chunks=chunks, tokens=sum(counts))


def _text(candidate: Candidate, head: Sequence[str], language: Language | None) -> str:
    """The name of the file as a comment, the code as it is; text of another language as comments too.

    Code that stood as comments was as good (ARCHITECTURE.md has the figures), but then the small model goes on in
    comments where a line begins.
    """
    sign = language.line_comment if language is not None else _COMMENT
    code = "" if language_for(candidate.path) is language else f"{sign} "
    lines = [f"{sign} {line}" if line == candidate.path else f"{code}{line}" for line in head]
    lines += [f"{code}{line}" for line in candidate.lines]
    return "".join(line.rstrip() + "\n" for line in lines)


def even_level(sizes: Sequence[int], room: int) -> int:
    """The size at which the largest must be cut so that all together fit into `room`."""
    left, rest = room, sorted(sizes)
    while rest:
        share = left // len(rest)
        if rest[0] > share:
            return share
        left -= rest.pop(0)
    return max(sizes, default=0)
