"""Files of the state under review, parsed when they are first needed, and where a name stands in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from codeassist.context.languages import Language, encode, language_for, parse_within
from codeassist.review.change import FileChange, Snapshot

if TYPE_CHECKING:
    import tree_sitter

_LONGEST = 500_000  # characters of a file
_MOST_CHARACTERS = 5_000_000  # of all files that are read
_SECONDS = 0.5  # of the processor, for one file
_MOST_PLACES = 300  # of one name in one file
_DEEPEST = 1_000  # nodes around a place


class Place(NamedTuple):
    """Where a name stands: the nodes from the root to the name's own."""

    path: list[tree_sitter.Node]

    @property
    def leaf(self) -> tree_sitter.Node:
        """The name."""
        return self.path[-1]

    @property
    def line(self) -> int:
        """Its line, from 1."""
        return self.leaf.start_point.row + 1

    def around(self, steps: int) -> tree_sitter.Node | None:
        """The node so many steps out."""
        return self.path[-1 - steps] if len(self.path) > steps else None


@dataclass(frozen=True, eq=False)
class Source:
    """One file with its tree. `data` are the bytes that the tree's offsets count."""

    path: str
    text: str
    tree: tree_sitter.Tree
    _places: dict[str, list[Place]] = field(default_factory=dict, repr=False)

    @cached_property
    def data(self) -> bytes:
        """The text as it is counted."""
        return encode(self.text)

    @cached_property
    def lines(self) -> list[str]:
        """The text's lines."""
        return self.text.split("\n")

    def told(self, node: tree_sitter.Node, limit: int = 200) -> str:
        """A node's text, up to so many bytes."""
        end = min(node.end_byte, node.start_byte + limit)
        return self.data[node.start_byte : end].decode("utf-8", "replace")

    def places(self, name: str) -> list[Place]:
        """Where a name stands as a whole token that has no children: in code, not in a string or comment."""
        if name not in self._places:
            word = re.compile(rb"(?<![\w$])%s(?![\w$])" % re.escape(encode(name)))
            found = (self._place(match) for match in islice(word.finditer(self.data), _MOST_PLACES))
            self._places[name] = [place for place in found if place is not None]
        return self._places[name]

    def _place(self, match: re.Match[bytes]) -> Place | None:
        path = self._path(match.start())
        whole = path and path[-1].start_byte == match.start() and path[-1].end_byte == match.end()
        return Place(path) if whole else None

    def _path(self, byte: int) -> list[tree_sitter.Node]:
        cursor = self.tree.walk()
        path: list[tree_sitter.Node] = []
        while cursor.node is not None and cursor.node.start_byte <= byte and len(path) < _DEEPEST:
            path.append(cursor.node)
            if cursor.goto_first_child_for_byte(byte) is None:
                return path
        return []


class Library:
    """Reads files of the state under review, each once, up to a bound of all."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._read: Callable[[str], str | None] = snapshot.read
        self._changes: Mapping[str, FileChange] = {change.path: change for change in snapshot.files}
        self._known: dict[str, Source | None] = {}
        self._texts: dict[str, str | None] = {}
        self._characters = 0

    def text(self, path: str) -> str | None:
        """A file's text; None if there is none, or it is too long, or too much was read."""
        if path not in self._texts:
            change = self._changes.get(path)
            text = change.new if change is not None else self._read(path)
            if text is not None and (len(text) > _LONGEST or self._characters > _MOST_CHARACTERS):
                text = None
            self._characters += len(text or "")
            self._texts[path] = text
        return self._texts[path]

    def source(self, path: str) -> Source | None:
        """A file with its tree; None if it cannot be parsed, or is broken."""
        if path not in self._known:
            self._known[path] = self._parsed(path)
        return self._known[path]

    def _parsed(self, path: str) -> Source | None:
        text, language, change = self.text(path), language_for(path), self._changes.get(path)
        if text is None or language is None:
            return None
        tree = change.tree if change is not None else parse_within(language, text, _SECONDS)
        return Source(path, text, tree) if tree is not None and not tree.root_node.has_error else None


def before(change: FileChange, language: Language) -> Source | None:
    """The old text of a changed file with its tree; None if it cannot be parsed, or is broken."""
    tree = change.old_tree
    if change.old is None or tree is None or tree.root_node.has_error or language_for(change.old_path) is not language:
        return None
    return Source(change.old_path, change.old, tree)
