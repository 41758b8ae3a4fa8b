"""Snapshots of each kind: which files, which lines, which texts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codeassist.errors import MissingError, UsageError
from codeassist.review import snapshot, taking
from codeassist.review.change import FileChange, Hunk, Snapshot
from tests.repository import git, repository

TEXT = "".join(f"line {number}\n" for number in range(1, 21))


def by_path(taken: Snapshot) -> dict[str, FileChange]:
    return {each.path: each for each in taken.files}


def staged(root: Path) -> Snapshot:
    return snapshot.staged(os.environ, root)


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content.encode() if isinstance(content, str) else content)


def test_what_is_staged_is_told_not_what_is_on_disk(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"a.py": TEXT, "b.py": "b\n"})
    write(root, {"a.py": TEXT.replace("line 5\n", "line five\n")})
    git(root, "add", "a.py")
    write(root, {"a.py": "all else\n", "b.py": "not staged\n", "c.py": "unknown\n"})
    taken = staged(root)
    assert [(each.path, each.old_path, each.status) for each in taken.files] == [("a.py", "a.py", "modified")]
    change = taken.files[0]
    assert change.hunks == (Hunk(5, 1, 5, 1),)
    assert change.touched == {5}
    assert change.line(5) == "line five"
    assert change.old == TEXT
    assert (taken.root, taken.kind, taken.title) == (root, "staged", "what is staged")
    assert (taken.read("a.py"), taken.read("b.py"), taken.read("c.py")) == (change.new, "b\n", None)


def test_lines_of_a_renamed_file_are_those_of_the_new_one(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"old name.py": TEXT})
    git(root, "mv", "old name.py", "new.py")
    write(root, {"new.py": "first\n" + TEXT.replace("line 10\n", "line ten\n")})
    git(root, "add", "new.py")
    change = staged(root).files[0]
    assert (change.status, change.old_path, change.path) == ("renamed", "old name.py", "new.py")
    assert change.hunks == (Hunk(1, 0, 1, 1), Hunk(10, 1, 11, 1))
    assert change.line(11) == "line ten"


def test_what_is_no_text_is_told_with_the_reason(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"gone.py": "a\nb\n", "was.py": "text\n", "mode.sh": "x\n"})
    git(root, "rm", "-q", "gone.py")
    (root / "was.py").unlink()
    (root / "was.py").symlink_to("/etc/passwd")
    (root / "mode.sh").chmod(0o755)
    write(root, {"image.png": b"\x89PNG\0\0", "huge.txt": b"x\n" * 600_000})
    git(root, "add", "-A")
    files = by_path(staged(root))
    told = {path: (each.status, each.omitted, each.mode, each.size) for path, each in files.items()}
    assert told == {
        "gone.py": ("deleted", "deleted", "", 0),
        "huge.txt": ("added", "large", "100644", 1_200_000),
        "image.png": ("added", "binary", "100644", 6),
        "mode.sh": ("modified", "", "100755", 2),
        "was.py": ("typechange", "link", "120000", 11),
    }
    assert all(each.new is None for each in files.values() if each.omitted)
    assert (files["gone.py"].old, files["gone.py"].hunks) == ("a\nb\n", (Hunk(1, 2, 1, 0),))
    assert files["mode.sh"].hunks == ()
    assert staged(root).read("was.py") is None


def test_crlf_is_kept_apart_from_the_lines(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"a.txt": "a\r\nb\r\n", "ends.txt": "a\nb\n"})
    write(root, {"a.txt": "a\r\nnew\r\nb\r\n", "ends.txt": "a\r\nb\r\n"})
    git(root, "add", "-A")
    files = by_path(staged(root))
    assert (files["a.txt"].new, files["a.txt"].newline, files["a.txt"].hunks) == (
        "a\nnew\nb\n",
        "\r\n",
        (Hunk(2, 0, 2, 1),),
    )
    assert (files["ends.txt"].newline, files["ends.txt"].hunks) == ("\r\n", ())


def test_the_first_commit_is_against_nothing(tmp_path: Path) -> None:
    for form in ("sha1", "sha256"):
        root = tmp_path / form
        root.mkdir()
        git(root, "init", "-q", f"--object-format={form}")
        write(root, {"a.py": "a\n", "empty": ""})
        git(root, "add", "-A")
        files = by_path(staged(root))
        assert (files["a.py"].status, files["a.py"].hunks, files["a.py"].old) == ("added", (Hunk(1, 0, 1, 1),), None)
        assert files["empty"].hunks == ()
        assert not list((root / ".git" / "objects").glob("4b/825*"))


def test_what_is_only_meant_to_be_added_is_not_staged(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"a.py": "a\n"})
    write(root, {"later.py": "later\n"})
    git(root, "add", "-N", "later.py")
    assert staged(root).files == ()
    assert [(each.path, each.status, each.new) for each in snapshot.working(os.environ, root).files] == [
        ("later.py", "added", "later\n")
    ]


def test_a_submodule_is_told_but_not_entered(tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner", {"x.py": "x\n"})
    root = repository(tmp_path / "repo", {"a.py": "a\n"})
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "sub")
    files = by_path(staged(root))
    assert (files["sub"].status, files["sub"].omitted, files["sub"].size) == ("added", "submodule", 0)
    assert staged(root).read("sub") is None
    assert staged(root).read("sub/x.py") is None
    git(root, "commit", "-q", "-m", "With a submodule")
    write(root / "sub", {"x.py": "altered\n", "new.py": "new\n"})
    assert snapshot.working(os.environ, root).files == ()
    git(root / "sub", "commit", "-q", "-am", "Another")
    assert [(each.path, each.omitted) for each in snapshot.working(os.environ, root).files] == [("sub", "submodule")]
    inside = snapshot.working(os.environ, root / "sub")
    assert (inside.root, [each.path for each in inside.files]) == (root / "sub", ["new.py"])


def test_a_range_is_told_in_the_state_of_its_end(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"a.py": "1\n2\n", "b.py": "b\n"})
    git(root, "checkout", "-q", "-b", "topic")
    write(root, {"a.py": "1\nx\n2\n"})
    git(root, "commit", "-q", "-am", "Topic")
    git(root, "checkout", "-q", "main")
    write(root, {"b.py": "bb\n"})
    git(root, "commit", "-q", "-am", "Main")

    def paths(revisions: str) -> list[str]:
        return [each.path for each in snapshot.between(os.environ, root, revisions).files]

    assert paths("main..topic") == ["a.py", "b.py"]
    assert paths("main...topic") == ["a.py"]
    assert paths("...topic") == paths("topic") == ["a.py"]
    assert paths("main~1") == ["a.py", "b.py"]  # against nothing: it is the first
    taken = snapshot.between(os.environ, root, "main...topic")
    assert (taken.kind, taken.title, taken.read("b.py"), taken.read("a.py")) == (
        "range",
        "main...topic",
        "b\n",
        "1\nx\n2\n",
    )
    for unknown in ("nothing", "main..nothing", "--output=x", "^main", "main\0", "main\ntopic"):
        with pytest.raises(UsageError):
            snapshot.between(os.environ, root, unknown)
    git(root, "checkout", "-q", "--orphan", "alone")
    git(root, "commit", "-q", "-m", "Alone")
    with pytest.raises(UsageError, match="no commit in common"):
        snapshot.between(os.environ, root, "main...alone")


def test_what_goes_beyond_the_limits_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "repo", {"z": "z\n"})
    write(root, {f"{number}.txt": "12345\n" for number in range(5)})
    git(root, "add", "-A")
    monkeypatch.setattr(taking, "_MOST_FILES", 3)
    taken = staged(root)
    assert [each.path for each in taken.files] == ["0.txt", "1.txt", "2.txt"]
    assert taken.skipped == (("3.txt", taking.MANY), ("4.txt", taking.MANY))
    monkeypatch.setattr(taking, "_MOST_BYTES", 12)
    assert staged(root).skipped[0] == ("2.txt", taking.MUCH)
    assert staged(root).read("4.txt") == "12345\n"


def test_a_repository_may_be_kept_elsewhere(tmp_path: Path) -> None:
    tree = repository(tmp_path / "tree", {"a.py": "a\n", "sub/b.py": "b\n"})
    (tree / ".git").rename(tmp_path / "store")
    write(tree, {"a.py": "other\n"})
    environ = {"GIT_DIR": "../store", "GIT_WORK_TREE": "."}
    git(tree, "--git-dir=../store", "--work-tree=.", "add", "a.py")
    for place, extra in (
        (tree, environ),
        (tree, {"GIT_DIR": str(tmp_path / "store")}),
        (tree / "sub", {"GIT_DIR": "../../store", "GIT_WORK_TREE": ".."}),
    ):
        taken = snapshot.staged(os.environ | extra, place)
        assert (taken.root, [each.path for each in taken.files]) == (tree, ["a.py"])
    with pytest.raises(MissingError):
        snapshot.working(os.environ | environ, tree)


def test_a_name_that_ends_like_another_is_not_taken_for_it(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"0\tz.py": "odd\n", "z.py": "z\n", "y 1 2\tz.py": "y\n"})
    for taken in (staged(root), snapshot.between(os.environ, root, "HEAD..HEAD")):
        assert (taken.read("z.py"), taken.read("0\tz.py"), taken.read("2\tz.py")) == ("z\n", "odd\n", None)


def test_where_there_is_no_working_tree_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = tmp_path / "bare.git"
    bare.mkdir()
    git(bare, "init", "-q", "--bare")
    (tmp_path / "plain").mkdir()
    for place in (tmp_path / "plain", bare, tmp_path / "nowhere"):
        for take in (snapshot.staged, snapshot.working):
            with pytest.raises(MissingError, match="no git working tree"):
                take(os.environ, place)
    with pytest.raises(MissingError, match="has no working tree"):
        snapshot.staged(os.environ | {"GIT_DIR": "."}, bare)
    root = repository(tmp_path / "repo", {"a.py": "a\n"})
    with pytest.raises(MissingError, match="another user owns") as caught:
        snapshot.staged(os.environ | {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}, root)
    assert f"safe.directory {root}" in caught.value.hint
    (root / ".git" / "index").write_bytes(b"DIRC not an index")
    with pytest.raises(MissingError, match="diff-index"):
        staged(root)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingError, match="git cannot be run"):
        staged(root)
