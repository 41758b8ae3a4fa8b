"""Where a path of a change set leads: to a file inside the working tree, or nowhere."""

from __future__ import annotations

import errno
import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from codeassist.errors import UsageError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NOT_EMPTY = frozenset({errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EBUSY})
_INSIDE = "only files inside the working tree are changed"


def real_path(root: Path, path: str) -> str:
    """The file that a POSIX path below `root` means, after links: a POSIX path below it, too.

    Raises:
        UsageError: it leads out of the root or into git's own folder.
        OSError: it cannot be looked at.
    """
    parts = path.split("/")
    if any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise UsageError(f"{path} is no path inside {root}", _INSIDE)
    top = os.path.realpath(root)
    try:
        real = os.path.realpath(root / path, strict=True)
    except FileNotFoundError:
        real = os.path.realpath(root / path)
    prefix = top if top.endswith("/") else f"{top}/"
    if not real.startswith(prefix):
        raise UsageError(f"{path} leads out of {root}", _INSIDE)
    inner = real[len(prefix) :]
    if any(_is_git(part) for part in (*parts, *inner.split("/"))):
        raise UsageError(f"{path} is in git's own folder", _INSIDE)
    return inner


def _is_git(part: str) -> bool:
    """Whether a name is `.git` for some file system: without regard to case, unseen characters, a last dot."""
    seen = "".join(each for each in part if unicodedata.category(each) != "Cf")
    return seen.casefold().rstrip(". ") in (".git", "git~1")


@contextmanager
def folder_of(root: Path, real: str) -> Iterator[tuple[int, str]]:
    """A descriptor of the folder that a real path is in, and the name there. No link on the way is followed.

    Raises:
        OSError: the folder is not there, or is none.
    """
    *folders, name = real.split("/")
    descriptor = os.open(root, _FOLDER)
    try:
        for each in folders:
            inner = os.open(each, _FOLDER | os.O_NOFOLLOW, dir_fd=descriptor)
            descriptor, outer = inner, descriptor
            os.close(outer)
        yield descriptor, name
    finally:
        os.close(descriptor)


def missing_folders(root: Path, real: str) -> list[str]:
    """The folders above a real path that are not there, the outermost first.

    Raises:
        OSError: one cannot be looked at.
    """
    parts = real.split("/")[:-1]
    above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    return [each for each in above if not _is_there(root / each)]


def _is_there(path: Path) -> bool:
    """Path.exists takes any error for a no, from Python 3.14 on."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def make_folders(root: Path, real: str) -> None:
    """Make the folders above a real path that are not there.

    Raises:
        OSError: one cannot be made.
    """
    for each in missing_folders(root, real):
        with folder_of(root, each) as (folder, name):
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=folder)
            flush_folder(folder)


def remove_folders(root: Path, folders: list[str]) -> None:
    """Remove folders that are empty, the innermost first; others stay.

    Raises:
        OSError: one is empty and cannot be removed.
    """
    for each in sorted(folders, key=lambda path: path.count("/"), reverse=True):
        try:
            with folder_of(root, each) as (folder, name):
                os.rmdir(name, dir_fd=folder)
        except OSError as error:
            if error.errno not in _NOT_EMPTY:
                raise


def flush(descriptor: int) -> None:
    """Have what was written reach the disk. macOS's fsync leaves it in the drive (fsync(2)).

    Raises:
        OSError: it cannot.
    """
    import fcntl

    full = getattr(fcntl, "F_FULLFSYNC", None)
    if full is not None:
        with suppress(OSError):
            fcntl.fcntl(descriptor, full)
            return
    os.fsync(descriptor)


def flush_folder(descriptor: int) -> None:
    """The same of a folder: of the names in it. Some file systems know no such thing.

    Raises:
        OSError: it cannot.
    """
    try:
        flush(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
