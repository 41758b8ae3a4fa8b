"""Brackets outside strings and comments.

The inside of a string that is not yet finished is code to tree-sitter (`f(\"\"\"see a) b` closes the call), and
unfinished strings are what a model is in the middle of. So brackets, strings and comments are told apart by the
regular expressions of languages.toml, in one pass from the left.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from codeassist.completion.filters.hole import TOP_LEVEL_WORD, Hole
from codeassist.context.languages import Language

CLOSERS = {"(": ")", "[": "]", "{": "}"}
_PLAIN = r'"(?:[^"\\\n]|\\.)*"?'


class Bracket(NamedTuple):
    """A bracket of the code and where it stands."""

    offset: int
    char: str


@dataclass(frozen=True)
class Lexed:
    """The brackets of a text, and the half-open stretches that are strings or comments, in order."""

    brackets: tuple[Bracket, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def quoted(self, offset: int) -> bool:
        """True inside a string or comment."""
        index = bisect_right(self.starts, offset) - 1
        return index >= 0 and self.starts[index] < offset < self.ends[index]


@cache
def _pattern(language: Language | None) -> re.Pattern[str]:
    quoted = f"(?:{language.comment})|(?:{language.string})" if language else _PLAIN
    return re.compile(rf"(?P<bracket>[()\[\]{{}}])|(?P<quoted>{quoted})", re.DOTALL)


@lru_cache(maxsize=16)  # the rules look at the same few texts
def lex(language: Language | None, text: str) -> Lexed:
    """Find brackets, strings and comments."""
    brackets: list[Bracket] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _pattern(language).finditer(text):
        if match["bracket"]:
            brackets.append(Bracket(match.start(), match["bracket"]))
        else:
            starts.append(match.start())
            ends.append(match.end())
    return Lexed(tuple(brackets), tuple(starts), tuple(ends))


def unmatched(brackets: tuple[Bracket, ...]) -> tuple[list[Bracket], list[Bracket]]:
    """(closers that nothing before them opened, openers that nothing after them closed)."""
    closers: list[Bracket] = []
    openers: list[Bracket] = []
    for bracket in brackets:
        if bracket.char in CLOSERS:
            openers.append(bracket)
        elif openers and CLOSERS[openers[-1].char] == bracket.char:
            openers.pop()
        elif not openers:
            closers.append(bracket)
    return closers, openers


@dataclass(frozen=True)
class Open:
    """A bracket that is open at the cursor; `missing` if nothing after the cursor closes it."""

    offset: int
    char: str
    missing: bool


@lru_cache(maxsize=4)  # asked again after each line while decoding
def open_at_cursor(hole: Hole) -> tuple[Open, ...]:
    """The brackets open at the cursor, the outermost first.

    The suffix's unmatched closers are dealt from the outermost inwards: of `f(` typed inside a block, the block's
    closer is in the file and the call's is missing. In a suffix that was cut before the next thing at the top level,
    none is taken to be missing.
    """
    cursor = len(hole.prefix)
    brackets = lex(hole.language, hole.prefix + hole.suffix).brackets
    _, openers = unmatched(tuple(each for each in brackets if each.offset < cursor))
    closers, _ = unmatched(tuple(each for each in brackets if each.offset >= cursor))
    if hole.truncated and len(closers) < len(openers) and not TOP_LEVEL_WORD.search(hole.suffix, 1):
        return tuple(Open(each.offset, each.char, missing=False) for each in openers)
    found: list[Open] = []
    for opener in openers:
        while closers and closers[-1].char != CLOSERS[opener.char] and len(closers) > len(openers) - len(found):
            closers.pop()
        closed = bool(closers) and closers[-1].char == CLOSERS[opener.char]
        if closed:
            closers.pop()
        found.append(Open(opener.offset, opener.char, missing=not closed))
    return tuple(found)
