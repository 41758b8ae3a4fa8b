"""An output that the token limit cut off."""

from __future__ import annotations

import re

from codeassist.completion.filters.brackets import lex
from codeassist.completion.filters.hole import Cut, Hole


def unfinished(hole: Hole, text: str) -> Cut | None:
    """Cut an output off at its last whole line; one line, before its last word or the string it left open.

    If that leaves nothing, it stays as it is.
    """
    last = text.rfind("\n")
    if text[:last].strip() and last > 0:
        return Cut(last, "") if text[last:].strip() else None
    lexed = lex(hole.language, hole.prefix + text)
    end = len(hole.prefix) + len(text)
    if lexed.ends and lexed.ends[-1] == end and _is_open(hole.prefix + text, lexed.starts[-1]):
        start = lexed.starts[-1] - len(hole.prefix)
        return Cut(start, "") if start > 0 and text[:start].strip() else _before_last_word(text)
    return _before_last_word(text)


def _is_open(text: str, start: int) -> bool:
    """True if the string that begins here has no end; a comment to the end of the line is none."""
    quote = text[start : start + 3] if text[start : start + 3] in ('"""', "'''") else text[start : start + 1]
    if quote[:1] not in "\"'`":
        return False
    return len(text) - start < 2 * len(quote) or not text.endswith(quote)


def _before_last_word(text: str) -> Cut | None:
    head = re.sub(r"\w+\Z", "", text)
    return Cut(len(head.rstrip()), "") if re.search(r"\w", head) and head != text else None
