"""What is no code: control markers of a model, Markdown fences, placeholders, comments that say nothing."""

from __future__ import annotations

import re

from codeassist.completion.filters.brackets import lex
from codeassist.completion.filters.hole import Cut, Hole

_MARKER = re.compile(
    r"<\|[\w ▁-]{1,40}\|?>|<｜[^｜\n<>]{1,40}｜>|<(?:fim_\w{1,20}|file_sep|repo_name|endoftext)>|</?s>|\[/?INST\]"
    r"|<(?:PRE|SUF|MID|EOT)>"
)
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
_PLACEHOLDER = re.compile(
    r"(?:^|(?<=[\s;{]))(?:#|//|/\*) ?(?:(?:TODO|FIXME)\b)?:? ?(?:\.\.\. ?)?"
    r"(?:(?:add|write|put|insert|place|implement|enter) )?(?:the )?(?:rest of )?your (?:own )?"
    r"(?:code|implementation|logic|solution)\b",
    re.IGNORECASE | re.MULTILINE,
)
_SAYS_NOTHING = re.compile(r"(?:[\s#/*!;:.\"'-]|TODO|FIXME|XXX)*")
_MARKS = ("#", "//", "/*", '"""', "'''")


def markers(hole: Hole, middle: str) -> Cut | None:
    """Cut before a marker that only the model's own text format has, unless the file writes about such."""
    for match in _MARKER.finditer(middle):
        if match[0] not in hole.prefix and match[0] not in hole.suffix:
            return Cut(match.start(), "scope")
    return None


def fences(hole: Hole, middle: str) -> Cut | None:
    """Cut before a Markdown fence in code; in a comment or string, and where the file has some, it may stand."""
    match = _FENCE.search(middle) if hole.language else None
    if match is None or (match.start() == 0 and hole.line.strip()) or _FENCE.search(hole.prefix):
        return None
    at = len(hole.prefix) + match.end() - 1
    return None if lex(hole.language, hole.prefix + middle).quoted(at) else Cut(match.start(), "filtered")


def placeholders(hole: Hole, middle: str) -> Cut | None:
    """Cut before a comment that asks the user to write the code."""
    match = _PLACEHOLDER.search(hole.line + middle) if hole.language else None
    return Cut(max(0, match.start() - len(hole.line)), "filtered") if match else None


def says_nothing(hole: Hole, text: str) -> Cut | None:
    """Drop what is nothing but the marks of comments or an open quotation, on lines of its own."""
    if hole.language is None or hole.line.strip() or not text.lstrip().startswith(_MARKS):
        return None
    return Cut(0, "filtered") if _SAYS_NOTHING.fullmatch(text) else None
