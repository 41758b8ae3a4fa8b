"""One file's part of a change set: written beside it, swapped in, and what it held compared with what it should have.

What a swap takes out stays under a hidden name until all files are swapped: to take back is to swap again. So of each
file one can tell by what is there how far it got, and a change set that was interrupted is taken back by looking:

    .part    is being written; nothing of value
    .new     what is to be swapped in (it is the after-image), or what was swapped out (it is not)
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from codeassist.edit.journal.content import Looks, discard, holds, look, status, write
from codeassist.edit.journal.place import flush_folder, folder_of, make_folders
from codeassist.edit.journal.renaming import exchange, move, move_aside
from codeassist.errors import ConflictError, MissingError, UsageError


@dataclass(frozen=True)
class Step:
    """One file of a change set, at its place.

    Attributes:
        root, real: the file: a POSIX path below the root on which no link is.
        path: as the change set calls it.
        before, after: its bytes; None: there is none.
        looks: of a file that is made.
        name: of the hidden files beside it: of this file of this change set and no other.
    """

    root: Path
    real: str
    path: str
    before: bytes | None
    after: bytes | None
    looks: Looks
    name: str

    @property
    def part(self) -> str:
        """The hidden file while it is being written."""
        return f"{self.name}.part"

    @property
    def new(self) -> str:
        """The hidden file that is swapped."""
        return f"{self.name}.new"


def check(step: Step) -> int:
    """See whether the file is as it was when it was read; its mode, or that which it is to have.

    Raises:
        ConflictError: it is not.
        UsageError: it is something else than a file.
        MissingError: it may not be written.
        OSError: it cannot be looked at.
    """
    try:
        with folder_of(step.root, step.real) as (folder, name):
            found = status(folder, name)
            same = found is None or (step.before is not None and holds(folder, name, step.before))
    except FileNotFoundError:  # its folder
        found, same = None, True
    if found is None:
        if step.before is not None:
            raise ConflictError(f"{step.path} is gone", "nothing was changed; run it again")
        return step.looks.mode
    if not stat.S_ISREG(found.st_mode):
        raise UsageError(f"{step.path} is no regular file", "nothing was changed")
    if step.before is None:
        raise ConflictError(f"{step.path} exists already", "nothing was changed; run it again")
    if not same:
        raise changed(step.path)
    if not found.st_mode & 0o222:
        raise MissingError(f"cannot write {step.path}: it is read-only", f"nothing was changed; chmod u+w {step.path}")
    return stat.S_IMODE(found.st_mode)


def changed(path: str) -> ConflictError:
    """What to say of a file that somebody else writes."""
    return ConflictError(f"{path} has changed since it was read", "nothing was changed; run it again")


def stage(step: Step) -> None:
    """Write what is to be swapped in, if anything is, beside the file.

    Raises:
        OSError: it cannot be written.
    """
    if step.after is None:
        return
    make_folders(step.root, step.real)
    with folder_of(step.root, step.real) as (folder, name):
        _write(step, folder, step.after, name if step.before is not None else "")


def _write(step: Step, folder: int, data: bytes, like: str) -> None:
    discard(folder, step.part)
    write(folder, step.part, data, step.looks._replace(like=like))
    os.rename(step.part, step.new, src_dir_fd=folder, dst_dir_fd=folder)


def swap(step: Step) -> None:
    """Put the file in its place; what was there is under the hidden name then, or is gone if there was nothing.

    Raises:
        ConflictError: the file was not as it should have been, or another program is writing it.
        OSError: it cannot be swapped.
    """
    with folder_of(step.root, step.real) as (folder, name):
        try:
            same = _swapped(step, folder, name)
        except FileNotFoundError:
            raise ConflictError(f"{step.path} is gone", "nothing was changed; run it again") from None
        except FileExistsError:
            raise ConflictError(f"{step.path} exists already", "nothing was changed; run it again") from None
        if not same:
            raise changed(step.path)
        flush_folder(folder)


def _swapped(step: Step, folder: int, name: str) -> bool:
    """Swap; whether what was there is what it should have been."""
    if step.before is None:
        move(folder, step.new, name)
        return True
    if step.after is not None:
        return put(folder, step.new, name, step.before)
    move_aside(folder, name, step.new)
    return holds(folder, step.new, step.before, alone=True)


def put(folder: int, new: str, name: str, expected: bytes) -> bool:
    """Let a file and a hidden one change places; whether it held what was expected, and nobody is writing it.

    Where names cannot be exchanged the file is replaced, if it was so until just before.

    Raises:
        OSError: they cannot be swapped.
    """
    if exchange(folder, new, name):
        return holds(folder, new, expected, alone=True)
    before = _stamp(folder, name)
    if not holds(folder, name, expected, alone=True) or _stamp(folder, name) != before:
        return False
    os.replace(new, name, src_dir_fd=folder, dst_dir_fd=folder)
    return True


def _stamp(folder: int, name: str) -> tuple[int, ...]:
    """What is another after a file was written or replaced."""
    found = status(folder, name)
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns) if found else ()


def finish(step: Step) -> None:
    """Remove what was swapped out. It was compared: the journal has it.

    Raises:
        OSError: it cannot be removed.
    """
    with suppress(FileNotFoundError, NotADirectoryError), folder_of(step.root, step.real) as (folder, _):
        discard(folder, step.new)


def seen(step: Step, folder: int, name: str) -> str:
    """Which of its contents a name has."""
    return look(folder, name, step.before, step.after)
