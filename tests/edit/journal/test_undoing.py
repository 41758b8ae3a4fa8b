"""Undo where files were changed since."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from codeassist.edit.change import FileEdit
from codeassist.errors import ConflictError, MissingError, UsageError
from tests.edit.journal.trees import Tree

LINES = [b"%d\n" % number for number in range(20)]


def lines(**replaced: bytes) -> bytes:
    """Twenty lines, some of them others."""
    return b"".join(replaced.get(f"at{number}", line) for number, line in enumerate(LINES))


def test_later_changes_elsewhere_stay(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": lines()})
    tree.apply(FileEdit("a", lines(), lines(at5=b"edit\r\n")))
    tree.write("a", lines(at5=b"edit\r\n", at15=b"mine\n", at0=b"\xff\n"))
    assert tree.undo().conflicts == ()
    assert tree.read("a") == lines(at15=b"mine\n", at0=b"\xff\n")


def test_the_earlier_of_two_edits_can_be_undone(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": lines()})
    first = tree.apply(FileEdit("a", lines(), lines(at5=b"edit\n")))
    tree.apply(FileEdit("a", lines(at5=b"edit\n"), lines(at5=b"edit\n", at15=b"again\n")))
    tree.undo(first[:3])
    assert tree.read("a") == lines(at15=b"again\n")
    assert [each.state for each in tree.entries()] == ["applied", "undone"]
    tree.undo()
    assert tree.read("a") == lines()


def test_overlapping_changes_are_a_conflict_with_markers(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": lines(), "b": b"1"})
    tree.apply(FileEdit("a", lines(), lines(at5=b"edit\n")), FileEdit("b", b"1", b"2"))
    tree.write("a", lines(at5=b"mine\n"))
    entry, undone = tree.undoing()
    assert undone.conflicts == ("a",)
    marked = b"<<<<<<< now\nmine\n||||||| with the edit\nedit\n=======\n5\n>>>>>>> before the edit\n"
    assert [each.after for each in undone.change.files] == [lines(at5=marked), b"1"]
    assert (tree.read("a"), tree.read("b")) == (lines(at5=b"mine\n"), b"2")
    with tree.open() as journal:
        journal.undo(entry, undone)
    assert (tree.read("a"), tree.read("b")) == (lines(at5=marked), b"1")


def test_utf_16_is_merged_as_text(tmp_path: Path) -> None:
    def wide(text: bytes) -> bytes:
        return text.decode().encode("utf-16")

    tree = Tree(tmp_path, {"a": wide(lines())})
    tree.apply(FileEdit("a", wide(lines()), wide(lines(at5="ö\r\n".encode()))))
    tree.write("a", wide(lines(at5="ö\r\n".encode(), at15="ü\n".encode())))
    tree.undo()
    assert tree.read("a") == wide(lines(at15="ü\n".encode()))


@pytest.mark.parametrize("later", [b"\0other", None], ids=["no text", "gone"])
def test_what_cannot_be_merged_stays(tmp_path: Path, later: bytes | None) -> None:
    tree = Tree(tmp_path, {"a": b"1", "b": b"1"})
    tree.apply(FileEdit("a", b"1", b"\0edit"), FileEdit("b", b"1", b"2"))
    if later is None:
        (tree.root / "a").unlink()
    else:
        tree.write("a", later)
    before = tree.now.get("a")
    undone = tree.undo()
    assert (undone.conflicts, [each.path for each in undone.change.files]) == (("a",), ["b"])
    assert (tree.now.get("a"), tree.read("b")) == (before, b"1")


def test_a_made_file_that_was_written_since_is_not_removed(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    tree.apply(FileEdit("new/a", None, b"1"), FileEdit("new/b", None, b"1"))
    tree.write("new/a", b"mine")
    assert tree.undo().conflicts == ("new/a",)
    assert {name: each[2] for name, each in tree.now.items()} == {"new": b"", "new/a": b"mine"}


def test_a_removed_file_comes_back_as_it_was(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"deep/a": b"1"})
    (tree.root / "deep/a").chmod(0o666)
    before = tree.now
    tree.apply(FileEdit("deep/a", b"1", None))
    assert list(tree.now) == ["deep"]
    (tree.root / "deep").rmdir()
    tree.undo()
    assert tree.now["deep/a"] == before["deep/a"]


def test_what_a_person_put_into_a_new_folder_keeps_it(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    tree.apply(FileEdit("new/in/a", None, b"1"))
    tree.write("new/mine", b"2")
    tree.undo()
    assert list(tree.now) == ["new", "new/mine"]


def test_a_file_that_a_link_led_to_is_the_one_that_is_taken_back(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": b"1", "b": b"1"})
    (tree.root / "link").symlink_to("a")
    tree.apply(FileEdit("link", b"1", b"2"))
    (tree.root / "link").unlink()
    (tree.root / "link").symlink_to("b")
    tree.undo()
    assert (tree.read("a"), tree.read("b")) == (b"1", b"1")
    assert (tree.root / "link").is_symlink()


def test_a_file_that_became_a_link_is_left_alone(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": b"1", "b": b"2"})
    tree.apply(FileEdit("a", b"1", b"2"))
    (tree.root / "a").unlink()
    (tree.root / "a").symlink_to("b")
    assert tree.undoing()[1].conflicts == ("a",)


def test_nothing_is_undone_twice(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": b"1"})
    with pytest.raises(UsageError, match="there is no edit to undo"):
        tree.undo()
    entry = tree.apply(FileEdit("a", b"1", b"2"))
    with pytest.raises(UsageError, match="there is no edit zz"):
        tree.undo("zz")
    found, undone = tree.undoing()
    tree.undo()
    for again in (entry, entry[:4]):
        with pytest.raises(UsageError, match="undone already"):
            tree.undo(again)
    with tree.open() as journal, pytest.raises(UsageError, match="undone already"):
        journal.undo(found, undone)
    with pytest.raises(UsageError, match="there is no edit to undo"):
        tree.undo()


def test_what_was_taken_back_by_hand_counts_as_undone(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": b"1"})
    tree.apply(FileEdit("a", b"1", b"2"))
    tree.apply(FileEdit("a", b"2", b"3"))
    tree.write("a", b"2")
    with pytest.raises(UsageError, match="its files are as before"):
        tree.undo()
    assert [each.state for each in tree.entries()] == ["undone", "applied"]
    tree.undo()
    assert tree.read("a") == b"1"


def test_what_git_brings_back_can_be_undone_by_its_id(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": b"1"})
    entry = tree.apply(FileEdit("a", b"1", b"2"))
    for _ in range(2):
        tree.write("a", b"1")  # as after `git stash`
        with pytest.raises(UsageError, match="its files are as before"):
            tree.undo(entry)
    assert [each.name for each in tree.folder.iterdir() if (each / "manifest.json").exists()].count(entry) == 1
    assert len(list(tree.folder.glob("*/manifest.json"))) == 2
    tree.write("a", b"2")
    with pytest.raises(UsageError, match="there is no edit to undo"):
        tree.undo()
    tree.undo(entry)
    assert tree.read("a") == b"1"
    tree.write("a", b"2")
    with pytest.raises(UsageError, match="undone already"):
        tree.undo(entry)


@pytest.mark.parametrize("damage", ["", "[]", None, '{"id"'])
def test_an_edit_that_cannot_be_read_is_told(damage: str | None, tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": b"1"})
    tree.apply(FileEdit("a", b"1", b"2"))
    entry = tree.apply(FileEdit("a", b"2", b"3"))
    manifest = tree.folder / entry / "manifest.json"
    other = manifest.read_text().replace(entry, "../../x")
    manifest.write_text(other if damage is None else damage)
    with tree.open() as journal:
        (notice,) = journal.notices
    assert str(manifest.parent) in notice
    with pytest.raises(MissingError, match=f"edit {entry} of the journal"):
        tree.undo(entry[:6])
    assert tree.read("a") == b"3"


def test_the_beginning_of_an_id_must_tell_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = iter([b"\xab\xcd\0\0", b"\xab\xcd\x11\x11"])
    monkeypatch.setattr(os, "urandom", lambda _: next(ids))
    tree = Tree(tmp_path, {"a": b"1"})
    tree.apply(FileEdit("a", b"1", b"2"))
    tree.apply(FileEdit("a", b"2", b"3"))
    with pytest.raises(UsageError, match="2 edits begin with abcd"):
        tree.undoing("abcd")


def test_a_change_while_a_person_reads_is_kept(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": b"1"})
    tree.apply(FileEdit("a", b"1", b"2"))
    entry, undone = tree.undoing()
    tree.write("a", b"mine")
    with tree.open() as journal, pytest.raises(ConflictError, match="a has changed"):
        journal.undo(entry, undone)
    assert tree.read("a") == b"mine"
    assert [each.state for each in tree.entries()] == ["applied"]


def test_merges_keep_every_line_that_was_changed_since(tmp_path: Path) -> None:
    random = Random(3)  # noqa: S311
    tree = Tree(tmp_path)
    for number in range(12):
        name, ends = str(number), random.choice((b"\n", b"\r\n"))
        known = [b"%d%s" % (each, ends) for each in range(40)]
        edited, later = random.sample(range(0, 40, 4), 4), random.sample(range(2, 40, 4), 4)
        last = random.choice((b"", b"end"))

        def text(edit: bool, mine: bool, known: list[bytes] = known, end: bytes = last) -> bytes:
            found = [b"edit%d\n" % at if edit and at in edited else line for at, line in enumerate(known)]  # noqa: B023
            return b"".join(b"mine\r\n" * 2 if mine and at in later else line for at, line in enumerate(found)) + end  # noqa: B023

        tree.write(name, text(False, False))
        tree.apply(FileEdit(name, text(False, False), text(True, False)))
        tree.write(name, text(True, True))
        assert tree.undo().conflicts == ()
        assert tree.read(name) == text(False, True)
