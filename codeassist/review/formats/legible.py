"""Texts of the repository as documents can hold them."""

from __future__ import annotations

import re

_LONE = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # surrogates that stand for no undecodable byte


def legible(text: str) -> str:
    """A text or a name as JSON can hold it: bytes that are no text, and lone surrogates, become U+FFFD."""
    if text.isascii():
        return text
    return _LONE.sub("\ufffd", text).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
