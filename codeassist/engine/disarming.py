"""Keeps the text of people text, where llama.cpp reads control tokens in a whole prompt (a prompt with images).

A marker such as `<|im_start|>` in a text gets an invisible character inside and is no marker any more. What counts as
one the model's tokenizer says: the text is tokenised with specials on and off, and what differs is looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from codeassist.engine.llama import Llama
from codeassist.errors import EngineError

_JOINER = "\u2060"  # word joiner
_ROUNDS = 8  # a broken marker may leave a shorter one
_REFUSAL = "what is asked holds a control token of this model that cannot be broken"
_HINT = "leave out what looks like <|…|>, or ask without --image"


def disarmed(llama: Llama, text: str) -> str:
    """The text without anything that becomes a control token.

    Raises:
        EngineError: something in it cannot be broken.
    """
    for _ in range(_ROUNDS):
        pieces = llama.pieces(text)
        plain = llama.tokens(text)
        if tuple(token for token, _ in pieces) == plain:
            return text
        known = set(plain)
        new = {token: piece for token, piece in pieces if token not in known}
        for piece in sorted(_controls(llama, new), key=len, reverse=True):
            text = text.replace(piece, piece[0] + _JOINER + piece[1:])
    raise EngineError(_REFUSAL, _HINT)


def check(llama: Llama, parts: Sequence[str]) -> None:
    """Whether the parts joined hold the control tokens that they hold apart: none is made where two of them meet.

    Raises:
        EngineError: they do not.
    """
    whole = llama.pieces("".join(parts))
    apart = [pair for part in parts for pair in llama.pieces(part)]
    changed = Counter(token for token, _ in whole)
    changed.subtract(token for token, _ in apart)
    names = dict([*whole, *apart])
    if _controls(llama, {token: names[token] for token, count in changed.items() if count}):
        raise EngineError(_REFUSAL, _HINT)


def _controls(llama: Llama, pieces: dict[int, str]) -> list[str]:
    """Those of the tokens that their text becomes with specials on only."""
    return [
        piece
        for token, piece in pieces.items()
        if piece and llama.tokens(piece, special=True) == (token,) and llama.tokens(piece) != (token,)
    ]
