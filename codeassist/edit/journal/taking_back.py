"""One file of a change set that was not completed, taken back. May be interrupted itself, and begins anew then."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from codeassist.edit.journal.content import discard, holds, read, status, write
from codeassist.edit.journal.place import flush_folder, folder_of
from codeassist.edit.journal.renaming import exchange, move, move_aside
from codeassist.edit.journal.step import Step, put, seen

Keep = Callable[[bytes], Path]
_MOST = 64 * 1024 * 1024  # bytes of a file that is copied into the journal


def take_back(step: Step, keep: Keep) -> str:
    """Undo what was done of a step. Only what is still ours is touched; contents that nobody else has go to `keep`.

    Returns:
        "" if the file is as it was, else a sentence that says how it is.

    Raises:
        OSError: it cannot be taken back now.
    """
    with ExitStack() as stack:
        try:
            folder, name = stack.enter_context(folder_of(step.root, step.real))
        except (FileNotFoundError, NotADirectoryError):
            return "" if step.before is None else f"{step.path} is gone"
        discard(folder, step.part)
        _part_links(step, folder, name)
        if step.before is None:
            told = _back_made(step, folder, name, keep)
        elif step.after is None:
            told = _back_removed(step, folder, name, keep)
        else:
            told = _back_changed(step, folder, name, keep)
        flush_folder(folder)
        return told


def _part_links(step: Step, folder: int, name: str) -> None:
    """Where a name was given by a link, the old one may not be removed yet: both are the same file."""
    new, there = status(folder, step.new), status(folder, name)
    if new and there and os.path.samestat(new, there):
        discard(folder, step.new)


def _back_changed(step: Step, folder: int, name: str, keep: Keep) -> str:
    now, aside = seen(step, folder, name), seen(step, folder, step.new)
    if now == "after" and aside == "nothing" and step.before is not None:  # it was replaced without an exchange
        write(folder, step.part, step.before, step.looks._replace(like=name))
        os.rename(step.part, step.new, src_dir_fd=folder, dst_dir_fd=folder)
        aside = "before"
    if now == "after" and aside in ("before", "other"):
        if _swapped_back(step, folder, name):
            discard(folder, step.new)
            return ""
        now = "other"
    elif aside == "after":  # it was not swapped, or is swapped back
        discard(folder, step.new)
        return ""
    kept = _cleared(step, folder, aside, keep)
    if now == "before":
        return kept
    return kept or f"{step.path} {'is gone' if now == 'nothing' else 'has been changed since: it stays as it is'}"


def _swapped_back(step: Step, folder: int, name: str) -> bool:
    """Swap what was there in again; False if meanwhile somebody else has written the file: theirs stays."""
    if put(folder, step.new, name, step.after or b""):
        return True
    exchange(folder, step.new, name)
    return False


def _back_made(step: Step, folder: int, name: str, keep: Keep) -> str:
    now, aside = seen(step, folder, name), seen(step, folder, step.new)
    if aside == "after":  # it was not put there, or is away again
        discard(folder, step.new)
        return ""
    if aside == "other":  # it was moved away, and proved to be somebody else's
        return _returned(step, folder, name, keep)
    if now == "nothing":
        return ""
    if now == "after":
        move_aside(folder, name, step.new)
        if holds(folder, step.new, step.after or b"", alone=True):
            discard(folder, step.new)
            return ""
        _returned(step, folder, name, keep)
    return f"{step.path} was made and has been written since: it stays"


def _back_removed(step: Step, folder: int, name: str, keep: Keep) -> str:
    if status(folder, step.new) is None:
        return ""
    return _returned(step, folder, name, keep)


def _returned(step: Step, folder: int, name: str, keep: Keep) -> str:
    """Give what was moved away its name back."""
    try:
        move(folder, step.new, name)
    except FileExistsError:
        kept = _cleared(step, folder, seen(step, folder, step.new), keep)
        return kept or f"{step.path} was made anew: it stays as it is"
    return ""


def _cleared(step: Step, folder: int, aside: str, keep: Keep) -> str:
    """Remove what was swapped out; what the journal does not have goes there first."""
    if aside == "other":
        try:
            path = keep(read(folder, step.new, _MOST) or b"")
        except OSError:
            path = (step.root / step.real).parent / step.new
            return f"{step.path} was written twice meanwhile: what was there first is in {path}"
        discard(folder, step.new)
        return f"{step.path} was written twice meanwhile: what was there first is in {path}"
    discard(folder, step.new)
    return ""
