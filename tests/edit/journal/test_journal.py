"""The journal of one working tree."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.journal import journal as module
from codeassist.edit.journal import listing, renaming
from codeassist.edit.journal.journal import Journal
from codeassist.errors import ConflictError, MissingError, UsageError
from tests.edit.journal.trees import Tree


def test_a_change_set_is_applied_listed_and_taken_back(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a.py": b"one\r\ntwo", "b.py": b"x\n"})
    before = tree.now
    edits = (
        FileEdit("a.py", b"one\r\ntwo", b"one\r\n2\r\n3"),
        FileEdit("b.py", b"x\n", b""),
        FileEdit("new/c.py", None, b"y\n", 0o755),
    )
    entry = tree.apply(*edits, title="several files")
    assert (tree.read("a.py"), tree.read("b.py"), tree.read("new/c.py")) == (b"one\r\n2\r\n3", b"", b"y\n")
    assert stat.S_IMODE((tree.root / "new/c.py").stat().st_mode) == 0o755
    (listed,) = tree.entries()
    assert (listed.id, listed.title, listed.state) == (entry, "several files", "applied")
    assert listed.files == (("a.py", 2, 1), ("b.py", 0, 1), ("new/c.py", 1, 0))
    assert tree.undo().conflicts == ()
    assert tree.now == before
    assert [each.state for each in tree.entries()] == ["undone"]


def test_what_is_kept_of_files_is_private(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": b"1"})
    tree.apply(FileEdit("a", b"1", b"2"))
    modes = {stat.S_IMODE(each.stat().st_mode) for each in tree.state.rglob("*") if each.is_file()}
    assert modes == {0o600}
    assert stat.S_IMODE(tree.folder.stat().st_mode) == stat.S_IMODE(tree.folder.parent.stat().st_mode) == 0o700


def test_mode_owner_attributes_and_links_stay(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"deep/a": b"1"})
    path = tree.root / "deep/a"
    path.chmod(0o2640)
    try:
        os.setxattr(path, "user.kept", b"yes")
    except OSError:
        pytest.skip("no extended attributes here")
    (tree.root / "link").symlink_to("deep/a")
    (tree.root / "folder").symlink_to(tree.root / "deep")
    if os.geteuid() == 0:
        os.chown(path, 12345, 12346)
        path.chmod(0o2640)
    before, owner = tree.now, (path.stat().st_uid, path.stat().st_gid)
    tree.apply(FileEdit("link", b"1", b"2"))
    tree.apply(FileEdit("folder/a", b"2", b"3"))
    assert tree.read("deep/a") == b"3"
    assert (tree.root / "link").is_symlink()
    assert (path.stat().st_uid, path.stat().st_gid) == owner
    assert (stat.S_IMODE(path.stat().st_mode), os.getxattr(path, "user.kept")) == (0o2640, b"yes")
    tree.undo()
    tree.undo()
    assert (tree.now, os.getxattr(path, "user.kept")) == (before, b"yes")


def test_a_new_file_has_no_more_rights_than_the_umask_lets(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    known = os.umask(0o077)
    try:
        tree.apply(FileEdit("a", None, b"1", 0o755))
    finally:
        os.umask(known)
    assert stat.S_IMODE((tree.root / "a").stat().st_mode) == 0o700


def test_another_name_of_a_file_keeps_the_old_content(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": b"1"})
    os.link(tree.root / "a", tree.root / "copy")
    tree.apply(FileEdit("a", b"1", b"2"))
    assert (tree.read("a"), tree.read("copy")) == (b"2", b"1")


REFUSED = {
    "is no path inside": ("../a", "/etc/a", "a/../../b", "", ".", "./a", "a//b", "a\0b"),
    "leads out of": ("out", "out/a", "sibling/a"),
    "is in git's own folder": (".git/config", "inner/.git/hooks/a", ".GIT/a", ".g\u200cit/a", "hidden/a", "git~1/a"),
    "Too many levels of symbolic links": ("loop",),
}


@pytest.mark.parametrize(("path", "reason"), [(path, reason) for reason, paths in REFUSED.items() for path in paths])
def test_paths_that_lead_out_or_into_git_are_refused(tmp_path: Path, path: str, reason: str) -> None:
    tree = Tree(tmp_path, {".git/config": b""})
    (tree.root / "out").symlink_to(tmp_path)
    (tmp_path / "tree of others").mkdir()
    (tree.root / "sibling").symlink_to(tmp_path / "tree of others")
    (tree.root / "hidden").symlink_to(".git")
    (tree.root / "loop").symlink_to("loop")
    before = tree.now
    with pytest.raises((UsageError, MissingError), match=reason):
        tree.apply(FileEdit(path, None, b"1"))
    assert tree.now == before
    assert not list((tmp_path / "tree of others").iterdir())
    assert tree.entries() == []


def test_names_may_be_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"n\xffm \n%e")
    tree = Tree(tmp_path)
    try:
        tree.write(name, b"1")
    except OSError:
        pytest.skip("this file system takes text only")
    tree.apply(FileEdit(name, b"1", b"2"), title="\udcff\n")
    assert tree.read(name) == b"2"
    assert tree.entries()[0].files == ((name, 1, 1),)
    tree.undo()
    assert tree.read(name) == b"1"


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (FileEdit("a", b"0", b"2"), "a has changed since it was read"),
        (FileEdit("a", b"00", b"2"), "a has changed since it was read"),
        (FileEdit("a", None, b"2"), "a exists already"),
        (FileEdit("a", b"0", None), "a has changed since it was read"),
        (FileEdit("b", b"0", b"2"), "b is gone"),
        (FileEdit("no/b", b"0", b"2"), "no/b is gone"),
    ],
)
def test_a_file_that_is_otherwise_is_refused(tmp_path: Path, edit: FileEdit, reason: str) -> None:
    tree = Tree(tmp_path, {"a": b"1", "other": b"1"})
    before = tree.now
    with pytest.raises(ConflictError, match=f"^{reason}$") as caught:
        tree.apply(FileEdit("other", b"1", b"2"), edit)
    assert caught.value.hint
    assert (tree.now, tree.entries()) == (before, [])


def test_only_files_are_written(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    (tree.root / "folder").mkdir()
    os.mkfifo(tree.root / "pipe")
    for name in ("folder", "pipe"):
        for before in (None, b""):
            with pytest.raises(UsageError, match="no regular file"):
                tree.apply(FileEdit(name, before, b"1"))
    with pytest.raises(MissingError, match="Not a directory"):
        tree.apply(FileEdit("pipe/b", None, b"1"))


def test_a_read_only_file_is_left_alone(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": b"1"})
    (tree.root / "a").chmod(0o444)
    with pytest.raises(MissingError, match="cannot write a: it is read-only") as caught:
        tree.apply(FileEdit("a", b"1", b"2"))
    assert "chmod u+w a" in caught.value.hint
    assert tree.read("a") == b"1"


def test_a_change_set_names_each_file_once_and_changes_something(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": b"1"})
    (tree.root / "link").symlink_to("a")
    with pytest.raises(UsageError, match="changed twice"):
        tree.apply(FileEdit("a", b"1", b"2"), FileEdit("link", b"1", b"3"))
    with pytest.raises(UsageError, match="nothing to change"):
        tree.apply()
    with tree.open() as journal, pytest.raises(UsageError, match="whose journal this is"):
        journal.apply(ChangeSet(tmp_path, "", (FileEdit("a", b"1", b"2"),)))


def test_a_root_may_be_named_through_a_link(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"a": b"1"})
    (tmp_path / "other name").symlink_to(tree.root)
    with Journal.open(tree.state, tmp_path / "other name") as journal:
        journal.apply(ChangeSet(tmp_path / "other name", "", (FileEdit("a", b"1", b"2"),)))
    assert len(tree.entries()) == 1


def test_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOCK_SECONDS", 0.0)
    tree = Tree(tmp_path)
    with tree.open(), pytest.raises(MissingError, match="another codeassist is changing files"):
        tree.open()
    with tree.open():
        pass


def test_a_state_directory_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    tree.state.write_bytes(b"")
    with pytest.raises(MissingError, match="cannot create"):
        tree.open()


def test_no_exchange_of_names_needs_a_replacement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renaming, "_call", lambda: None)
    tree = Tree(tmp_path, {"a": b"1"})
    tree.apply(FileEdit("a", b"1", b"2"), FileEdit("b", None, b"3"))
    assert (tree.read("a"), tree.read("b")) == (b"2", b"3")
    tree.undo()
    assert list(tree.now) == ["a"]


def test_without_links_either_a_free_name_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(renaming, "_call", lambda: None)
    monkeypatch.setattr(os, "link", link)
    tree = Tree(tmp_path)
    tree.apply(FileEdit("b", None, b"3"))
    assert list(tree.now) == ["b"]
    descriptor = os.open(tree.root, os.O_RDONLY)
    tree.write("c", b"")
    with pytest.raises(FileExistsError):
        renaming.move(descriptor, "b", "c")
    os.close(descriptor)


def test_the_oldest_edits_are_forgotten_with_their_undoing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_EDITS", 3)
    tree = Tree(tmp_path, {"a": b"0"})
    ids = []
    for number in range(5):
        ids.append(tree.apply(FileEdit("a", b"%d" % number, b"%d" % (number + 1)), title=str(number)))
        if number == 1:
            tree.undo()
            tree.write("a", b"2")
    assert [each.id for each in tree.entries()] == ids[:1:-1]
    assert len([each for each in tree.folder.iterdir() if each.is_dir()]) == 3


def test_of_too_many_bytes_the_newest_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_BYTES", 100)
    tree = Tree(tmp_path, {"a": b"", "b": b""})
    tree.apply(FileEdit("a", b"", b"1" * 60), title="first")
    tree.apply(FileEdit("b", b"", b"1" * 30), title="second")
    assert [each.title for each in tree.entries()] == ["second", "first"]
    tree.apply(FileEdit("b", b"1" * 30, b"2" * 600), title="third")
    assert [each.title for each in tree.entries()] == ["third"]
