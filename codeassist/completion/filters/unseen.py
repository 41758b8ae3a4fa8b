"""Characters that nobody sees."""

from __future__ import annotations

import re

MAX_MIDDLE = 16 * 1024  # characters of output that are looked at; the rest is dropped (a grammar may take n² on junk)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffd\U000e0000-\U000e007f]"
)
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CLOSES = {"\u202c": "\u202a\u202b\u202d\u202e", "\u2069": "\u2066\u2067\u2068"}


def printable(middle: str) -> str:
    """The output without what cannot be seen, and without lone surrogates; bounded.

    Control characters but tab and newline; characters without width, except the two joiners that words and emoji
    need; and marks of writing direction on lines where they are not in pairs: such a line shows its code in another
    order than it runs.
    """
    text = _UNSEEN.sub("", middle[:MAX_MIDDLE])
    if not _DIRECTION.search(text):
        return text
    return "\n".join(line if _paired(line) else _DIRECTION.sub("", line) for line in text.split("\n"))


def _paired(line: str) -> bool:
    opened: list[str] = []
    for mark in _DIRECTION.findall(line):
        if mark not in _CLOSES:
            opened.append(mark)
        elif not opened or opened.pop() not in _CLOSES[mark]:
            return False
    return not opened
