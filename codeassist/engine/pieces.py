"""The bytes of each token of a vocabulary, and which tokens can go on a text that is forced."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]


class Pieces:
    """A vocabulary. Control tokens have no bytes: they are never text."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self.bytes = tuple(pieces)

    def __len__(self) -> int:
        return len(self.bytes)

    def text(self, token: int) -> str:
        """A token alone, for people: half a character shows as U+FFFD."""
        return self.bytes[token].decode("utf-8", "replace")

    def allowed(self, forced: bytes) -> Ids:
        """The tokens that are a beginning of `forced`, or begin with it; as llama.cpp's grammar `"forced" .*`.

        Two binary searches and as many look-ups as the longest token has bytes, whatever the vocabulary's size.
        """
        pieces, ids = self._sorted
        found = [ids[bisect_left(pieces, forced) : bisect_left(pieces, after) if (after := _after(forced)) else None]]
        for size in range(1, min(len(forced), self._longest + 1)):
            begin = bisect_left(pieces, forced[:size])
            end = begin
            while end < len(pieces) and pieces[end] == forced[:size]:
                end += 1
            found.append(ids[begin:end])
        return np.concatenate(found)

    @cached_property
    def _sorted(self) -> tuple[list[bytes], Ids]:
        order = sorted((token for token, piece in enumerate(self.bytes) if piece), key=self.bytes.__getitem__)
        return [self.bytes[token] for token in order], np.array(order, np.int64)

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.bytes), default=0)


def _after(prefix: bytes) -> bytes:
    """The least bytes that are greater than everything that begins with `prefix`; empty if there are none."""
    short = prefix.rstrip(b"\xff")
    return short[:-1] + bytes([short[-1] + 1]) if short else b""
