"""Commits in all sorts of situations, with a hook that writes what a snapshot takes of them."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.repository import repository
from tests.review import hook_probe

LINES = [f"line {number}" for number in range(1, 31)]


def lines(**other: str) -> str:
    """Thirty lines, some of them others: `lines(n5="five")`."""
    return "".join(f"{other.get(f'n{number}', line)}\n" for number, line in enumerate(LINES, 1))


def write(root: Path, name: str, content: str | bytes) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(content.encode() if isinstance(content, str) else content)


def try_git(root: Path, *arguments: str, **environment: str) -> int:
    """Run git, which may be stopped by a hook or by conflicts."""
    who = {f"GIT_{role}_{what}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    settings = os.environ | who | {"GIT_EDITOR": "true"} | environment
    return subprocess.run(["git", *arguments], cwd=root, env=settings, capture_output=True).returncode


class Case(NamedTuple):
    """What was committed where, and what its review should hold: path, status, touched lines, why it is no text."""

    root: Path
    arguments: Sequence[str]
    expected: list[list[Any]]
    skipped: Sequence[tuple[str, str]] = ()


def check(situation: Callable[[Path], Case], tmp_path: Path) -> None:
    """Make a commit: its hook sees what is committed, and writes nothing."""
    root = repository(tmp_path / "the repo", {"a.py": lines(), "b.py": "b\n", "pkg/c.py": "c\n"})
    case = situation(root)
    hooks, out = tmp_path / "hooks", tmp_path / "out.json"
    tops = [root] if case.root.is_relative_to(root) else [root, case.root]
    command = shlex.join([sys.executable, hook_probe.__file__, str(out), *map(str, tops)])
    hooks.mkdir()
    for name in ("pre-commit", "pre-merge-commit"):
        (hooks / name).write_text(f"#!/bin/sh\nexec {command}\n")
        (hooks / name).chmod(0o755)
    environment = dict(each.split("=", 1) for each in case.arguments if each.startswith("GIT_"))
    arguments = [each for each in case.arguments if not each.startswith("GIT_")]
    assert try_git(case.root, "-c", f"core.hooksPath={hooks}", *arguments, **environment) == 0
    told = json.loads(out.read_text())
    assert told["files"] == case.expected
    assert told["skipped"] == [list(each) for each in case.skipped]
    assert told["untouched"]
    assert told["read"]
    assert told["root"] == str(case.root if (case.root / ".git").exists() else root)
