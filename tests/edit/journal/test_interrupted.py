"""What becomes of a change set that was interrupted, and what people are told of it. At every call: test_durability."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeassist.edit.change import FileEdit
from codeassist.edit.journal import changing, taking_back
from codeassist.edit.journal.step import Step
from codeassist.edit.journal.step import swap as swap_really
from codeassist.errors import ConflictError, MissingError, UsageError
from tests.edit.journal.trees import Tree


class Killed(BaseException):
    """As if the process had ended."""


def interrupt(tree: Tree, monkeypatch: pytest.MonkeyPatch, *edits: FileEdit, undo: bool = False) -> str:
    """Apply a change set (or undo the last) and be killed just before its last file is swapped."""
    with monkeypatch.context() as patch:
        last = (edits or tree.undoing()[1].change.files)[-1].path

        def swap(step: Step) -> None:
            if step.path == last:
                raise Killed
            swap_really(step)

        patch.setattr(changing, "swap", swap)
        patch.setattr(changing, "_abandon", lambda *_: [])
        with pytest.raises(Killed):
            _ = tree.undo() if undo else tree.apply(*edits)
    (entry,) = (each.parent.name for each in tree.folder.glob("*/pending"))
    return entry


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path, {"a": b"a1", "b": b"b1", "c": b"c1"})


EDITS = (FileEdit("a", b"a1", b"a2"), FileEdit("b", b"b1", b"b2"), FileEdit("c", b"c1", b"c2"))


def test_it_is_taken_back_and_told_once(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree.now
    entry = interrupt(tree, monkeypatch, *EDITS)
    assert (tree.read("a"), tree.read("b"), tree.read("c")) == (b"a2", b"b2", b"c1")
    assert len(tree.now) == 6
    with tree.open() as journal:
        assert journal.notices == (f"edit {entry} was interrupted: its files are as they were before it",)
        assert journal.entries() == []
    assert tree.now == before
    with tree.open() as journal:
        assert journal.notices == ()


def test_an_undo_is_taken_back_too(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = tree.apply(*EDITS)
    applied = tree.now
    interrupt(tree, monkeypatch, undo=True)
    with tree.open() as journal:
        assert journal.notices == (f"undoing {entry} was interrupted: its files are as they were before it",)
        assert [each.state for each in journal.entries()] == ["applied"]
    assert tree.now == applied
    tree.undo()
    assert tree.read("a") == b"a1"


def test_a_file_that_was_changed_since_stays(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = interrupt(tree, monkeypatch, *EDITS)
    tree.write("a", b"mine")
    with tree.open() as journal:
        changed, summary = journal.notices
        assert [each.state for each in journal.entries()] == ["broken"]
    kept = tree.folder / entry / "0.before"
    assert changed == f"a has been changed since: it stays as it is (before: {kept})"
    assert summary == f"edit {entry} was interrupted: its other files are as they were before it"
    assert kept.read_bytes() == b"a1"
    assert {name: each[2] for name, each in tree.now.items()} == {"a": b"mine", "b": b"b1", "c": b"c1"}
    with pytest.raises(UsageError, match="was interrupted: its contents are in"):
        tree.undo(entry)
    with pytest.raises(UsageError, match="no edit to undo"):
        tree.undo()
    with tree.open() as journal:
        assert journal.notices == ()


def test_a_file_that_was_removed_since_stays_away(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = interrupt(tree, monkeypatch, *EDITS)
    (tree.root / "a").unlink()
    with tree.open() as journal:
        assert journal.notices[0] == f"a is gone (before: {tree.folder / entry / '0.before'})"
        assert len(journal.notices) == 2
    assert {name: each[2] for name, each in tree.now.items()} == {"b": b"b1", "c": b"c1"}


def test_what_was_swapped_out_and_changed_twice_goes_to_the_journal(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = interrupt(tree, monkeypatch, *EDITS)
    (tree.root / f".codeassist-{entry}-0.new").write_bytes(b"typed before it was swapped out")
    tree.write("a", b"typed later")
    with tree.open() as journal:
        kept = tree.folder / entry / "0.found-0"
        assert journal.notices[0].startswith(f"a was written twice meanwhile: what was there first is in {kept}")
    assert (tree.read("a"), kept.read_bytes()) == (b"typed later", b"typed before it was swapped out")
    assert sorted(tree.now) == ["a", "b", "c"]


def test_one_whose_journal_is_damaged_is_left_as_it_is(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = interrupt(tree, monkeypatch, *EDITS)
    (tree.folder / entry / "1.before").write_bytes(b"0")
    left = tree.now
    with tree.open() as journal:
        assert journal.notices == (f"edit {entry} of the journal is damaged: {tree.folder / entry / '1.before'}",)
    assert tree.now == left


def test_a_file_that_is_open_for_writing_elsewhere_is_not_swapped(tree: Tree) -> None:
    before = tree.now
    with (tree.root / "b").open("r+b") as other:
        with pytest.raises(ConflictError, match="b has changed since it was read"):
            tree.apply(*EDITS)
        assert tree.now == before
        other.write(b"mine")
    assert tree.read("b") == b"mine"
    tree.apply(EDITS[0], EDITS[2])


def test_a_swapped_file_that_is_being_written_is_not_taken_back(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt(tree, monkeypatch, *EDITS)
    with (tree.root / "b").open("r+b") as other:
        with tree.open() as journal:
            assert journal.notices[0].startswith("b has been changed since: it stays as it is")
        other.write(b"mine")
    assert (tree.read("a"), tree.read("b"), tree.read("c")) == (b"a1", b"mine", b"c1")


def test_what_cannot_be_taken_back_is_told_and_tried_again(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree.now
    with monkeypatch.context() as patch:

        def exchange(*_: object) -> bool:
            raise OSError(5, "Input/output error")

        def swap(step: Step) -> None:
            if step.path == "c":
                patch.setattr(taking_back, "put", exchange)
                raise OSError(5, "Input/output error")
            swap_really(step)

        patch.setattr(changing, "swap", swap)
        with pytest.raises(MissingError, match="cannot write c: Input/output error") as caught:
            tree.apply(*EDITS)
        assert "not all of it could be taken back (Input/output error): codeassist history tries" in caught.value.hint
        with tree.open() as journal:
            assert "was interrupted and cannot be taken back now (Input/output error)" in journal.notices[0]
            assert [each.state for each in journal.entries()] == ["broken"]
    assert tree.read("a") == b"a2"
    assert len(tree.entries()) == 0
    assert tree.now == before


def test_hidden_files_that_could_not_be_removed_go_later(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    def finish(_step: Step) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(changing, "finish", finish)
        tree.apply(*EDITS)
    assert len(tree.now) == 6
    with tree.open() as journal:
        assert journal.notices == ()
        assert [each.state for each in journal.entries()] == ["applied"]
    assert sorted(tree.now) == ["a", "b", "c"]


def test_a_vanished_folder_takes_nothing_with_it(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.write("deep/d", b"d1")
    edit = FileEdit("deep/d", b"d1", b"d2")
    interrupt(tree, monkeypatch, edit, FileEdit("new/e", None, b"e"), EDITS[0])
    for name in ("deep", "new"):
        for each in (tree.root / name).iterdir():
            each.unlink()
        (tree.root / name).rmdir()
    with tree.open() as journal:
        assert journal.notices[0].startswith("deep/d is gone (before: ")
        assert len(journal.notices) == 2
    assert tree.read("a") == b"a1"


def test_what_killed_processes_left_in_the_journal_is_removed(tree: Tree) -> None:
    tree.apply(EDITS[0])
    for name in (".making-00000000", ".gone-00000000", ".merge-x"):
        (tree.folder / name).mkdir()
        (tree.folder / name / "file").write_bytes(b"")
    assert len(tree.entries()) == 1
    assert [each.name for each in tree.folder.iterdir() if each.name.startswith(".")] == []
