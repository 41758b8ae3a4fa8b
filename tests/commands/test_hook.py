"""`codeassist hook install|uninstall|run`: what is written, what is kept, what is refused."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from codeassist.hooks.script import is_ours, script
from tests.conftest import FakeScript, Run
from tests.repository import git, repository

THEIRS = b"#!/bin/sh\r\n# \xff theirs, without a last newline\nexit 0"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    root = repository(tmp_path / "the repo's", {"a.py": "a = 1\n"})
    monkeypatch.chdir(root)
    return root


def hooks(folder: Path) -> dict[str, tuple[bytes, int]]:
    """The hooks of a folder but the samples: bytes and mode."""
    return {
        path.name: (path.read_bytes(), stat.S_IMODE(path.lstat().st_mode))
        for path in folder.iterdir()
        if not path.name.endswith(".sample")
    }


def put(path: Path, content: bytes = THEIRS, mode: int = 0o751) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_install_and_uninstall(root: Path, run: Run) -> None:
    folder = root / ".git/hooks"
    assert run("hook", "install").code == 0
    assert list(hooks(folder)) == ["pre-commit"]
    assert os.access(folder / "pre-commit", os.X_OK)
    assert sys.executable in (folder / "pre-commit").read_text()
    assert run("hook", "install", "--commit-msg").code == 0
    assert sorted(hooks(folder)) == ["pre-commit", "prepare-commit-msg"]
    assert run("hook", "uninstall").code == 0
    assert hooks(folder) == {}
    result = run("hook", "uninstall")
    assert (result.code, result.stderr) == (0, "no hook of codeassist is installed here\n")


def test_what_was_there_is_kept_and_comes_back(root: Path, run: Run) -> None:
    folder = root / ".git/hooks"
    put(folder / "pre-commit")
    (folder / "prepare-commit-msg").symlink_to("../../script.sh")
    assert "runs first" in run("hook", "install", "--commit-msg").stderr
    assert (folder / "pre-commit.before-codeassist").read_bytes() == THEIRS
    assert is_ours((folder / "pre-commit").read_bytes())
    assert run("hook", "uninstall").code == 0
    assert (folder / "prepare-commit-msg").readlink() == Path("../../script.sh")
    (folder / "prepare-commit-msg").unlink()
    assert hooks(folder) == {"pre-commit": (THEIRS, 0o751)}


def hooks_names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if not path.name.endswith(".sample")]


def test_a_second_time_changes_nothing(root: Path, run: Run) -> None:
    folder = root / ".git/hooks"
    put(folder / "pre-commit")
    run("hook", "install")
    first = hooks(folder)
    assert run("hook", "install").code == 0
    assert hooks(folder) == first
    put(folder / "pre-commit", script("pre-commit", "/gone/python"), 0o755)
    assert run("hook", "install").code == 0, "another environment's is replaced"
    assert hooks(folder) == first


def test_what_was_changed_meanwhile_is_not_removed(root: Path, run: Run) -> None:
    folder = root / ".git/hooks"
    put(folder / "pre-commit")
    run("hook", "install")
    with (folder / "pre-commit").open("a") as file:
        file.write("make lint\n")
    changed = hooks(folder)
    for verb in ("uninstall", "install"):
        result = run("hook", verb)
        assert result.code == 2
        assert "was changed" in result.error[0]
    put(folder / "pre-commit", b"#!/bin/sh\n# another tool's\n")
    replaced = hooks(folder)
    for verb in ("uninstall", "install"):
        assert run("hook", verb).code == 2
        assert hooks(folder) == replaced
    assert changed["pre-commit.before-codeassist"] == replaced["pre-commit.before-codeassist"] == (THEIRS, 0o751)


def test_a_hook_that_looks_for_its_name_is_left_alone(root: Path, run: Run) -> None:
    """husky's: `h` runs the hook of the same name as the file in the folder above."""
    git(root, "config", "core.hooksPath", ".husky/_")
    put(root / ".husky/_/pre-commit", b'#!/usr/bin/env sh\n. "$(dirname "$0")/h"')
    result = run("hook", "install")
    assert result.code == 2
    assert "codeassist hook run pre-commit" in result.error[1]
    assert hooks_names(root / ".husky/_") == ["pre-commit"]


def test_hooks_path_in_the_tree(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    git(root, "config", "core.hooksPath", ".githooks")
    (root / "sub").mkdir()
    monkeypatch.chdir(root / "sub")
    assert run("hook", "install").code == 0
    assert hooks_names(root / ".githooks") == ["pre-commit"]
    assert hooks_names(root / ".git/hooks") == []
    assert run("hook", "uninstall").code == 0
    assert hooks_names(root / ".githooks") == []


@pytest.mark.parametrize("scope", ["--global", "--local"])
@pytest.mark.parametrize("how", ["path", "home", "link", "worktree"])
def test_hooks_of_other_repositories_need_force(
    scope: str, how: str, root: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    outside = tmp_path / "everywhere"
    outside.mkdir()
    value = {"path": str(outside), "home": "~/everywhere", "link": "link", "worktree": "everywhere"}[how]
    if how == "link":
        (root / "link").symlink_to(outside)
    if how == "worktree":  # git would run hooks relative to what core.worktree names
        git(root, "config", "core.worktree", str(tmp_path))
    git(root, "config", scope, "core.hooksPath", value)
    result = run("hook", "install")
    assert result.code == 2
    assert "--force" in result.error[1]
    assert hooks_names(outside) == []
    assert run("hook", "install", "--force").code == 0
    assert hooks_names(outside) == ["pre-commit"]
    assert run("hook", "uninstall").code == 0
    assert hooks_names(outside) == []


def test_worktrees_share_hooks(root: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    git(root, "worktree", "add", "-q", str(tmp_path / "other"), "-b", "other")
    monkeypatch.chdir(tmp_path / "other")
    assert run("hook", "install").code == 0
    assert hooks_names(root / ".git/hooks") == ["pre-commit"]


def test_a_submodule_has_its_own(root: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = repository(tmp_path / "inner", {"b.py": "b = 1\n"})
    git(root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "sub")
    monkeypatch.chdir(root / "sub")
    assert run("hook", "install").code == 0
    assert "pre-commit" in hooks_names(root / ".git/modules/sub/hooks")
    assert hooks_names(root / ".git/hooks") == []


@pytest.mark.parametrize("verb", [("install",), ("uninstall",), ("run", "pre-commit")], ids=" ".join)
def test_no_repository(verb: tuple[str, ...], tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("hook", *verb)
    assert result.code == 3
    assert result.error


def test_an_unknown_hook(root: Path, run: Run) -> None:
    result = run("hook", "run", "post-commit")
    assert result.code == 2
    assert "pre-commit" in result.error[1]


@pytest.mark.parametrize("value", ["codeassist-review", "black, codeassist-review"])
def test_skip_leaves_it_out(value: str, root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKIP", value)
    result = run("hook", "run", "pre-commit")
    assert (result.code, result.stderr) == (0, "codeassist: codeassist-review is left out (SKIP)\n")


def test_a_wrong_setting_passes_with_a_notice(root: Path, home: Path, run: Run) -> None:
    put(home / "config/config.toml", b"[review]\nfail_on = 'everything'\n")
    result = run("hook", "run", "pre-commit")
    assert result.code == 0
    assert "codeassist-review was passed over" in result.error[0]


def test_a_review_that_takes_too_long_is_given_up(root: Path) -> None:
    code = (
        "import threading\n"
        "from codeassist.commands import hook, review\n"
        "hook._CHECKS_SECONDS = -9.9\n"
        "review.run = lambda *_arguments: threading.Event().wait()\n"
        "from codeassist.cli import main\n"
        "main()"
    )
    command = [sys.executable, "-c", code, "hook", "run", "pre-commit"]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False, text=True)
    assert done.returncode == 0
    assert "was given up" in done.stderr


def test_the_engine_starts_before_the_checks_do(
    root: Path, run: Run, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is asked of the model later, it is being loaded while the checks run; and it is not waited for."""
    order: list[str] = []

    def review(*_arguments: object) -> int:
        order.append("review")
        return 0

    monkeypatch.setattr("codeassist.hooks.warming.warm", lambda _environ: order.append("engine"))
    monkeypatch.setattr("codeassist.commands.review.run", review)
    assert run("hook", "run", "pre-commit").code == 0
    assert order == ["engine", "review"]


SHELL = ["sh", "bash", "dash"]


def commit(root: Path, environ: dict[str, str], *, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the installed hook as git does, in an environment of nothing else."""
    hook = ".git/hooks/pre-commit"
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" "$@" {stdin}', hook, "one", "two words"],
        cwd=root,
        env=environ,
        capture_output=True,
        timeout=60,
        check=False,
        text=True,
        start_new_session=True,  # no terminal
    )


def test_what_was_there_runs_first_with_the_same_arguments(root: Path, run: Run) -> None:
    put(root / ".git/hooks/pre-commit", b'#!/bin/sh\necho "$1|$2|$WORD|$(cat)"\nexit 7\n', 0o755)
    run("hook", "install")
    done = commit(root, {"PATH": "/usr/bin:/bin", "WORD": "seen"}, stdin="<<END\nhello\nEND")
    assert (done.returncode, done.stdout) == (7, "one|two words|seen|hello\n")


@pytest.mark.parametrize("stdin", ["", "<&-"])
def test_a_bare_environment(stdin: str, root: Path, home: Path, run: Run) -> None:
    """A client without a shell: no HOME, hardly a PATH, no terminal, perhaps no standard input. And no model."""
    run("hook", "install")
    (root / "a.py").write_text("a = 2\n")
    git(root, "add", "-A")
    done = commit(root, {"PATH": "/usr/bin:/bin", "CODEASSIST_HOME": str(home)}, stdin=stdin)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "nothing found in what is staged: 1 file" in done.stderr
    assert "codeassist model pull" in done.stderr


def test_findings_block_and_nothing_else_does(root: Path, run: Run) -> None:
    run("hook", "install")
    (root / "a.py").write_text("<<<<<<< ours\na = 2\n=======\na = 3\n>>>>>>> theirs\n")
    git(root, "add", "-A")
    done = commit(root, {**os.environ})
    assert done.returncode == 1, done.stderr
    assert "the commit was stopped" in done.stderr
    assert "a.py:1: high" in done.stdout
    assert commit(root, {**os.environ, "SKIP": "codeassist-review"}).returncode == 0


def test_the_program_may_be_gone(root: Path, tmp_path: Path) -> None:
    bare = {"PATH": "/usr/bin:/bin"}
    hook = put(root / ".git/hooks/pre-commit", script("pre-commit", "/gone/python"), 0o755)
    done = commit(root, bare)
    assert (done.returncode, done.stdout) == (0, "")
    assert "codeassist: not found" in done.stderr
    broken = put(tmp_path / "bin/python", b"#!/bin/sh\nexit 1\n", 0o755)
    put(hook, script("pre-commit", str(broken)), 0o755)
    done = commit(root, bare)
    assert done.returncode == 0, "an interpreter that fails is no finding"
    assert "passed over" in done.stderr
    without = put(tmp_path / "bin/other", b"#!/bin/sh\nexit 127\n", 0o755)
    put(hook, script("pre-commit", str(without)), 0o755)
    named = put(tmp_path / "path/codeassist", b'#!/bin/sh\n[ "$1" = --version ] || echo "$@"\n', 0o755)
    done = commit(root, {"PATH": f"{named.parent}:/usr/bin:/bin"})
    assert (done.returncode, done.stdout) == (0, "hook run pre-commit one two words\n")


def test_nothing_of_the_repository_is_imported(root: Path, run: Run) -> None:
    """A hook runs at the top of the working tree: what lies there is not Python's to import."""
    run("hook", "install")
    for name in ("codeassist", "typer", "typing", "git", "msgspec", "ruff", "sitecustomize"):
        (root / f"{name}.py").write_text(f"open('{name}-was-imported', 'w')\n")
    git(root, "add", "-A")
    done = commit(root, {**os.environ})
    assert done.returncode in (0, 1), done.stderr
    assert "nothing found" in done.stderr or "finding" in done.stderr
    assert list(root.glob("*-was-imported")) == []


def test_a_hook_is_a_shell_script_of_any_shell(tmp_path: Path) -> None:
    path = put(tmp_path / "hook", script("pre-commit", "/a b/it's/python"), 0o755)
    for shell in SHELL:
        subprocess.run([shell, "-n", str(path)], check=True, timeout=60)
    assert is_ours(path.read_bytes())
    assert not is_ours(path.read_bytes() + b"#\n")


def test_an_interrupted_hook_stops_the_commit(root: Path, tmp_path: Path) -> None:
    interrupted = put(tmp_path / "bin/python", b"#!/bin/sh\nexit 130\n", 0o755)
    put(root / ".git/hooks/pre-commit", script("pre-commit", str(interrupted)), 0o755)
    assert commit(root, {"PATH": "/usr/bin:/bin"}).returncode == 130
