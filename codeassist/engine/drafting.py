"""Drafts: a smaller model with the same vocabulary guesses a few tokens, which the larger one checks in one batch.

The output is the larger one's own, whatever was guessed (Leviathan et al. 2023, "Fast Inference from Transformers via
Speculative Decoding", here without its acceptance by chance: a guess stands where it is the token that was chosen).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from codeassist.engine.logits import Logits

if TYPE_CHECKING:
    from codeassist.engine.stepping import Stepper

_SURE = 0.75  # a guess less probable than this ends a draft: checking costs time too (llama.cpp's draft-p-min)


class Drafter:
    """The smaller model."""

    def __init__(self, stepper: Stepper, most: int, vocabulary: int) -> None:
        """`most` tokens are guessed at once; `vocabulary`: how many tokens the larger model knows."""
        self._stepper = stepper
        self._most = most
        self._vocabulary = vocabulary

    def guess(self, tokens: Sequence[int], most: int) -> list[int]:
        """The tokens that probably follow, at most so many, fewer where the model is not sure."""
        most = min(most, self._most, self._stepper.context_tokens - len(tokens))
        if most < 1:
            return []
        row = self._after(tokens)
        guessed: list[int] = []
        while True:
            token = int(row.argmax())
            if token >= self._vocabulary or 1 / float(np.exp(row - row[token]).sum()) < _SURE:
                return guessed
            guessed.append(token)
            if len(guessed) == most:
                return guessed
            row = self._stepper.feed([token], 1)[-1]

    def _after(self, tokens: Sequence[int]) -> Logits:
        _hold(self._stepper, tokens[:-1])
        row: Logits = self._stepper.feed(tokens[-1:], 1)[-1]
        return row


class Ahead:
    """What follows each token that is written; where there is a drafter, several are evaluated at once."""

    def __init__(self, stepper: Stepper, prompt: Sequence[int], drafter: Drafter | None) -> None:
        self._stepper = stepper
        self._written = list(prompt)
        self._drafter = drafter
        self._guessed: list[int] = []  # those in the KV cache behind what is written
        self._rows: Logits = np.empty((0, 0), np.float32)  # what follows the first of them, and each further one

    def after(self, token: int) -> Logits:
        """The logits of what follows, once `token` has been written."""
        self._written.append(token)
        if self._guessed:
            hit = self._guessed.pop(0) == token
            self._rows = self._rows[1:]
            if hit:
                return self._first()
            _hold(self._stepper, self._written[:-1])
        self._guessed = self._guesses()
        self._rows = self._stepper.feed([token, *self._guessed], 1 + len(self._guessed))
        return self._first()

    def _first(self) -> Logits:
        row: Logits = self._rows[0]
        return row

    def _guesses(self) -> list[int]:
        if self._drafter is None:
            return []
        room = self._stepper.context_tokens - len(self._written)
        return self._drafter.guess(self._written, min(room, self._stepper.shown_tokens - 1))


def _hold(stepper: Stepper, tokens: Sequence[int]) -> None:
    """See to it that the KV cache holds these tokens and nothing else."""
    at = stepper.reuse(tokens)
    while at < len(tokens):
        end = min(at + stepper.batch_tokens, len(tokens))
        stepper.feed(tokens[at:end], 0)
        at = end
