"""Letters that look like Latin ones: what a name seems to be."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from functools import cache

# Cyrillic, Greek, Armenian and others, beside what they look like in usual fonts. Letters that mathematics and physics
# use for themselves (α, γ, μ, Δ …) are left out: nobody takes them for others.
_ALIKE = {
    "а": "a", "А": "A", "В": "B", "с": "c", "С": "C", "ԁ": "d", "е": "e", "Е": "E", "һ": "h", "Н": "H", "і": "i",
    "І": "I", "ј": "j", "Ј": "J", "К": "K", "ӏ": "l", "Ӏ": "I", "М": "M", "о": "o", "О": "O", "р": "p", "Р": "P",
    "ԛ": "q", "ѕ": "s", "Ѕ": "S", "Т": "T", "ԝ": "w", "х": "x", "Х": "X", "у": "y", "У": "Y", "ү": "y",
    "Α": "A", "Β": "B", "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N", "ο": "o", "Ο": "O",
    "Ρ": "P", "Τ": "T", "Υ": "Y", "Χ": "X", "ν": "v", "ι": "i", "ϲ": "c", "ϳ": "j",
    "օ": "o", "ս": "u", "հ": "h", "ց": "g", "ո": "n", "ա": "w", "ɡ": "g", "ı": "i", "ǃ": "!", "ߊ": "l", "ⲟ": "o",
}  # fmt: skip


def skeleton(word: str) -> str:
    """The word in the letters that it seems to have; other letters stay."""
    return "".join(_alike(char) for char in word)


@cache
def _alike(char: str) -> str:
    if char.isascii():
        return char
    return _ALIKE.get(char) or _compatible(char)


def _compatible(char: str) -> str:
    """Full-width and mathematical letters are ASCII ones in other clothes; subscripts and signs of units are not."""
    if unicodedata.category(char) not in ("Lu", "Ll") or "\u2100" <= char <= "\u214f":
        return char
    folded = unicodedata.normalize("NFKC", char)
    return folded if folded.isascii() and len(folded) == 1 else char


def is_imitation(word: str, names: Collection[str]) -> bool:
    """True for a name that reads as one of ASCII letters: it mixes both, or `names` has the other, too."""
    alike = skeleton(word)
    if not alike.isascii() or word.isascii():
        return False
    if any(char.isascii() and char.isalpha() for char in word):
        return True
    return alike in names and (len(word) > 1 or "\u0400" <= word <= "\u04ff")  # a lone Greek letter is a formula's
