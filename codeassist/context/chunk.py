"""A stretch of the repository as the model is shown it."""

from __future__ import annotations

import msgspec


class Shown(msgspec.Struct, frozen=True):
    """Lines of the repository that the model was shown, from 1, both ends included; why, and what they cost."""

    path: str
    start: int
    end: int
    reason: str
    tokens: int


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """The contract's chunk.

    Attributes:
        path: relative to the root of the repository.
        start, end: lines, from 1, both included.
        reason: in a few words, why the model is shown it.
        tokens: of `text`, by the model's own tokenizer.
        text: the very text that stands in the prompt.
    """

    path: str
    start: int
    end: int
    reason: str
    tokens: int
    text: str


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """Chunks in the order of the prompt. `tokens` is their sum, at most `budget`."""

    schema: int = 1
    chunks: list[Chunk] = []
    tokens: int = 0
    budget: int = 0

    @property
    def texts(self) -> list[str]:
        """What the prompt begins with."""
        return [chunk.text for chunk in self.chunks]
