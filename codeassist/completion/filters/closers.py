"""Scope end by brackets: the output closes what was open before the cursor."""

from __future__ import annotations

import re
from functools import lru_cache

from codeassist.completion.filters.brackets import CLOSERS, Bracket, Open, lex, open_at_cursor, unmatched
from codeassist.completion.filters.hole import Cut, Hole
from codeassist.context.languages import Language
from codeassist.context.scope import Scope, scopes_around

_ENDS_STATEMENT = re.compile(r"[;,]?(?=[ \t]*(?:\n|\Z|//|/\*))")
_NEAR = 64  # brackets of the same line that are looked at after a closer


@lru_cache(maxsize=4)  # asked again after each line while decoding
def around_cursor(hole: Hole) -> tuple[Scope, ...]:
    """The definitions around the cursor, the outermost first.

    What is open is closed first, so that tree-sitter sees whole definitions and not one ERROR node.
    """
    if hole.language is None:
        return ()
    closers = "".join(CLOSERS[each.char] for each in reversed(open_at_cursor(hole)))
    return tuple(scopes_around(hole.language, f"{hole.prefix}\n{closers}", len(hole.prefix)))


def scope_end(hole: Hole, middle: str) -> Cut | None:
    """Cut before a closer that the suffix already has, and after the one that ends the definition or statement.

    A closer that the suffix lacks may be written: it is kept, and the output goes on, unless it ends the innermost
    definition or the outermost open block. So may one whose line opens its like again (`} else {`).
    """
    return None if hole.language is None else _walk(hole, hole.language, middle)


def _walk(hole: Hole, language: Language, middle: str) -> Cut | None:
    cursor = len(hole.prefix)
    opened = list(open_at_cursor(hole))
    bodies = {scope.body for scope in around_cursor(hole)[-1:]}
    brackets = [each for each in lex(language, hole.prefix + middle).brackets if each.offset >= cursor]
    own: list[str] = []
    reopened: set[int] = set()
    ended: int | None = None
    for index, (offset, char) in enumerate(brackets):
        if ended is not None and "\n" in middle[ended - cursor : offset - cursor]:
            break
        if char in CLOSERS:
            own += [] if offset in reopened else [char]
            ended = None
        elif own:
            if CLOSERS[own[-1]] == char:
                own.pop()
        elif not opened or CLOSERS[opened[-1].char] != char:
            return Cut(offset - cursor, "scope")
        elif opened[-1].missing:
            last = opened.pop()
            if ended is not None or last.offset in bodies or _outermost(last, opened):
                ended = offset + 1
        else:
            line = middle[offset - cursor : offset - cursor + _NEAR * 8].partition("\n")[0]
            again = _opened_again(char, brackets[index + 1 : index + _NEAR], offset + len(line))
            if again < 0 or opened[-1].offset in bodies:
                return Cut(offset - cursor, "scope")
            reopened.add(again)
    return _after(middle, ended - cursor) if ended is not None and language.blocks == "braces" else None


def _outermost(last: Open, others: list[Open]) -> bool:
    return last.char == "{" and all(each.char != "{" for each in others)


def _opened_again(closer: str, brackets: list[Bracket], end: int) -> int:
    """Where what this closes is opened again, and left open, before `end`; -1 if it is not."""
    _, openers = unmatched(tuple(each for each in brackets if each.offset < end))
    return next((each.offset for each in openers if CLOSERS[each.char] == closer), -1)


def _after(middle: str, offset: int) -> Cut | None:
    """The cut after a closing bracket and its `;` or `,`; None if the statement goes on (`} else {`, `}.then(f)`)."""
    match = _ENDS_STATEMENT.match(middle, offset)
    return Cut(match.end(), "scope") if match else None
