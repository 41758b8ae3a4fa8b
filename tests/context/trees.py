"""Trees of files for tests of what looks at repositories."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

GIT = ("git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


def git(root: Path, *arguments: str) -> None:
    """Run git in a repository."""
    subprocess.run([*GIT, *arguments], cwd=root, check=True, capture_output=True)


def repository(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """A git repository with these files, none of them committed."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "-q", "-b", "main")
    put(root, files)
    return root


def put(root: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files, with the directories that they need."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
