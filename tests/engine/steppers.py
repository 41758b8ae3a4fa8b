"""A model made of numpy for the tests of stepping: its logits follow from the tokens before, and from a script."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from codeassist.engine.logits import Logits
from codeassist.engine.pieces import Pieces
from codeassist.engine.prefix import common

WORDS = ["def", " add", " adder", "add", "ing", "\n", "\n\n", " return", " ", "  ", "re", "ret", "return", "zeb"]
END, CONTROL = 256 + len(WORDS), 257 + len(WORDS)
PIECES = Pieces([bytes([each]) for each in range(256)] + [word.encode() for word in WORDS] + [b"", b""])
SHORT = 256  # tokens of one byte come first


def tokens_of(text: str) -> tuple[int, ...]:
    """The longest pieces first, as a tokenizer would."""
    raw, found = text.encode(), []
    while raw:
        token = max(range(END), key=lambda each: len(PIECES.bytes[each]) if raw.startswith(PIECES.bytes[each]) else 0)
        found.append(token)
        raw = raw[len(PIECES.bytes[token]) :]
    return tuple(found)


class NumpyStepper:
    """Remembers what it was fed. `script`: what it writes after a prompt of so many tokens."""

    def __init__(
        self, script: Sequence[int] = (), after: int = 0, *, context: int = 64, batch: int = 4, shown: int = 4
    ):
        self.context_tokens, self.batch_tokens, self.shown_tokens = context, batch, shown
        self.script, self.after = script, after
        self.broken = False  # as with damaged weights
        self.cache: list[int] = []
        self.fed: list[int] = []  # how many tokens each time

    def reuse(self, tokens: Sequence[int]) -> int:
        del self.cache[common(self.cache, tokens) :]
        return len(self.cache)

    def feed(self, tokens: Sequence[int], shown: int) -> Logits:
        assert 1 <= len(tokens) <= self.batch_tokens
        assert shown <= self.shown_tokens
        assert len(self.cache) + len(tokens) <= self.context_tokens
        self.fed.append(len(tokens))
        self.cache += tokens
        ends = range(len(self.cache) - shown + 1, len(self.cache) + 1)
        return np.array([self.row(self.cache[:end]) for end in ends], np.float32).reshape(shown, len(PIECES))

    def row(self, before: Sequence[int]) -> Logits:
        """The logits after these tokens."""
        row = np.random.default_rng(list(before[-8:])).normal(size=len(PIECES)).astype(np.float32)
        row[END] = math.nan if self.broken else -9.0
        if 0 <= (at := len(before) - self.after) < len(self.script):
            row[self.script[at]] += 24.0
        return row
