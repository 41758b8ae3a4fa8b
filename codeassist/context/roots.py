"""Which working tree a place belongs to, told by looking at directories: no program is run."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_LINK_BYTES = 4096
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class Root(NamedTuple):
    """A working tree. `identity` is what its index is kept for: the repository's directory, the same for worktrees."""

    path: Path
    identity: Path

    @property
    def directory(self) -> str:
        """The name of the index's directory: for people, and unlike that of any other repository."""
        digest = hashlib.sha256(os.fsencode(self.identity)).hexdigest()[:12]
        name = self.identity.parent.name if self.identity.name == ".git" else self.identity.name
        return f"{_UNSAFE.sub('-', name)[:40].strip('-.') or 'root'}-{digest}"


def git_root(place: Path) -> Root | None:
    """The git working tree around a directory; None if there is none, or what looks like one is broken."""
    for folder in around(place):
        found = _git_directory(folder / ".git")
        if found is not None:
            return Root(folder, found)
    return None


def around(place: Path) -> Iterator[Path]:
    """A directory and those above it, without links; a file's directory is where it begins."""
    place = Path(os.path.realpath(place))
    if place.is_file():
        place = place.parent
    yield place
    yield from place.parents


def _git_directory(dot_git: Path) -> Path | None:
    """The repository's common directory by what `.git` is: a directory, or a worktree's or submodule's file."""
    if (dot_git / "HEAD").is_file():
        return dot_git
    own = _path_in(dot_git, "gitdir: ")
    if own is None or not (own / "HEAD").is_file():
        return None
    return _path_in(own / "commondir") or own


def _path_in(file: Path, prefix: str = "") -> Path | None:
    """The path that a file of git's names, relative to the file's directory."""
    try:
        if not file.is_file():
            return None
        with file.open("rb") as stream:
            line = os.fsdecode(stream.read(_LINK_BYTES)).rstrip("\n")
    except OSError:
        return None
    if not line.startswith(prefix):
        return None
    return Path(os.path.realpath(file.parent / line.removeprefix(prefix)))
