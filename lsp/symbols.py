"""The definition around a cursor or a selection, in a bounded time: this runs whenever the cursor moves."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codeassist.context.languages import Language, language_for, parse_within
from codeassist.context.scope import Scope, scopes_around
from codeassist.lsp.documents import Document

if TYPE_CHECKING:
    import tree_sitter

_CHARACTERS = 400_000  # of a document that is parsed
_SECONDS = 0.15


@dataclass(frozen=True)
class Symbol:
    """A definition with a name; its lines count from 1, both included."""

    name: str
    kind: str
    first: int
    last: int


@dataclass(frozen=True)
class Selection:
    """What is selected, or where the cursor is: characters of a text with LF newlines.

    `empty`: nothing but a cursor.
    """

    text: str
    start: int
    end: int
    language: Language | None
    empty: bool

    @property
    def lines(self) -> tuple[int, int]:
        """Its lines from 1, both included."""
        return self.text.count("\n", 0, self.start) + 1, self.text.count("\n", 0, self.end) + 1


def selection(document: Document, start: int, end: int) -> Selection:
    """A stretch of a document's text without the blanks at its ends.

    A cursor in the blanks before a line's text is where that text begins.
    """
    text, empty = document.sound(), start == end
    if empty:
        line_end = text.find("\n", start) if "\n" in text[start:] else len(text)
        before = text[text.rfind("\n", 0, start) + 1 : start]
        if not before.strip():
            start += len(text[start:line_end]) - len(text[start:line_end].lstrip())
        end = start
    else:
        chosen = text[start:end]
        start += len(chosen) - len(chosen.lstrip())
        end = max(start, end - (len(chosen) - len(chosen.rstrip())))
    return Selection(text, start, end, language_for(document.path), empty)


class Symbols:
    """Finds definitions; the tree of the document that was asked about last is kept. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[str, Language, tree_sitter.Tree | None] | None = None

    def around(self, chosen: Selection) -> Symbol | None:
        """The innermost definition with a name that holds a selection; None where nothing can be told."""
        if chosen.language is None or len(chosen.text) > _CHARACTERS:
            return None
        tree = self._tree(chosen.language, chosen.text)
        if tree is None:
            return None
        around = [
            each
            for each in scopes_around(chosen.language, chosen.text, chosen.start, tree)
            if each.end >= chosen.end and each.name
        ]
        return _symbol(chosen.text, around) if around else None

    def _tree(self, language: Language, text: str) -> tree_sitter.Tree | None:
        with self._lock:
            kept = self._kept
            if kept is None or kept[1] is not language or kept[0] != text:
                kept = self._kept = (text, language, parse_within(language, text, _SECONDS))
            return kept[2]


def _symbol(text: str, around: list[Scope]) -> Symbol:
    """The innermost of the definitions around a place."""
    inner = around[-1]
    first, last = text.count("\n", 0, inner.start) + 1, text.count("\n", 0, max(inner.start, inner.end - 1)) + 1
    return Symbol(".".join(each.name for each in around), inner.kind, first, last)
