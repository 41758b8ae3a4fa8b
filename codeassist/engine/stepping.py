"""Generates and scores with a model that only tells logits: what the backends without a server of their own share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from codeassist.engine.api import Emit, Request


class Stepper(Protocol):
    """A model with a KV cache that is fed token ids.

    Attributes:
        context_tokens: what the cache holds.
        batch_tokens: how many tokens are fed at once at most: a cancel waits for one batch.
    """

    context_tokens: int
    batch_tokens: int

    def reuse(self, tokens: Sequence[int]) -> int:
        """Keep what the cache holds of the beginning of `tokens`, forget the rest; how many tokens that are."""
        ...

    def feed(self, tokens: Sequence[int]) -> None:
        """Evaluate at most `batch_tokens` more."""
        ...

    def logits(self) -> npt.NDArray[np.float32]:
        """Of the token that follows what was fed; shape (vocabulary,)."""
        ...


class Pieces:
    """The bytes of each token of a vocabulary; control tokens have none."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self.bytes = tuple(pieces)


def generate(stepper: Stepper, pieces: Pieces, ends: frozenset[int], request: Request, emit: Emit) -> None:
    """One generation, as `Engine.generate` says; `ends` are the tokens that end it."""
    raise NotImplementedError
