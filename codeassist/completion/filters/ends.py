"""The end of the output: how it joins what follows the cursor."""

from __future__ import annotations

import re

from codeassist.completion.filters.dedent import place, without_comments
from codeassist.completion.filters.hole import Cut, Hole


def trim(hole: Hole, text: str, *, cut: bool) -> str:
    """The text without the whitespace at its end that does not belong there.

    - nothing else on the cursor's line: no whitespace at the end, the suffix has its own newline;
    - the cursor before the first character of a line: a newline that the output ends with stays, with the line's
      indentation, because what follows must go on standing on its own line;
    - the cursor inside a line: no newline at the end; spaces stay unless a rule cut the output.
    """
    if not hole.rest.strip():
        return text.rstrip()
    if not hole.line.strip() and "\n" in text[len(text.rstrip()) :]:
        return f"{text.rstrip()}\n{hole.line}"
    return text.rstrip() if cut else text.rstrip("\n")


def rest_of_line(hole: Hole, middle: str) -> Cut | None:
    """Cut after the output's first line where words follow the cursor on its line: only what stands between is missing.

    Before the first word of a line whole lines may be put.
    """
    if not hole.line.strip() or not re.search(r"\w", hole.rest):
        return None
    end = middle.find("\n", len(middle) - len(middle.lstrip()))
    return None if end < 0 or not middle[end:].strip() else Cut(end, "scope")


def loose_comment(hole: Hole, text: str) -> Cut | None:
    """Cut before the comment lines at the end that stand left of the definition: they speak of what comes next."""
    if hole.language is None or hole.language.blocks != "indent":
        return None
    where = place(hole, text)
    if where is None or where.header is None:
        return None
    offset = without_comments(f"{text}\n", len(text) + 1, where.header.indent + 1)
    return Cut(offset, "scope") if offset < len(text) and text[offset:].strip() else None
