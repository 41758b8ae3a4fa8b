"""The words of code and of prose as they are looked up: split at case, underscores and digits, in lower case."""

from __future__ import annotations

import re

_WORD = re.compile(
    "[A-Z]+(?![a-z\u00df-\u024f])"  # HTTP of HTTPServer
    "|[A-Z]?[a-z\u00df-\u024f]+"
    "|[0-9]+"
    r"|[^\W\d_a-zA-Z\u00df-\u024f]+"  # other scripts: as long as letters follow each other
)
_SHORTEST, _LONGEST = 2, 40  # characters
_DIGITS = 5  # longer numbers are data


def terms(text: str) -> list[str]:
    """Its words in order: `getHTTPResponse2` gives get, http, response. Single ASCII characters say nothing."""
    return [
        word.lower()
        for word in _WORD.findall(text)
        if (_SHORTEST <= len(word) <= _LONGEST or not word.isascii()) and not (len(word) > _DIGITS and word.isdigit())
    ]


def bag(text: str) -> str:
    """Its words without their order: how often each occurs is all that ranking asks, and code cannot be read back."""
    return " ".join(sorted(terms(text)))
