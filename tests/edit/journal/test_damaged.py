"""A journal of which something is missing, unreadable or not what was written: nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeassist.edit.change import FileEdit
from codeassist.errors import MissingError, UsageError
from tests.edit.journal.trees import Tree


@pytest.mark.parametrize("name", ["0.before", "0.after", "manifest.json"])
def test_a_damaged_journal_writes_nothing(tmp_path: Path, name: str) -> None:
    tree = Tree(tmp_path, {"a": b"1"})
    entry = tree.apply(FileEdit("a", b"1", b"2"))
    (tree.folder / entry / name).write_bytes(b"0")
    with pytest.raises((MissingError, UsageError), match=r"damaged|there is no edit"):
        tree.undo()
    assert tree.read("a") == b"2"


def test_a_journal_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": b"1"})
    entry = tree.apply(FileEdit("a", b"1", b"2"))
    manifest = tree.folder / entry / "manifest.json"
    manifest.unlink()
    manifest.mkdir()
    for act in (tree.undo, tree.entries, lambda: tree.apply(FileEdit("a", b"2", b"3"))):
        with pytest.raises(MissingError, match=r"cannot (read|write) .*edits.*: Is a directory"):
            act()
    assert tree.read("a") == b"2"


def test_an_undoing_is_not_forgotten_before_its_edit(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": b"1"})
    entry = tree.apply(FileEdit("a", b"1", b"2"))
    tree.undo()
    manifest = tree.folder / entry / "manifest.json"
    known = manifest.read_bytes()
    manifest.write_bytes(b"")
    tree.apply(FileEdit("a", b"1", b"3"))
    manifest.write_bytes(known)
    assert [each.state for each in tree.entries()] == ["applied", "undone"]


def test_an_edit_of_which_nothing_tells_how_far_it_got_is_left_alone(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": b"1"})
    entry = tree.apply(FileEdit("a", b"1", b"2"))
    (tree.folder / entry / "done").unlink()
    assert [each.state for each in tree.entries()] == ["broken"]
    assert tree.read("a") == b"2"
