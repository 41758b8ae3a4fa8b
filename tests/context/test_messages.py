"""Messages of commits, read through GitPython."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from codeassist import git
from codeassist.git import process
from tests import repository


def commit(root: Path, message: str, *arguments: str) -> None:
    repository.git(root, "commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", message, *arguments)


def test_the_newest_come_first_without_merges(tmp_path: Path) -> None:
    root = repository.repository(tmp_path / "repo", {"a": ""})
    repository.git(root, "branch", "side")
    commit(root, "Füge hinzu\r\n\r\nWarum: darum\n\n")
    repository.git(root, "checkout", "-q", "side")
    commit(root, "\n")
    repository.git(root, "merge", "-q", "--no-ff", "main", "-m", "Merge")
    assert sorted(git.recent_messages(root, 5)) == ["", "Begin", "Füge hinzu\n\nWarum: darum"]
    assert len(git.recent_messages(root, 2)) == 2
    (root / "below").mkdir()
    assert len(git.recent_messages(root / "below", 2)) == 2


def test_an_encoding_is_not_obeyed(tmp_path: Path) -> None:
    root = repository.repository(tmp_path / "repo", {"a": ""})
    repository.git(
        root,
        "-c",
        "i18n.commitEncoding=latin-1",
        "commit",
        "-q",
        "--allow-empty",
        "-F",
        "/dev/null",
        "--allow-empty-message",
    )
    raw = subprocess.run(["git", "cat-file", "commit", "HEAD"], cwd=root, check=True, capture_output=True).stdout
    header = raw.partition(b"\n\n")[0] + b"\nencoding punycode"
    write = ["git", "hash-object", "-t", "commit", "-w", "--stdin"]
    made = subprocess.run(write, cwd=root, check=True, capture_output=True, input=header + b"\n\nSch\xf6n\n").stdout
    repository.git(root, "update-ref", "HEAD", made.decode().strip())
    assert git.recent_messages(root, 1) == ["Schön"]


def test_where_there_is_nothing_to_tell_there_are_none(tmp_path: Path) -> None:
    assert git.recent_messages(tmp_path, 3) == []
    repository.git(tmp_path, "init", "-q")
    assert git.recent_messages(tmp_path, 3) == []
    other = tmp_path / "sha256"
    other.mkdir()
    repository.git(other, "init", "-q", "--object-format=sha256")
    commit(other, "Begin")
    assert git.recent_messages(other, 3) == []


def test_variables_of_a_hook_do_not_lead_to_another_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = repository.repository(tmp_path / "other", {"other": ""})
    root = repository.repository(tmp_path / "repo", {"a": ""})
    commit(root, "Mine")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_COMMON_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other / ".git" / "objects"))
    monkeypatch.chdir(root.parent)
    assert git.recent_messages(Path("repo"), 1) == ["Mine"]
    monkeypatch.setenv("GIT_DIR", "nowhere")
    assert git.recent_messages(Path("repo"), 1) == ["Mine"]


def test_an_object_that_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository.repository(tmp_path / "repo", {"a": ""})
    commit(root, "Next")
    repository.git(root, "commit-graph", "write", "--reachable")  # so that git need not read commits to count them
    oid = git.head(root)
    loose = root / ".git" / "objects" / oid[:2] / oid[2:]
    loose.unlink()
    os.mkfifo(loose)
    monkeypatch.setattr(process, "SECONDS", 0.5)
    assert git.recent_messages(root, 2) == []
