"""What an answer may speak of: the files that were given, and those of the repository, read when they are needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codeassist.chat.documents import Document
from codeassist.context.contents import lines_of
from codeassist.context.languages import language_for
from codeassist.context.scope import definitions

if TYPE_CHECKING:
    from codeassist.context.index import Definition, Index


class Citation(msgspec.Struct, frozen=True):
    """Lines that exist, 1-based, both ends included."""

    path: str
    start: int
    end: int


class Named(NamedTuple):
    """A definition: its own name, the names around it ("" where they are not known), and its lines."""

    name: str
    container: str
    place: Citation


class Sources:
    """The texts and definitions of files that may be cited. Secrets and ignored files are none: the index decides."""

    def __init__(self, documents: Sequence[Document] = (), index: Index | None = None) -> None:
        self._documents = {each.path: each.text for each in documents}
        self._index = index
        self._lines: dict[str, list[str]] = {}
        self._definitions: dict[str, list[Named]] = {}

    @cached_property
    def _repository(self) -> frozenset[str]:
        return frozenset(each.path for each in self._index.files()) if self._index is not None else frozenset()

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        named: dict[str, list[str]] = {}
        for path in (*self._documents, *self._repository):
            named.setdefault(path.rpartition("/")[2], []).append(path)
        return named

    def find(self, name: str, near: Iterable[str] = ()) -> str | None:
        """The path by which a file is known that an answer calls `name`; it may leave out folders.

        Of several, the one that was given is meant, or one of `near`; otherwise none is.
        """
        plain = name.removeprefix("./")
        for known in (name, plain):
            if known in self._documents or known in self._repository:
                return known
        ending = "/" + plain
        found = [each for each in self._by_name.get(plain.rpartition("/")[2], ()) if each.endswith(ending)]
        if len(found) > 1:
            likely = {*self._documents, *near}
            found = [each for each in found if each in likely]
        return found[0] if len(found) == 1 else None

    def lines(self, path: str) -> list[str]:
        """The lines of a known file; none if it cannot be read (any more)."""
        if path not in self._lines:
            self._lines[path] = self._read(path)
        return self._lines[path]

    def _read(self, path: str) -> list[str]:
        if path in self._documents:
            return self._documents[path].split("\n")
        if self._index is None or path not in self._repository:
            return []
        return lines_of(self._index.root, path)

    def definitions(self, path: str) -> list[Named]:
        """Those of a known file, in its order."""
        if path not in self._definitions:
            self._definitions[path] = self._defined_in(path)
        return self._definitions[path]

    def _defined_in(self, path: str) -> list[Named]:
        if path not in self._documents:
            found = self._index.definitions(path) if self._index is not None else []
            return [Named(each.name, each.container, _lines_of(each)) for each in found]
        language = language_for(Path(path))
        found_here = definitions(language, self._documents[path]) if language else []
        return [Named(each.name, "", Citation(path, each.start_line, each.end_line)) for each in found_here]

    def bodies_within(self, place: Citation) -> list[Citation]:
        """The bodies of the definitions that begin inside a place of the repository."""
        known = self._index is not None and place.path in self._repository
        found = self._index.definitions(place.path) if self._index is not None and known else []
        return [
            Citation(place.path, each.body_line, each.end_line)
            for each in found
            if place.start < each.start_line and each.body_line <= each.end_line <= place.end
        ]

    def named(self, name: str, near: Iterable[str] = ()) -> list[Citation]:
        """Where a name ("run", "Runner.run") is defined: in the files that were given and in `near`, else in the only
        place of the repository."""
        around, _, own = name.rpartition(".")
        here = [
            each
            for path in dict.fromkeys((*self._documents, *near))
            for each in self.definitions(path)
            if each.name == own
        ]
        found = self._index.named([own]) if not here and self._index is not None else []
        every = here or [Named(each.name, each.container, _lines_of(each)) for each in found]
        inside = [each for each in every if around and each.container.endswith(around.rpartition(".")[2])]
        best = inside or every
        return [each.place for each in best if self.holds(each.place)] if here or len(best) == 1 else []

    def holds(self, place: Citation) -> bool:
        """Whether the lines exist (still)."""
        return 1 <= place.start <= place.end <= len(self.lines(place.path))


def _lines_of(definition: Definition) -> Citation:
    return Citation(definition.path, definition.start_line, definition.end_line)
