"""How much to write: the rest of a line, the hole between two pieces of a definition, or on to the end of a block."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from codeassist.completion.filters.brackets import lex, unmatched
from codeassist.context.languages import Language
from codeassist.context.scope import enclosing_definition

_CLOSERS = frozenset(" \t\n)]};,")
_WINDOW = 20_000  # characters on each side: definitions are shorter


class Extent(Enum):
    """What fits at a place.

    LINE: the cursor is inside a line. HOLE: more code of the same definition follows below; a small model hardly
    looks at it, and writes it again in its own words where it may go on. BLOCK: the block ends at the cursor.
    PARAGRAPH: text without a grammar.
    """

    LINE = "line"
    HOLE = "hole"
    BLOCK = "block"
    PARAGRAPH = "paragraph"


def extent(before: str, after: str, language: Language | None) -> Extent:
    """What fits between the text before and after the cursor."""
    rest = after.partition("\n")[0].strip()
    line = before[before.rfind("\n") + 1 :]
    if rest and (line.strip() or language is None):
        return Extent.LINE
    if language is None:
        return Extent.PARAGRAPH
    before, after = before[-_WINDOW:], after[:_WINDOW]
    following = next((each for each in after.split("\n")[0 if rest else 1 :] if each.strip()), "")
    if not rest and _indent(following) < _indent(line):
        return Extent.BLOCK  # it ends at the cursor
    around = enclosing_definition(language, before + after, len(before))
    if around is None or _CLOSERS.issuperset(after[: around.innermost[1] - len(before)]):
        return Extent.BLOCK
    return Extent.HOLE


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def paragraph(text: str) -> str | None:
    """Text without a grammar up to its first blank line; None while it may go on."""
    begun = len(text) - len(text.lstrip())
    end = text.find("\n\n", begun)
    return None if end < 0 or begun == len(text) else text[:end]


def first_line(text: str) -> str | None:
    """The text up to its first line that is not blank, that line's newline included; None while it may go on."""
    begun = len(text) - len(text.lstrip())
    end = text.find("\n", begun)
    return None if end < 0 or begun == len(text) else text[: end + 1]


def statements(text: str, language: Language, *, begun: bool) -> Iterator[str]:
    """The text up to its first whole line of code, up to the second, and so on; newlines included.

    Comment lines that lead a statement belong to it, unless the person has `begun` the line; a bracket that a line
    opens is closed first.
    """
    end = 0
    while True:
        start, end = end, text.find("\n", end) + 1
        if not end:
            return
        line = text[start:end].strip()
        comment = line.startswith(language.line_comment) and not (begun and start == 0)
        if line and not comment and not unmatched(lex(language, text[:end]).brackets)[1]:
            yield text[:end]
