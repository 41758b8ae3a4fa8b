"""Scope end by indentation, and the lines that begin a statement."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from codeassist.completion.filters.brackets import lex, unmatched
from codeassist.completion.filters.hole import Cut, Hole, width

HEADER = re.compile(r"[ \t]*(?:(?:async[ \t]+)?def|class)\b")
_OPENS_BLOCK = re.compile(r"[:(\[{,\\][ \t]*(?:#.*)?\Z")


class Line(NamedTuple):
    """The first line of a statement."""

    offset: int
    indent: int
    text: str


@lru_cache(maxsize=4)  # two rules ask for the same
def statements(hole: Hole, middle: str) -> tuple[Line, ...]:
    """The first lines of the statements of prefix and output: not blank, no comment, not inside string or bracket.

    A `def` or `class` counts even inside brackets: the model forgot to close them.
    """
    text = hole.prefix + middle
    lexed = lex(hole.language, text)
    found: list[Line] = []
    offset = index = depth = 0
    continued = False
    for line in text.split("\n"):
        while index < len(lexed.brackets) and lexed.brackets[index].offset < offset:
            depth = max(0, depth + (1 if lexed.brackets[index].char in "([{" else -1))
            index += 1
        header = HEADER.match(line) is not None
        if header:
            depth = 0
        bare = line.strip()
        if bare and bare[0] not in "#)]}" and (header or (not depth and not continued)) and not lexed.quoted(offset):
            found.append(Line(offset, width(line), line))
        continued = line.endswith("\\")
        offset += len(line) + 1
    return tuple(found)


class Place(NamedTuple):
    """Where the cursor's statement stands.

    Attributes:
        line: the statement's first line.
        later: the statements that the output begins after it.
        header: the innermost `def` or `class` around it, None at the top level.
            A header that is begun before the cursor is its own.
    """

    line: Line
    later: tuple[Line, ...]
    header: Line | None


def place(hole: Hole, middle: str) -> Place | None:
    """The cursor's statement; on a blank or comment line it is the first of the output. None if there is none yet."""
    lines = statements(hole, middle)
    if hole.line.strip() and not hole.line.lstrip().startswith("#"):
        current = max((i for i, line in enumerate(lines) if line.offset < len(hole.prefix)), default=None)
    else:
        start = len(hole.prefix) - len(hole.line)
        current = next((i for i, line in enumerate(lines) if line.offset >= start), None)
    if current is None:
        return None
    begun = bool(hole.line.strip()) and HEADER.match(lines[current].text) is not None
    around = lines[current].indent + begun
    for line in reversed(lines[: current + 1]):
        if line.indent < around:
            around = line.indent
            if HEADER.match(line.text):
                return Place(lines[current], lines[current + 1 :], line)
    return Place(lines[current], lines[current + 1 :], None)


def dedent(hole: Hole, middle: str) -> Cut | None:
    """Cut before the first statement that stands left of the definition's body.

    If the suffix goes on in the cursor's block, cut before the first that leaves this block and opens no other: the
    suffix's next line would otherwise follow it with too much indentation.
    """
    where = place(hole, middle)
    if where is None:
        return None
    body = where.header.indent + 1 if where.header else 0
    follows = _next_indent(hole)
    limit = max(body, min(where.line.indent, follows)) if follows is not None and follows >= body else body
    for line in where.later:
        complete = line.offset + len(line.text) < len(hole.prefix) + len(middle)
        if line.indent < body or (line.indent < limit and complete and not _OPENS_BLOCK.search(line.text)):
            return Cut(without_comments(middle, line.offset - len(hole.prefix), limit), "scope")
    return None


def without_comments(middle: str, offset: int, limit: int) -> int:
    """An offset at a line's start, moved up over blank lines and over comment lines left of `limit`."""
    while offset > 0:
        start = middle.rfind("\n", 0, offset - 1) + 1
        line = middle[start : offset - 1]
        if line.strip() and not (line.lstrip().startswith("#") and width(line) < limit):
            break
        offset = start
    return offset


def _next_indent(hole: Hole) -> int | None:
    """The indentation of the suffix's next statement; None if there is none, or if the cursor is inside brackets."""
    text = f"{hole.prefix}{hole.rest}\n"
    lexed = lex(hole.language, text)
    if unmatched(lexed.brackets)[1] or lexed.quoted(len(text) - 1):
        return None
    lines = (line for line in hole.following.split("\n") if line.strip() and not line.lstrip().startswith("#"))
    first = next(lines, None)
    return None if first is None else width(first)
