"""Both hooks under the real pre-commit: installed once from this checkout's HEAD, then used without any packages to be
had."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript
from tests.repository import git, repository

CHECKOUT = Path(__file__).resolve().parents[2]
INSTALL_SECONDS = 400
PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
MARKED = "<<<<<<< ours\na = 2\n=======\na = 3\n>>>>>>> theirs\n"

pytestmark = pytest.mark.timeout(INSTALL_SECONDS + 100)


def pre_commit(root: Path, environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments],
        cwd=root,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=INSTALL_SECONDS,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that uses both hooks; their environment is made, in a cache of its own."""
    if not (CHECKOUT / ".git").exists():
        pytest.skip("this is no checkout: pre-commit installs from a commit")
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=CHECKOUT, capture_output=True, check=True, text=True).stdout
    folder = tmp_path_factory.mktemp("pre-commit")
    config = (
        f"repos:\n- repo: {CHECKOUT}\n  rev: {head.strip()}\n"
        "  hooks:\n  - id: codeassist-review\n  - id: codeassist-commit-msg\n"
    )
    origin = repository(folder / "origin", {".pre-commit-config.yaml": config, "a.py": "a = 1\n", "b.py": "b = 1\n"})
    done = pre_commit(origin, {"PRE_COMMIT_HOME": str(folder / "cache")}, "install-hooks")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def clone(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh clone with the hooks installed; no package can be had any more."""
    monkeypatch.setenv("PRE_COMMIT_HOME", str(installed / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    for name in PROXIES:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    git(tmp_path, "clone", "-q", str(installed / "origin"), "clone")
    done = pre_commit(tmp_path / "clone", {}, "install", "-t", "pre-commit", "-t", "prepare-commit-msg")
    assert done.returncode == 0, done.stdout + done.stderr
    return tmp_path / "clone"


def commit(root: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    who = {f"GIT_{role}_{what}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return subprocess.run(
        ["git", "commit", *arguments],
        cwd=root,
        env=os.environ | who | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_what_is_staged_is_reviewed(clone: Path) -> None:
    """pre-commit takes what is not staged out of the tree meanwhile; the review looks at the index."""
    (clone / "a.py").write_text(MARKED)
    git(clone, "add", "a.py")
    (clone / "a.py").write_text("a = 2\n")
    (clone / "b.py").write_text("b = 2\n" + MARKED)
    done = commit(clone, "-m", "x")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "a.py:1: high: A conflict marker" in done.stderr + done.stdout
    assert "b.py" not in (done.stderr + done.stdout).replace("[INFO]", "")
    assert (clone / "a.py").read_text() == "a = 2\n"
    assert commit(clone, "-m", "x", SKIP="codeassist-review").returncode == 0


def test_a_clean_change_passes_and_says_so(clone: Path) -> None:
    (clone / "a.py").write_text("a = 2\n")
    git(clone, "add", "a.py")
    done = commit(clone, "-m", "x")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing found in what is staged: 1 file" in done.stderr + done.stdout


def test_a_message_is_drafted_where_none_is_given(clone: Path, tmp_path: Path, fake_engine: FakeScript) -> None:
    fake_engine(Reply(text="Set a to 2", when="+a = 2"), "unused")
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\ncp "$1" "$0.seen"\n')
    editor.chmod(0o755)
    (clone / "a.py").write_text("a = 2\n")
    git(clone, "add", "a.py")
    done = commit(clone, GIT_EDITOR=str(editor))
    assert done.returncode == 0, done.stdout + done.stderr
    seen = (tmp_path / "editor.seen").read_text()
    assert seen.startswith("Set a to 2\n")
    assert "# Please enter the commit message" in seen
    (clone / "a.py").write_text("a = 3\n")
    assert commit(clone, "-a", "-m", "Mine").returncode == 0
    assert subprocess.check_output(["git", "log", "-1", "--format=%s"], cwd=clone, text=True) == "Mine\n"
