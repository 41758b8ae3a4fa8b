"""A change set, carried out as a whole or not at all; and one that was interrupted, taken back."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from codeassist.edit.journal.content import Looks
from codeassist.edit.journal.manifest import Manifest, unquoted
from codeassist.edit.journal.place import remove_folders
from codeassist.edit.journal.step import Step, finish, stage, swap
from codeassist.edit.journal.store import DamagedError, Images, Store
from codeassist.edit.journal.taking_back import take_back
from codeassist.errors import CodeassistError, MissingError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def steps_of(root: Path, manifest: Manifest, images: Images) -> list[Step]:
    """Its files with their contents, at their places."""
    return [
        Step(
            root=root,
            real=unquoted(each.real),
            path=unquoted(each.path),
            before=before,
            after=after,
            looks=Looks(each.mode, exact=manifest.kind == "undo"),
            name=f".codeassist-{manifest.id}-{number}",
        )
        for number, (each, (before, after)) in enumerate(zip(manifest.files, images, strict=True))
    ]


def carry_out(store: Store, root: Path, manifest: Manifest, steps: Sequence[Step]) -> None:
    """Write a change set that the journal has: all files beside their places, then each swapped in.

    Raises:
        ConflictError: a file is written by somebody else; nothing was changed.
        MissingError: a file cannot be written (its reason is told); nothing was changed.
    """
    begun: list[Step] = []
    try:
        for each in steps:
            begun.append(each)
            with telling(each.path):
                stage(each)
        for each in steps:
            with telling(each.path):
                swap(each)
        with telling(str(store.folder)):
            store.mark(manifest.id, "swapped")
    except BaseException as error:
        told = _abandon(store, root, manifest, begun)
        if told and isinstance(error, CodeassistError):
            raise type(error)(error.message, "; ".join(told)) from error
        raise
    complete(store, root, manifest, steps)


def complete(store: Store, root: Path, manifest: Manifest, steps: Sequence[Step]) -> None:
    """Clear away what a change set leaves once its files are swapped. What cannot be is when the journal next opens."""
    with suppress(OSError):
        for each in steps:
            _twice(partial(finish, each))
        if manifest.kind == "undo":
            _twice(partial(remove_folders, root, [unquoted(each) for each in manifest.folders]))
        store.mark(manifest.id, "done")


def _twice(clear: Callable[[], None]) -> None:
    """A second try seldom helps, but what is left is a nuisance."""
    try:
        clear()
    except OSError:
        clear()


def _abandon(store: Store, root: Path, manifest: Manifest, begun: Sequence[Step]) -> list[str]:
    """Take back what was begun; sentences about what could not be."""
    told, failed = _take_back_all(store, manifest, begun)
    if failed is not None:
        return [*told, f"not all of it could be taken back ({failed.strerror}): codeassist history tries again"]
    _forget(store, root, manifest, told)
    return told


def _take_back_all(store: Store, manifest: Manifest, steps: Sequence[Step]) -> tuple[list[str], OSError | None]:
    """Sentences about files that are not as they were, and why one cannot be taken back now."""
    told, failed = [], None
    for number in reversed(range(len(steps))):
        try:
            sentence = take_back(steps[number], partial(store.keep, manifest.id, number))
        except OSError as error:
            failed = error
        else:
            told += [f"{sentence} (before: {store.at(manifest.id) / f'{number}.before'})"] if sentence else []
    return told, failed


def _forget(store: Store, root: Path, manifest: Manifest, told: Sequence[str]) -> None:
    """What was taken back leaves the journal, unless somebody may need what it has."""
    with suppress(OSError):
        if told:
            store.mark(manifest.id, "broken")
            return
        if manifest.kind == "edit":
            remove_folders(root, [unquoted(each) for each in manifest.folders])
        store.remove(manifest.id)


def mend(store: Store, root: Path) -> Iterator[str]:
    """Take back what was interrupted, complete what only had to be cleared away.

    Yields sentences about it for people, and about entries that cannot be read.
    """
    for entry in store.ids():
        try:
            stage_now = store.stage(entry)
            manifest = store.manifest(entry)
            if stage_now in ("done", "broken"):
                continue
            if stage_now == "swapped":
                complete(store, root, manifest, steps_of(root, manifest, [(None, None)] * len(manifest.files)))
                continue
            steps = steps_of(root, manifest, store.images(manifest))
        except DamagedError as error:
            yield str(error)
            continue
        except OSError as error:
            yield f"edit {entry} of the journal cannot be read ({error.strerror}): {store.at(entry)}"
            continue
        yield from _mended(store, root, manifest, steps)


def _mended(store: Store, root: Path, manifest: Manifest, steps: Sequence[Step]) -> Iterator[str]:
    what = f"undoing {manifest.of}" if manifest.kind == "undo" else f"edit {manifest.id}"
    told, failed = _take_back_all(store, manifest, steps)
    yield from told
    if failed is not None:
        yield f"{what} was interrupted and cannot be taken back now ({failed.strerror}): see {store.at(manifest.id)}"
        return
    _forget(store, root, manifest, told)
    yield f"{what} was interrupted: its {'other ' if told else ''}files are as they were before it"


@contextmanager
def telling(path: str, verb: str = "write") -> Iterator[None]:
    """Say of a failed system call what could not be written, and why.

    Raises:
        MissingError: an OSError was raised.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            hint = "nothing was changed; make room and run it again"
        elif error.errno in _DENIED:
            hint = "nothing was changed; see who may write there"
        else:
            hint = "nothing was changed"
        raise MissingError(f"cannot {verb} {path}: {error.strerror or error}", hint) from error
