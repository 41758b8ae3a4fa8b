"""A document as the specification says it, slow and plain: one string, and positions found character by character."""

from __future__ import annotations

import random

_PIECES = ("a", "b", "xyz", " ", "\t", "\n", "\n", "\r\n", "\r\n", "\r", "\f", "\v", "\x85", "\u2028", "\u2029")
_WIDE = ("é", "ß", "漢", "字", "😀", "𝒳", "\U0010ffff", "e\u0301", "\u200d", "\ufeff", "\ud800", "\0")

Edit = tuple[tuple[int, int], tuple[int, int], str]


class Reference:
    """The text, and how a client of an encoding counts in it."""

    def __init__(self, text: str, units: str) -> None:
        self.text = text
        self._codec = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}[units]

    def offset(self, line: int, character: int) -> int:
        """Where a position is; past the end of a line, or of the text, is at that end."""
        at = 0
        while line > 0:
            while at < len(self.text) and self.text[at] not in "\r\n":
                at += 1
            if at == len(self.text):
                return at
            at += 2 if self.text[at : at + 2] == "\r\n" else 1
            line -= 1
        codec, size = self._codec
        while at < len(self.text) and self.text[at] not in "\r\n":
            character -= len(self.text[at].encode(codec, "surrogatepass")) // size
            if character < 0:
                break
            at += 1
        return at

    def parts(self, offset: int) -> tuple[str, str]:
        return self.text[:offset], self.text[offset:]

    def edit(self, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        first, last = sorted((self.offset(*start), self.offset(*end)))
        self.text = self.text[:first] + text + self.text[last:]

    def lines(self) -> int:
        return self.text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1


def random_text(rng: random.Random, pieces: int) -> str:
    return "".join(rng.choice(_PIECES if rng.random() < 0.7 else _WIDE) for _ in range(pieces))


def random_edit(rng: random.Random, reference: Reference) -> Edit:
    """Anywhere, also where nothing is: past the ends of lines and of the text, inside characters, backwards."""
    line, character = rng.randrange(reference.lines() + 2), rng.randrange(14)
    start = (line, character)
    kind = rng.random()
    if kind < 0.4:
        end = start
    elif kind < 0.9:
        end = (line + rng.choice([0, 0, 0, 1, 2]), rng.randrange(14))
    else:
        end = (rng.randrange(reference.lines() + 2), rng.choice([0, 3, 100_000]))
    text = "" if rng.random() < 0.25 else random_text(rng, rng.choice([1, 1, 2, 6]))
    return start, end, text
