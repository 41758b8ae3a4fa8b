"""A working tree and its journal, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks.changesets import Snapshot, snapshot
from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.journal.journal import Entry, Journal, Undone


class Tree:
    """Files below a folder. `state` is the state directory."""

    def __init__(self, base: Path, files: Mapping[str, bytes] | None = None) -> None:
        self.root, self.state = base / "tree", base / "state"
        self.root.mkdir()
        for name, data in (files or {}).items():
            self.write(name, data)

    def write(self, name: str, data: bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def change(self, *edits: FileEdit, title: str = "an edit") -> ChangeSet:
        return ChangeSet(self.root, title, edits)

    def open(self) -> Journal:
        return Journal.open(self.state, self.root)

    def apply(self, *edits: FileEdit, title: str = "an edit") -> str:
        with self.open() as journal:
            return journal.apply(self.change(*edits, title=title))

    def undoing(self, entry: str = "") -> tuple[Entry, Undone]:
        with self.open() as journal:
            return journal.undoing(entry)

    def undo(self, entry: str = "") -> Undone:
        with self.open() as journal:
            found, undone = journal.undoing(entry)
            journal.undo(found, undone)
            return undone

    def entries(self) -> list[Entry]:
        with self.open() as journal:
            return journal.entries()

    @property
    def now(self) -> Snapshot:
        return snapshot(self.root)

    @property
    def folder(self) -> Path:
        """The journal's."""
        (found,) = (self.state / "edits").iterdir()
        return found
