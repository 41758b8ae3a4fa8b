"""git calls: typed, hardened, None where git cannot tell."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codeassist import git
from codeassist.errors import MissingError
from tests.context import trees


def test_without_git_its_version_is_missing_and_nothing_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees.repository(tmp_path / "repo", {"a.py": ""})
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingError):
        git.git_version()
    assert git.listed(tmp_path / "repo") is None


def test_tracked_and_new_files_are_listed_by_exact_names(tmp_path: Path) -> None:
    odd = ["sp ace.py", "new\nline.py", os.fsdecode(b"\xff.py"), "*.py", ":(top)x", "-n"]
    root = trees.repository(tmp_path / "repo", dict.fromkeys(odd, ""))
    trees.git(root, "add", "sp ace.py", "--", "-n")
    assert sorted(git.listed(root) or []) == sorted(odd)
    assert git.listed(root, ["*.py"]) == ["*.py"]
    assert sorted(git.listed(root, [":(top)x", "-n"]) or []) == ["-n", ":(top)x"]


def test_variables_of_a_hook_do_not_lead_to_another_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = trees.repository(tmp_path / "other", {"other.py": ""})
    root = trees.repository(tmp_path / "repo", {"a.py": ""})
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    assert git.listed(root) == ["a.py"]


def test_no_working_tree_is_none(tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    trees.git(bare, "init", "-q", "--bare")
    assert git.listed(tmp_path) is None
    assert git.listed(tmp_path / "missing") is None
