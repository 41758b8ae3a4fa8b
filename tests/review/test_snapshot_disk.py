"""Snapshots whose new side is on disk or in an editor."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codeassist.errors import UsageError
from codeassist.review import disk, snapshot, taking
from codeassist.review.change import Hunk
from tests.repository import git, repository
from tests.review.test_snapshot import TEXT, by_path, write


def test_the_working_tree_is_against_the_index(tmp_path: Path) -> None:
    root = repository(
        tmp_path / "repo", {"a.py": TEXT, "gone.py": "x\n", "same.py": "s\n", "crlf.py": "a\nb\n", "b": b"\0"}
    )
    write(root, {"a.py": "zero\n" + TEXT})
    git(root, "add", "a.py")
    write(root, {"a.py": "zero\n" + TEXT + "last\n", "new.py": "n\n", "ignored.py": "i\n", ".gitignore": "ignored.*\n"})
    write(root, {"crlf.py": "a\r\nb\r\n", "same.py": "s\n"})
    (root / "gone.py").unlink()
    os.utime(root / "same.py", (1, 1))
    os.utime(root / "b", (1, 1))
    (root / "pipe").symlink_to("/dev/zero")
    files = by_path(snapshot.working(os.environ, root))
    told = {path: (each.status, each.hunks) for path, each in files.items()}
    assert told == {
        "a.py": ("modified", (Hunk(22, 0, 22, 1),)),
        "gone.py": ("deleted", (Hunk(1, 1, 1, 0),)),
        "new.py": ("added", (Hunk(1, 0, 1, 1),)),
        ".gitignore": ("added", (Hunk(1, 0, 1, 1),)),
        "pipe": ("added", ()),
    }
    assert files["pipe"].omitted == "link"


def test_paths_are_whole_files(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"a.py": "1\n2\n", "pkg/b.py": "b\n", ".gitignore": "pkg/out\n"})
    write(root, {"pkg/new.py": "n\n", "pkg/out": "o\n"})
    (root / "pkg/link").symlink_to("../a.py")

    def paths(place: Path, *given: str) -> list[str]:
        return [each.path for each in snapshot.of_paths(os.environ, place, given).files]

    assert paths(root, "pkg") == ["pkg/b.py", "pkg/new.py"]
    assert paths(root / "pkg", "b.py", "../a.py", "../a.py") == ["a.py", "pkg/b.py"]
    assert paths(root / "pkg", "..") == [".gitignore", "a.py", "pkg/b.py", "pkg/new.py"]
    assert paths(root, str(root / "pkg" / "out")) == ["pkg/out"]
    taken = snapshot.of_paths(os.environ, root, ["a.py", "pkg/link"])
    assert [(each.omitted, each.hunks) for each in taken.files] == [("", (Hunk(1, 0, 1, 2),)), ("link", ())]
    assert (taken.kind, taken.read("pkg/b.py"), taken.read("pkg/link")) == ("paths", "b\n", None)
    for wrong in ("nothing", "/etc/passwd", "../outside", "a\0b"):
        with pytest.raises(UsageError):
            snapshot.of_paths(os.environ, root, [wrong])
    os.mkfifo(root / "pipe")
    with pytest.raises(UsageError, match="neither"):
        snapshot.of_paths(os.environ, root, ["pipe"])


def test_paths_need_no_repository(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "a\n", "sub/b.py": "b\n"})
    taken = snapshot.of_paths(os.environ, tmp_path, ["a.py", "sub"])
    assert (taken.root, [each.path for each in taken.files]) == (tmp_path, ["a.py", "sub/b.py"])


def test_an_editors_text_is_against_what_the_repository_has(tmp_path: Path) -> None:
    write(tmp_path, {"b.py": "b\n", "a.py": "on disk\n"})
    taken = snapshot.of_text(tmp_path, "a.py", "1\n2\n", "1\r\nx\r\n2\r\n")
    change = taken.files[0]
    assert (change.status, change.hunks, change.newline, change.new) == (
        "modified",
        (Hunk(2, 0, 2, 1),),
        "\r\n",
        "1\nx\n2\n",
    )
    assert (taken.read("a.py"), taken.read("b.py"), taken.read("../b.py")) == ("1\nx\n2\n", "b\n", None)
    assert snapshot.of_text(tmp_path, "a.py", None, "1\n").files[0].status == "added"
    assert snapshot.of_text(tmp_path, "a.py", None, "x" * 1_000_001).files[0].omitted == "large"


def test_beyond_the_limits_nothing_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "repo", {"z": "z\n"})
    write(root, {f"{number}.txt": "12345\n" for number in range(5)})
    read: list[int] = []
    look = disk.look

    def counted(root: Path, path: str, most: int) -> disk.OnDisk | None:
        found = look(root, path, most)
        read.append(0 if found is None or found.data is None else len(found.data))
        return found

    monkeypatch.setattr(disk, "look", counted)
    monkeypatch.setattr(taking, "_MOST_BYTES", 14)
    for taken in (snapshot.working(os.environ, root), snapshot.of_paths(os.environ, root, [str(root)])):
        assert [each.path for each in taken.files][:2] == ["0.txt", "1.txt"]
        assert taken.skipped == tuple((f"{number}.txt", taking.MUCH) for number in range(2, 5))
    monkeypatch.setattr(taking, "_MOST_FILES", 1)
    assert len(snapshot.working(os.environ, root).skipped) == 4
    assert read == [6, 6, 0, 0, 0, 6, 6, 0, 0, 0, 2, 6, 0, 0, 0, 0]
