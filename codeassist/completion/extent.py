"""How much to write: the rest of a line, or on to the end of the scope."""

from __future__ import annotations

from codeassist.context.languages import Language
from codeassist.context.scope import enclosing_definition

_CLOSERS = frozenset(" \t\n)]};,")
_WINDOW = 20_000  # characters on each side: definitions are shorter


def one_line(before: str, after: str, language: Language | None) -> bool:
    """True if one line is what fits: text follows on the cursor's line, or more code of its definition follows.

    A small model hardly looks at the suffix. Where code of the same definition goes on below, letting it write on
    means that it writes that code again, in its own words.
    """
    if after.split("\n", 1)[0].strip():
        return True
    if language is None:
        return False
    before, after = before[-_WINDOW:], after[:_WINDOW]
    following = next((line for line in after.split("\n")[1:] if line.strip()), "")
    if _indent(following) < _indent(before[before.rfind("\n") + 1 :]):
        return False  # the block ends at the cursor
    around = enclosing_definition(language, before + after, len(before))
    if around is None:
        return False
    return not _CLOSERS.issuperset(after[: around.innermost[1] - len(before)])


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
