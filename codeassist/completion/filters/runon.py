"""The output runs on into a second definition."""

from __future__ import annotations

import re

from codeassist.completion.filters.brackets import CLOSERS, lex, open_at_cursor, unmatched
from codeassist.completion.filters.closers import around_cursor
from codeassist.completion.filters.dedent import HEADER, Line, place, without_comments
from codeassist.completion.filters.hole import Cut, Hole
from codeassist.context.languages import Language
from codeassist.context.scope import Scope, scopes

_BELONGS_TO_NEXT = re.compile(r"\s*(?://|/\*|\*|#!?\[|@)")


def second_definition(hole: Hole, middle: str) -> Cut | None:
    """Cut before a second definition starts, where the cursor is at the top level or directly in a class or the like.

    The first may have begun before the cursor (`def |`). Comments, decorators and attributes that lead the second go
    with it.
    """
    if hole.language is None:
        return None
    return _by_indent(hole, middle) if hole.language.blocks == "indent" else _by_tree(hole, hole.language, middle)


def _by_indent(hole: Hole, middle: str) -> Cut | None:
    where = place(hole, middle)
    if where is None or (
        where.header and (where.header == where.line or "class" not in where.header.text.split("(")[0])
    ):
        return None
    level = where.line.indent
    seen = decorated = False
    for line in (where.line, *where.later):
        if line.indent != level:
            continue
        begins = not decorated and _begins_definition(line)
        if begins and seen:
            return Cut(without_comments(middle, line.offset - len(hole.prefix), level + 1), "scope")
        seen = seen or begins
        decorated = line.text.lstrip().startswith("@")
    return None


def _begins_definition(line: Line) -> bool:
    return line.text.lstrip().startswith("@") or HEADER.match(line.text) is not None


def _by_tree(hole: Hole, language: Language, middle: str) -> Cut | None:
    cursor = len(hole.prefix)
    opened = open_at_cursor(hole)
    around = [scope for scope in around_cursor(hole) if 0 <= scope.body < cursor]
    if opened and not (around and around[-1].kind in language.containers and around[-1].body == opened[-1].offset):
        return None
    text = hole.prefix + middle
    _, openers = unmatched(lex(language, text).brackets)
    closers = "".join(CLOSERS[each.char] for each in reversed(openers))
    written: list[Scope] = []
    for scope in scopes(language, f"{text}\n{closers}"):
        new = scope.start >= cursor or (scope.end > cursor and scope.body >= cursor)
        if new and not (written and scope.start < written[-1].end):
            written.append(scope)
    if len(written) < 2 or written[1].start < cursor:
        return None
    return Cut(_without_lead(middle, written[1].start - cursor), "scope")


def _without_lead(middle: str, offset: int) -> int:
    """The offset moved up over the blank lines, comments and attributes before it."""
    offset = middle.rfind("\n", 0, offset) + 1 or offset
    while offset > 0:
        start = middle.rfind("\n", 0, offset - 1) + 1
        line = middle[start : offset - 1]
        if line.strip() and not _BELONGS_TO_NEXT.match(line):
            break
        offset = start
    return offset
