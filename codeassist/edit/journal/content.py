"""What a name in a folder holds, compared to what it should; and a file written whole under a name of its own."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import Literal, NamedTuple

from codeassist.edit.journal.place import flush

Seen = Literal["nothing", "before", "after", "other"]
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MAKE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK = 1024 * 1024
_NOT_OURS = frozenset({errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS})


class Looks(NamedTuple):
    """How a file that is made is to look: `mode`, of which a new one loses what the umask says unless it is `exact`;
    or as the file `like` in its folder does: owner, mode and attributes, as far as this user may."""

    mode: int
    exact: bool = False
    like: str = ""


def status(folder: int, name: str) -> os.stat_result | None:
    """What is there, not following a link; None if nothing is.

    Raises:
        OSError: it cannot be looked at.
    """
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def read(folder: int, name: str, most: int) -> bytes | None:
    """The content of a regular file of at most `most` bytes; None where there is none.

    Raises:
        OSError: it cannot be read; for a link, a folder, a device and a file over that size, too.
    """
    try:
        descriptor = os.open(name, _READ, dir_fd=folder)
    except FileNotFoundError:
        return None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", name)
        data = _all(descriptor, most) if found.st_size <= most else None
        if data is None:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), name)
        return data
    finally:
        os.close(descriptor)


def holds(folder: int, name: str, image: bytes, *, alone: bool = False) -> bool:
    """Whether there is a regular file of exactly these bytes; `alone`: which nobody has open for writing.

    Raises:
        OSError: it cannot be read.
    """
    try:
        descriptor = os.open(name, _READ, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ELOOP, errno.ENXIO):
            return False
        raise
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size != len(image):
            return False
        return not (alone and _written(descriptor)) and _all(descriptor, len(image)) == image
    finally:
        os.close(descriptor)


def look(folder: int, name: str, before: bytes | None, after: bytes | None) -> Seen:
    """Which of two contents a name has.

    Raises:
        OSError: it cannot be read.
    """
    if status(folder, name) is None:
        return "nothing"
    if after is not None and holds(folder, name, after):
        return "after"
    return "before" if before is not None and holds(folder, name, before) else "other"


def _all(descriptor: int, most: int) -> bytes | None:
    """Everything from here, None if it is more than `most` bytes."""
    parts: list[bytes] = []
    size = 0
    while size <= most:
        part = os.read(descriptor, min(_CHUNK, most + 1 - size))
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
    return None


def _written(descriptor: int) -> bool:
    """Whether some program has the file open for writing: then it gets no read lease (fcntl(2), Linux only).

    What such a program writes later would go into the file that is swapped out, and be lost.
    """
    import fcntl
    import signal

    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)  # SIGIO, the default, would end this process
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN  # else: another user's file, or a file system without leases
    return False


def write(folder: int, name: str, data: bytes, looks: Looks) -> None:
    """Make a file and have it reach the disk.

    Raises:
        OSError: it cannot be written, or the name is taken.
    """
    descriptor = os.open(name, _MAKE, 0o600 if looks.like else looks.mode, dir_fd=folder)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest[:_CHUNK]) :]
        if looks.like:
            _take_after(descriptor, folder, looks.like)
        elif looks.exact:
            os.fchmod(descriptor, looks.mode)
        flush(descriptor)
    finally:
        os.close(descriptor)


def _take_after(descriptor: int, folder: int, like: str) -> None:
    model = os.open(like, _READ, dir_fd=folder)
    try:
        found, own = os.fstat(model), os.fstat(descriptor)
        if (found.st_uid, found.st_gid) != (own.st_uid, own.st_gid):
            _own(descriptor, found)
        _copy_attributes(model, descriptor)
        os.fchmod(descriptor, stat.S_IMODE(found.st_mode))  # last: another owner takes bits away
    finally:
        os.close(model)


def _own(descriptor: int, found: os.stat_result) -> None:
    """Its owner's and its group's, each as far as this user may give it away."""
    for owner, group in ((found.st_uid, -1), (-1, found.st_gid)):
        try:
            os.fchown(descriptor, owner, group)
        except OSError as error:
            if error.errno not in _NOT_OURS:
                raise


def _copy_attributes(model: int, descriptor: int) -> None:
    """Extended attributes, access control lists among them. Python reaches those of Linux."""
    if not hasattr(os, "listxattr"):
        return
    try:
        names = os.listxattr(model)
    except OSError as error:
        if error.errno in _NOT_OURS:
            return
        raise
    for name in names:
        try:
            os.setxattr(descriptor, name, os.getxattr(model, name))
        except OSError as error:
            if error.errno not in _NOT_OURS | {errno.ENODATA}:
                raise


def discard(folder: int, name: str) -> None:
    """Remove a name; it need not be there.

    Raises:
        OSError: it cannot be removed.
    """
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
