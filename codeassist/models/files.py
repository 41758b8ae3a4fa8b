"""Writes, hashes and measures files of the models directory; turns the system's errors into ours."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from codeassist.errors import MissingError

CHUNK = 1 << 20  # bytes

Progress = Callable[[str, int, int], None]
"""Called with (phase, bytes done, bytes in all; 0 when not known)."""

Notice = Callable[[str], None]
"""Called with one line that people should read."""


def no_progress(phase: str, done: int, total: int) -> None:
    """Shows nothing."""


def no_notice(line: str) -> None:
    """Shows nothing."""


@contextlib.contextmanager
def storage_errors(directory: Path) -> Iterator[None]:
    """Turn a full disk, a read-only directory and the like into one line about `directory`.

    Raises:
        MissingError: instead of an OSError of the block.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise MissingError(
                f"no space left in {directory}",
                "free some space, then run the same command: it goes on where it stopped",
            ) from error
        raise MissingError(
            f"cannot use {directory}: {error.strerror or error}",
            "check its permissions, or set CODEASSIST_HOME to a directory you can write",
        ) from error


def write_atomically(target: Path, content: bytes) -> None:
    """Write a small file so that it is either wholly old or wholly new, even after a power cut."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        move_durably(Path(name), target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def move_durably(source: Path, target: Path) -> None:
    """Rename within a directory so that content and name survive a power cut."""
    _sync(source)
    source.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def hash_file(path: Path, progress: Progress, phase: str) -> hashlib._Hash:
    """The running SHA-256 of the whole file (so that more can be added to it)."""
    digest = hashlib.sha256()
    total, done = path.stat().st_size, 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            done += len(chunk)
            progress(phase, done, max(total, done))
    return digest
