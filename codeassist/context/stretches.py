"""Cuts a file into the stretches that can be found: each definition, the heads of classes, what lies between."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from codeassist.context.languages import Language
from codeassist.context.tags import Tag

_WHOLE = frozenset({"function", "method", "constructor", "macro", "test"})  # kinds that nothing is cut out of
_INLINE = frozenset({"constant", "variable", "field", "property", "module"})  # kinds that are no stretch themselves
_LINES = 120  # a longer one is cut
_PROSE_LINES = 40  # a stretch of plain text ends at the first empty line after so many
_HEADING = re.compile(r"#{1,6} |={3,}$|-{3,}$")
_COMMENT_SIGNS = ("/*", "*", "//", "#")


class Stretch(NamedTuple):
    """Lines (1-based, both included) of a file. `symbol` is the definition that they are, "" if none; `doc` its own."""

    start: int
    end: int
    symbol: str
    doc: str


def of_code(language: Language, lines: Sequence[str], definitions: Sequence[Tag]) -> list[Stretch]:
    """Every line that is not empty is in one stretch: the innermost definition's that is not inside a function."""
    owners: list[Tag | None] = [None] * (len(lines) + 1)
    inside = 0  # the last line of the function that we are in
    for tag in definitions:
        if tag.start_line <= inside or tag.kind in _INLINE:
            continue
        first = _with_comments(language, lines, owners, tag.start_line)
        last = min(tag.end_line, len(lines))
        owners[first : last + 1] = [tag] * (last + 1 - first)
        if tag.kind in _WHOLE:
            inside = tag.end_line
    found: list[Stretch] = []
    start = 1
    for line in range(1, len(lines) + 1):
        if line == len(lines) or owners[line + 1] is not owners[line]:
            found += _pieces(lines, start, line, owners[line])
            start = line + 1
    return found


def of_prose(lines: Sequence[str]) -> list[Stretch]:
    """Plain text, cut at headings and empty lines."""
    found: list[Stretch] = []
    start = 1
    for number, line in enumerate(lines, start=1):
        length = number - start
        cut = length >= _PROSE_LINES and not line.strip()
        if cut or length >= _LINES or (length > 1 and _HEADING.match(line) is not None and line[0] == "#"):
            found += _pieces(lines, start, number - 1, None)
            start = number
    return found + _pieces(lines, start, len(lines), None)


def _with_comments(language: Language, lines: Sequence[str], owners: list[Tag | None], start: int) -> int:
    """The first line of the comment right above a definition."""
    signs = (language.line_comment, *_COMMENT_SIGNS) if language.line_comment != "#" else ("#",)
    first = start
    while first > 1 and lines[first - 2].lstrip().startswith(signs) and owners[first - 1] is owners[start]:
        first -= 1
    return first


def _pieces(lines: Sequence[str], start: int, end: int, owner: Tag | None) -> list[Stretch]:
    while start <= end and not lines[start - 1].strip():
        start += 1
    while end >= start and not lines[end - 1].strip():
        end -= 1
    symbol = f"{owner.container}.{owner.name}" if owner and owner.container else owner.name if owner else ""
    return [
        Stretch(first, min(end, first + _LINES - 1), symbol, owner.doc if owner else "")
        for first in range(start, end + 1, _LINES)
    ]
