"""Repositories that are set with traps, and all that is ever asked of one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from codeassist import git as codeassist_git
from codeassist.errors import CodeassistError
from codeassist.review import snapshot
from codeassist.review.change import Snapshot
from tests.repository import git, repository


class Traps:
    """Programs that leave a mark when they are run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "marks").mkdir(parents=True)

    def program(self, name: str) -> str:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\ntouch '{self.folder}/marks/{name}'\nexit 1\n")
        path.chmod(0o755)
        return str(path)

    def sprung(self) -> set[str]:
        found = {each.name for each in (self.folder / "marks").iterdir()}
        for name in found:
            (self.folder / "marks" / name).unlink()
        return found


def plain(root: Path, *arguments: str) -> None:
    """Git as people run it."""
    settings = os.environ | {"GIT_EDITOR": "", "GIT_TERMINAL_PROMPT": "1"}
    subprocess.run(["git", *arguments], cwd=root, env=settings, capture_output=True, timeout=60)


def everything(root: Path) -> list[Snapshot]:
    """All that is ever asked of a repository; what git refuses is left out."""
    calls: list[Callable[[], Snapshot]] = [
        lambda: snapshot.staged(os.environ, root),
        lambda: snapshot.staged(os.environ | {"GIT_DIR": str(root / ".git")}, root),
        lambda: snapshot.working(os.environ, root),
        lambda: snapshot.between(os.environ, root, "HEAD"),
        lambda: snapshot.between(os.environ, root, "HEAD~1..HEAD"),
        lambda: snapshot.between(os.environ, root, "HEAD~1...HEAD"),
        lambda: snapshot.of_paths(os.environ, root, ["."]),
    ]
    found = []
    for call in calls:
        try:
            taken = call()
        except CodeassistError:
            continue
        for path in ("a.py", "b.evil", "lacking", "../traps/x", "/etc/passwd", "link", "folder/secret"):
            taken.read(path)
        found.append(taken)
    codeassist_git.recent_messages(root, 5)
    codeassist_git.changed(root, 5)
    codeassist_git.listed(root)
    return found


def busy(folder: Path) -> Path:
    """A repository with all sorts of changes, staged and not, of files that attributes name drivers for."""
    attributes = "*.evil filter=evil diff=evil merge=evil\n*.odd filter=a=b.c\n"
    names = ("a.py", "b.evil", "c.evil", "d.evil", "e.odd")
    root = repository(folder, {".gitattributes": attributes, **{name: f"{name}\n" * 9 for name in names}})
    (root / "a.py").write_text("second\n")
    git(root, "commit", "-qam", "Second")
    git(root, "mv", "c.evil", "moved.evil")
    for name in ("b.evil", "e.odd", "moved.evil"):
        (root / name).write_text(f"{name}\n" * 9 + "staged\n")
    git(root, "add", "-A")
    (root / "b.evil").write_text("not staged\n")
    (root / "new.evil").write_text("unknown\n")
    racy(root, "d.evil", "e.odd")
    return root


def racy(root: Path, *names: str) -> None:
    """Content of the same size and time as in the index, which is no younger: git has to compare contents."""
    git(root, "config", "core.trustCtime", "false")
    times = {root / name: (root / name).stat().st_mtime_ns for name in names}
    for path, time in times.items():
        path.write_bytes(path.read_bytes().replace(b"e", b"E", 1))
        os.utime(path, ns=(time, time))
    os.utime(root / ".git" / "index", ns=(min(times.values()),) * 2)
