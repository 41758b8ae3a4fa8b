"""Reads files below a directory as they are on disk, without being led elsewhere or made to wait."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_EXECUTABLE = 0o100


class OnDisk(NamedTuple):
    """What is at a path: git's mode ("100644", "100755", "120000", "" for anything else), its size, its content.

    `data` is None for a link, and for a file over the size that was asked for.
    """

    mode: str
    size: int
    data: bytes | None


def look(root: Path, path: str, most: int) -> OnDisk | None:
    """What is at a POSIX path below `root`; None if there is nothing, it cannot be read, or a link is on the way.

    A regular file of at most `most` bytes is read.
    """
    parts = path.split("/")
    if any(part in ("", ".", "..") or "\0" in part for part in parts):
        return None
    folder = -1
    try:
        folder = os.open(root, _FOLDER)
        for part in parts[:-1]:
            inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        return _at(folder, parts[-1], most)
    except OSError:
        return None
    finally:
        if folder >= 0:
            os.close(folder)


def _at(folder: int, name: str, most: int) -> OnDisk:
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if stat.S_ISLNK(found.st_mode):
        return OnDisk("120000", found.st_size, None)
    if not stat.S_ISREG(found.st_mode):
        return OnDisk("", 0, None)
    with os.fdopen(os.open(name, _FILE, dir_fd=folder), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            return OnDisk("", 0, None)
        mode = "100755" if found.st_mode & _EXECUTABLE else "100644"
        if found.st_size > most:
            return OnDisk(mode, found.st_size, None)
        data = file.read(most + 1)  # it may grow meanwhile, and what has no size may have bytes
    return OnDisk(mode, len(data), data) if len(data) <= most else OnDisk(mode, len(data), None)
