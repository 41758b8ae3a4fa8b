"""Characters that can't be seen: which they are, and where they are meant to be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# What a text reorders: controls do it to what follows, marks are letters without a shape.
BIDIRECTIONAL = {chr(code): "control" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))} | {
    chr(code): "mark" for code in (0x200E, 0x200F, 0x061C)
}
_JOINERS = "\u200c\u200d"
_HIDDEN = frozenset(
    map(
        chr,
        (
            0x00AD,
            0x034F,
            0x115F,
            0x1160,
            0x17B4,
            0x17B5,
            0x180E,
            0x200B,
            0x3164,
            0xFEFF,
            0xFFA0,
            *range(0x2060, 0x2065),
        ),
    )
)
_TAGS = (0xE0000, 0xE0080)
_FLAG = "\U0001f3f4"  # what tags may follow: flags of regions
_SELECTORS = ((0xFE00, 0xFE10), (0xE0100, 0xE01F0))
_MAY_HOLD = re.compile(
    r"[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u2060-\u2064\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e01ef]"
)
_BLANKS = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2028\u2029\u0085]")
_LATIN = re.compile(r"[ -~\u00a0-\u024f]")


def unseen(text: str, *, beginning: bool, prose: bool) -> list[int]:
    """Where a line holds characters that can't be seen and do nothing for what can.

    `beginning`: it is a file's first, which may begin with a byte order mark. `prose`: soft hyphens and the like are
    meant there, tags (a text in a text) are not.
    """
    found = [match.start() for match in _MAY_HOLD.finditer(text)]
    if beginning and found[:1] == [0] and text[0] == "\ufeff":
        found = found[1:]
    return [place for place in found if _is_odd(text, place, prose=prose)]


def _is_odd(text: str, place: int, *, prose: bool) -> bool:
    char, code = text[place], ord(text[place])
    if _TAGS[0] <= code < _TAGS[1]:
        return not _is_of_flag(text, place)
    if any(low <= code < high for low, high in _SELECTORS):
        return _is_idle_selector(text, place)
    if prose:
        return False
    if char in _JOINERS:
        return not (_joins(text, place - 1) and (_joins(text, place + 1) or _may_end(text[place - 1])))
    return char in _HIDDEN


def _is_of_flag(text: str, place: int) -> bool:
    start = place
    while start > 0 and place - start < 8 and _TAGS[0] <= ord(text[start]) < _TAGS[1]:
        start -= 1
    return text[start] == _FLAG


def _is_idle_selector(text: str, place: int) -> bool:
    """A selector chooses a shape of the sign before it; of several in a row all but one hold something else."""
    before = text[place - 1] if place else ""
    return (
        not before
        or any(low <= ord(before) < high for low, high in _SELECTORS)
        or before.isspace()
        or (before.isalpha() and before.isascii())
    )


def _joins(text: str, place: int) -> bool:
    """Emoji and letters of scripts that join; Latin ones do not."""
    return 0 <= place < len(text) and not text[place].isspace() and not _LATIN.match(text[place])


def _may_end(char: str) -> bool:
    """A mark such as a virama, or a letter of a joining script: a joiner tells how it is drawn, also at an end."""
    return unicodedata.category(char) in ("Mn", "Mc") or unicodedata.bidirectional(char) == "AL"


def strange_blanks(text: str) -> Iterator[int]:
    """Where a line holds a blank or line separator that compilers take for something else."""
    return (match.start() for match in _BLANKS.finditer(text))


def is_right_to_left(text: str) -> bool:
    """True if a line has letters of a script that is written from right to left."""
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in text if char not in BIDIRECTIONAL)


def name_of(char: str) -> str:
    """A character by its number and name: "U+202E (right-to-left override)"."""
    name = unicodedata.name(char, "").lower() or {"\x85": "next line"}.get(char, "")
    return f"U+{ord(char):04X} ({name})" if name else f"U+{ord(char):04X}"


def shown(text: str) -> str:
    r"""The text with what is beyond printable ASCII as escapes such as \u202e."""
    return "".join(char if " " <= char <= "~" or char == "\t" else _escape(char) for char in text)


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
