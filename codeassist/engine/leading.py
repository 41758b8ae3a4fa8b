"""Tokens of a text that stands anywhere in a prompt, where the tokenizer puts a space before every text."""

from __future__ import annotations

from collections.abc import Callable

_SIGN = "\x01"


class Leading:
    """Takes off what a tokenizer puts first.

    SentencePiece puts a space before every text that is not the rest of another (llama.cpp, src/llama-vocab.cpp), so
    what a prompt is pieced together from would be shifted by one. A sign that no vocabulary joins with anything goes
    first, and comes off again.
    """

    def __init__(self, tokens: Callable[[str], tuple[int, ...]]) -> None:
        self._tokens = tokens
        self._lead: tuple[int, ...] | None = None  # the tokens of the sign, once they were asked for

    def piece(self, text: str) -> tuple[int, ...]:
        """Token ids of a text, with nothing before it."""
        if self._lead is None:
            self._lead = self._tokens(_SIGN)
        if len(self._lead) < 2:  # a space and the sign
            return self._tokens(text)
        tokens = self._tokens(_SIGN + text)
        return tokens[len(self._lead) :] if tokens[: len(self._lead)] == self._lead else self._tokens(text)
