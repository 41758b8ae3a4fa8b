"""Copies of trees."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeassist.edit import replica as module
from codeassist.edit import treefiles
from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.replica import Replica
from codeassist.errors import CancelledError, MissingError
from tests.repository import git, repository


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where copies are made; nothing of them is there at the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def never() -> bool:
    return False


def change(root: Path, *edits: FileEdit) -> ChangeSet:
    return ChangeSet(root.resolve(), "do", edits)


def state(top: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and content of everything; of a link where it leads."""
    found: dict[str, tuple[int, bytes]] = {}
    for folder, folders, files in os.walk(top):
        for name in [*files, *(each for each in folders if (Path(folder) / each).is_symlink())]:
            path = Path(folder) / name
            data = os.fsencode(os.readlink(path)) if path.is_symlink() else path.read_bytes()  # noqa: PTH115
            found[path.relative_to(top).as_posix()] = (path.lstat().st_mode, data)
    return found


def test_it_holds_what_a_check_needs(tmp_path: Path) -> None:
    root = repository(tmp_path / "my tree", {"a.py": "a\n", "deep/b\n.py": "b\n", "gone": "", ".gitignore": "*.o\n"})
    (root / "run.sh").write_text("x\n")
    (root / "run.sh").chmod(0o755)
    (root / "gone").unlink()
    (root / "a.o").write_text("")
    (root / "new.py").write_text("new\n")
    os.utime(root / "a.py", ns=(1, 10**18))
    with Replica(root) as replica:
        top = replica.put(change(root), never)
        assert top.name == "my tree"
        assert sorted(state(top)) == [".gitignore", "a.py", "deep/b\n.py", "new.py", "run.sh"]
        assert {path: state(root)[path] for path in state(top)} == state(top)
        assert (top / "a.py").stat().st_mtime_ns == 10**18
        assert (top / "a.py").stat().st_ino != (root / "a.py").stat().st_ino


def test_the_change_is_in_it_and_not_in_the_tree(tmp_path: Path) -> None:
    root = repository(tmp_path / "tree", {"run.sh": "a\n", "gone": "g", "real/c": "c\n", ".gitignore": "ignored\n"})
    (root / "run.sh").chmod(0o555)
    (root / "ignored").write_text("i\n")
    (root / "ignored").chmod(0o640)
    (root / "link").symlink_to("real/c")
    before = state(root)
    edits = (
        FileEdit("run.sh", b"a\n", b"b\r\n"),
        FileEdit("gone", b"g", None),
        FileEdit("new/folder/x.sh", None, b"x", 0o755),
        FileEdit("link", b"c\n", b"d\n"),
        FileEdit("ignored", b"i\n", b"j\n"),
    )
    with Replica(root) as replica:
        top = replica.put(change(root, *edits), never)
        found = {path: (mode & 0o777, data) for path, (mode, data) in state(top).items()}
        assert found.pop("link")[1] == b"real/c"
        assert found == {
            "run.sh": (0o555, b"b\r\n"),
            "new/folder/x.sh": (0o755, b"x"),
            "real/c": (0o644, b"d\n"),
            "ignored": (0o640, b"j\n"),
            ".gitignore": (0o644, b"ignored\n"),
        }
        assert state(root) == before


def test_it_is_as_new_for_the_next(tmp_path: Path) -> None:
    root = repository(tmp_path / "tree", {"a": "a\n", "b": "b\n", "deep/er/c": "c\n", "d/d": "d\n", "e/e": "e\n"})
    (root / "link").symlink_to("a")
    (root / "node_modules").mkdir()
    (root / ".git/info/exclude").write_text("node_modules\n")
    with Replica(root) as replica:
        top = replica.put(change(root), never)
        clean = state(top)
        replica.put(change(root, FileEdit("a", b"a\n", b"A\n"), FileEdit("made/x", None, b"x")), never)
        inode = (top / "e/e").stat().st_ino
        written = (top / "b").stat()
        (top / "b").write_text("B\n")  # as long
        os.utime(top / "b", ns=(written.st_atime_ns, written.st_mtime_ns))
        (top / "deep/er/c").unlink()
        (top / "deep/er").rmdir()
        (top / "deep/er").symlink_to(root / "deep")
        (top / "d/d").unlink()
        (top / "d").rmdir()
        (top / "d").write_text("a file now")
        (top / "link").unlink()
        (top / "link").mkdir()
        (top / "link/x").write_text("x")
        (top / "node_modules").unlink()
        (top / "cache/deep").mkdir(parents=True)
        (top / "cache/deep/x").write_text("x")
        assert replica.put(change(root), never) == top
        assert state(top) == clean
        assert (top / "e/e").stat().st_ino == inode, "what nobody touched stays"


def test_it_is_made_again_if_it_is_gone(tmp_path: Path) -> None:
    root = repository(tmp_path / "tree", {"a": "a\n"})
    with Replica(root) as replica:
        first = replica.put(change(root), never)
        clean = state(first)
        (first / "a").unlink()
        first.rmdir()
        assert state(replica.put(change(root), never)) == clean


def test_links(tmp_path: Path) -> None:
    """No link leads from the copy into the tree, but for what environments hold."""
    root = repository(tmp_path / "tree", {"real/a": "a\n", "kept/b": "b\n"})
    (tmp_path / "outside").write_text("o\n")
    root = root.resolve()
    for name, to in {
        "in": "real/a",
        "absolute": str(root / "real/a"),
        "deep": "./real/../real",
        "out": "../outside",
        "kept/out": "../../outside",
        "dangling": "nowhere",
        "self": str(root),
    }.items():
        (root / name).symlink_to(to)
    with Replica(root) as replica:
        top = replica.put(change(root, FileEdit("absolute", b"a\n", b"A\n")), never)
        leads = {path: data.decode() for path, (_mode, data) in state(top).items() if (top / path).is_symlink()}
        outside = str(root.parent / "outside")
        assert leads == {
            "in": "real/a",
            "absolute": str(top / "real/a"),
            "deep": "./real/../real",
            "out": outside,
            "kept/out": outside,
            "dangling": "nowhere",
            "self": str(top),
        }
        assert (top / "real/a").read_bytes() == b"A\n"
        assert (root / "real/a").read_bytes() == b"a\n"


def test_what_git_tracks_below_a_link_is_not_written_through_it(tmp_path: Path) -> None:
    root = repository(tmp_path / "tree", {"folder/a": "a\n", "b": "b\n"})
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "folder/a").rename(outside / "a")
    (root / "folder").rmdir()
    (root / "folder").symlink_to(outside)
    with Replica(root) as replica:
        top = replica.put(change(root), never)
        assert sorted(state(top)) == ["b", "folder"]
        assert [each.name for each in outside.iterdir()] == ["a"]


@pytest.mark.parametrize("path", ["../x", "out/x", "venv/x", "/x"])
def test_nothing_outside_is_written(path: str, tmp_path: Path) -> None:
    root = repository(tmp_path / "tree", {"a": "a\n", ".gitignore": "venv\n"})
    (tmp_path / "outside").mkdir()
    (root / "out").symlink_to("../outside")
    (root / "venv").mkdir()
    with Replica(root) as replica, pytest.raises(MissingError, match="not part of the copy"):
        replica.put(change(root, FileEdit(path, None, b"x")), never)
    assert list((tmp_path / "outside").iterdir()) == list((root / "venv").iterdir()) == []


def test_environments_are_linked(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a/package.json": "{}",
        "vendor/x": "tracked",
        ".gitignore": "node_modules\nvenv\n.venv\n",
    }
    root = repository(tmp_path / "tree", files).resolve()
    for name in ("a/node_modules", ".venv", "b/node_modules"):
        (root / name).mkdir(parents=True)
    with Replica(root) as replica:
        found = state(replica.put(change(root), never))
        assert found.pop("a/node_modules")[1] == bytes(root / "a/node_modules")
        assert found.pop(".venv")[1] == bytes(root / ".venv")
        assert sorted(found) == [".gitignore", "a/package.json", "vendor/x"]


def test_submodules_are_part_of_it_and_other_repositories_not(tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner", {"i": "i\n"})
    root = repository(tmp_path / "tree", {"a": "a\n"})
    git(root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "lib/inner")
    repository(root / "other", {"o": "o\n"})
    with Replica(root) as replica:
        found = state(replica.put(change(root), never))
        assert sorted(found) == [".gitmodules", "a", "lib/inner/i"]


def test_outside_of_git_everything(tmp_path: Path) -> None:
    root = tmp_path / "plain"
    for name in ("a", "deep/b", ".hidden", "venv/x", ".git-not/x", "sub/.git/x"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    (root / "link").symlink_to("a")
    os.mkfifo(root / "pipe")
    with Replica(root) as replica:
        found = state(replica.put(change(root), never))
        assert sorted(found) == [".git-not/x", ".hidden", "a", "deep/b", "link", "venv"]


def test_there_is_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "tree", {"a": "a" * 9, "b": "b" * 9})
    monkeypatch.setattr(treefiles, "MOST", 1)
    with Replica(root) as replica, pytest.raises(MissingError, match="over 1 files"):
        replica.put(change(root), never)
    monkeypatch.undo()
    monkeypatch.setattr(module, "_MOST_BYTES", 17)
    with Replica(root) as replica, pytest.raises(MissingError, match="too large"):
        replica.put(change(root), never)


def test_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "tree", {"a": "a"})
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with Replica(root) as replica, pytest.raises(MissingError) as raised:
        replica.put(change(root), never)
    assert "TMPDIR" in raised.value.hint


def test_it_can_be_interrupted(tmp_path: Path) -> None:
    root = repository(tmp_path / "tree", {"a": "a", "b": "b"})
    with Replica(root) as replica, pytest.raises(CancelledError):
        replica.put(change(root), lambda: True)


def test_it_goes_whatever_a_check_did_to_it(tmp_path: Path) -> None:
    root = repository(tmp_path / "tree", {"a": "a", "deep/b": "b"})
    with Replica(root) as replica:
        top = replica.put(change(root), never)
        for folder in (top / "deep", top):
            folder.chmod(0o500)
    assert (root / "a").exists()
