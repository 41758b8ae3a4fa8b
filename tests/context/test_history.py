"""What git tells of the past of a repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

from codeassist import git
from codeassist.context.history import commits
from codeassist.context.index import Index


def commit(root: Path, message: str, **files: str) -> None:
    for name, text in files.items():
        (root / f"{name}.py").write_text(text)
    for command in (["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", message]):
        subprocess.run(["git", *command], cwd=root, check=True, timeout=60)


def repository(root: Path) -> Path:
    root.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True, timeout=60)
    return root


def sign(root: Path) -> None:
    """Give the last commit a signature, which `log.showSignature` would have a program check."""
    told = subprocess.run(["git", "cat-file", "commit", "HEAD"], cwd=root, check=True, capture_output=True).stdout
    head, _, message = told.partition(b"\n\n")
    signed = head + b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n" + message
    write = ["git", "hash-object", "-t", "commit", "-w", "--stdin"]
    made = subprocess.run(write, cwd=root, input=signed, check=True, capture_output=True).stdout.decode().strip()
    subprocess.run(["git", "update-ref", "HEAD", made], cwd=root, check=True)


def test_commits_are_told_newest_first(tmp_path: Path) -> None:
    root = repository(tmp_path / "r")
    commit(root, "one", a="1", b="1")
    commit(root, "two", b="2", **{"name with\nnewline": "3"})
    assert git.changed(root, 10) == [("b.py", "name with\nnewline.py"), ("a.py", "b.py")]
    assert git.changed(root, 1) == [("b.py", "name with\nnewline.py")]
    assert len(git.head(root)) == 40


def test_where_there_is_no_history_there_is_nothing(tmp_path: Path) -> None:
    assert (git.head(tmp_path), git.changed(tmp_path, 10)) == ("", [])
    empty = repository(tmp_path / "r")
    assert (git.head(empty), git.changed(empty, 10)) == ("", [])


def test_history_is_asked_for_once_for_each_head(tmp_path: Path) -> None:
    root = repository(tmp_path / "r")
    commit(root, "one", a="1", b="1")
    with Index.open(root, tmp_path / "index") as index:
        index.refresh()
        assert commits(index) == [("a.py", "b.py")]
        (root / ".git" / "objects").rename(tmp_path / "objects")
        (root / ".git" / "objects").mkdir()  # git can tell nothing of commits any more
        assert git.changed(root, 10) == []
        assert commits(index) == [("a.py", "b.py")]
        (root / ".git" / "objects").rmdir()
        (tmp_path / "objects").rename(root / ".git" / "objects")
        commit(root, "two", a="2")
        assert commits(index) == [("a.py",), ("a.py", "b.py")]


def test_sweeping_commits_and_files_that_are_gone_say_nothing(tmp_path: Path) -> None:
    root = repository(tmp_path / "r")
    commit(root, "all", **{f"f{number}": "1" for number in range(40)})
    commit(root, "few", f1="2", gone="2")
    (root / "gone.py").unlink()
    with Index.open(root, tmp_path / "index") as index:
        index.refresh()
        assert commits(index) == [("f1.py",)]


def test_a_hostile_configuration_runs_nothing(tmp_path: Path) -> None:
    root = repository(tmp_path / "r")
    commit(root, "one", a="1")
    commit(root, "two", a="2")
    sign(root)
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    (root / ".gitattributes").write_text("*.py diff=evil filter=evil\n")
    for key in (
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "core.pager",
        "gpg.program",
        "core.fsmonitor",
    ):
        subprocess.run(["git", "config", key, str(trap)], cwd=root, check=True, timeout=60)
    subprocess.run(["git", "config", "log.showSignature", "true"], cwd=root, check=True, timeout=60)
    assert git.changed(root, 10) == [("a.py",), ("a.py",)]
    assert len(git.head(root)) == 40
    assert not (tmp_path / "sprung").exists()
