"""llama.vim's ring of chunks: text from around the cursor and from other files, sent as extra context."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

CHUNK_LINES = 64
SCOPE_LINES = 1024
QUEUED = 16
TOO_SIMILAR, REPEATS_CONTEXT = 0.9, 0.5
_WORDS = re.compile(r"\W+", re.ASCII)


@dataclass(frozen=True)
class Piece:
    """Lines of a file."""

    lines: tuple[str, ...]
    path: str


def similarity(one: Sequence[str], other: Sequence[str]) -> float:
    """0 to about 1: how many words of the second are in the first."""
    first, second = ([word for word in _WORDS.split("\n".join(lines)) if word] for lines in (one, other))
    if not first and not second:
        return 1.0
    known = set(first)
    return 2.0 * sum(word in known for word in second) / (len(first) + len(second))


class Ring:
    """At most `capacity` chunks that are sent, and those that wait for a quiet moment."""

    def __init__(self, capacity: int, rng: random.Random) -> None:
        self._capacity = capacity
        self._rng = rng
        self.chunks: list[Piece] = []
        self.queued: list[Piece] = []

    def pick(self, lines: Sequence[str], path: str, *, evict: bool) -> None:
        """Queue these lines, or 33 of them at random where they are many; `evict` those that are much like them."""
        if not self._capacity or len(lines) < 3:
            return
        piece = Piece(tuple(lines if len(lines) + 1 < CHUNK_LINES else self._some(lines)), path)
        if any(known.lines == piece.lines for known in (*self.chunks, *self.queued)):
            return
        for kept in (self.queued, self.chunks):
            if not self._make_room(kept, lambda known: similarity(known.lines, piece.lines) > TOO_SIMILAR, evict):
                return
        del self.queued[: max(0, len(self.queued) + 1 - QUEUED)]
        self.queued.append(piece)

    def advance(self) -> bool:
        """Take the first queued chunk into the ring; False if there is none."""
        if not self.queued:
            return False
        if len(self.chunks) == self._capacity:
            self.chunks.pop(0)
        self.chunks.append(self.queued.pop(0))
        return True

    def drop_like(self, around: Sequence[str]) -> None:
        """Drop chunks that repeat what is around the cursor: the model would repeat them too."""
        sample = self._some(around)
        self._make_room(self.chunks, lambda known: similarity(known.lines, sample) > REPEATS_CONTEXT, evict=True)

    def extra(self) -> list[dict[str, Any]]:
        """The chunks as `/infill` takes them."""
        return [{"text": "\n".join(piece.lines) + "\n", "time": 0, "filename": piece.path} for piece in self.chunks]

    def _some(self, lines: Sequence[str]) -> Sequence[str]:
        start = self._rng.randint(0, max(0, len(lines) - CHUNK_LINES // 2))
        return lines[start : min(start + CHUNK_LINES // 2, len(lines)) + 1]

    @staticmethod
    def _make_room(kept: list[Piece], like: Callable[[Piece], bool], evict: bool) -> bool:
        """Evict what is alike; False if there is such a piece and it stays."""
        if not evict and any(map(like, kept)):
            return False
        kept[:] = [piece for piece in kept if not like(piece)]
        return True
