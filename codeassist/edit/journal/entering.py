"""From a change set to an entry of the journal: every file is looked at before anything is written."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.journal.changing import steps_of, telling
from codeassist.edit.journal.content import Looks
from codeassist.edit.journal.manifest import Manifest, Record, quoted, unquoted
from codeassist.edit.journal.place import missing_folders, real_path
from codeassist.edit.journal.step import Step, check
from codeassist.edit.journal.store import Images, Store, image_of
from codeassist.errors import UsageError


def enter(store: Store, root: Path, change: ChangeSet, undone: Manifest | None = None) -> tuple[Manifest, list[Step]]:
    """Enter a change set that is about to be written; `undone`: it undoes that one.

    Raises:
        ConflictError: a file is not as it was when it was read.
        UsageError: a path leads out of the root, or is no file; a file is named twice.
        MissingError: a file may not be written; the journal cannot be.
    """
    if not change.files:
        raise UsageError("there is nothing to change", "nothing was changed")
    lines = [(0, 0)] * len(change.files) if undone else _lines(change)
    records = [_record(root, each, *count) for each, count in zip(change.files, lines, strict=True)]
    _see_that_each_is_another(records)
    images = [(each.before, each.after) for each in change.files]
    with telling(str(root), "look at"):
        folders = undone.folders if undone else _folders(root, change.files, records)
    manifest = _made(store, change.title, records, images, folders, undone)
    return manifest, steps_of(root, manifest, images)


def enter_as_undone(store: Store, undone: Manifest) -> None:
    """Enter that nothing is left to undo.

    Raises:
        MissingError: the journal cannot be written.
    """
    manifest = _made(store, undone.title, (), (), (), undone)
    with telling(str(store.folder)):
        store.mark(manifest.id, "done")


def _made(
    store: Store,
    title: str,
    records: Sequence[Record],
    images: Images,
    folders: tuple[str, ...],
    undone: Manifest | None,
) -> Manifest:
    with telling(str(store.folder)):
        manifest = Manifest(
            id=store.free_id(),
            number=store.next_number(),
            kind="undo" if undone else "edit",
            of=undone.id if undone else "",
            title=title.encode("utf-8", "replace").decode(),
            when=time.time(),
            files=tuple(records),
            folders=folders,
        )
        store.make(manifest, images)
    return manifest


def _lines(change: ChangeSet) -> list[tuple[int, int]]:
    """The lines of each file that come and go."""
    from codeassist.edit.hunk import counts, hunks

    return [counts(each) for each in hunks(change)]


def _record(root: Path, edit: FileEdit, added: int, removed: int) -> Record:
    with telling(edit.path):
        real = real_path(root, edit.path)
        mode = check(Step(root, real, edit.path, edit.before, edit.after, Looks(edit.mode), name=""))
    before, after = (image_of(each) if each is not None else None for each in (edit.before, edit.after))
    return Record(
        path=quoted(edit.path),
        real=quoted(real),
        before=before,
        after=after,
        mode=mode,
        added=added,
        removed=removed,
    )


def _see_that_each_is_another(records: Sequence[Record]) -> None:
    reals = [each.real for each in records]
    for number, each in enumerate(records):
        if each.real in reals[:number]:
            raise UsageError(f"{each.path} is changed twice", "nothing was changed")


def _folders(root: Path, edits: Sequence[FileEdit], records: Sequence[Record]) -> tuple[str, ...]:
    """Those that are made for new files."""
    made = (
        missing_folders(root, unquoted(record.real))
        for edit, record in zip(edits, records, strict=True)
        if edit.before is None
    )
    return tuple(dict.fromkeys(quoted(each) for folders in made for each in folders))
