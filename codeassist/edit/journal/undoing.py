"""What undoing a change set would do to the files as they are now."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import NamedTuple

from codeassist.edit.change import FileEdit
from codeassist.edit.journal.content import read
from codeassist.edit.journal.manifest import Manifest, Record, unquoted
from codeassist.edit.journal.merging import merge
from codeassist.edit.journal.place import folder_of
from codeassist.edit.journal.store import Images
from codeassist.errors import MissingError
from codeassist.text import MAX_FILE_BYTES

_GONE = frozenset({errno.ENOENT, errno.ENOTDIR})
_NO_FILE = frozenset({errno.EINVAL, errno.EFBIG, errno.ELOOP, errno.ENXIO})  # it became something else


class _Part(NamedTuple):
    """What becomes of one file: nothing where `edit` is None; `conflict`: later changes overlap."""

    edit: FileEdit | None = None
    conflict: bool = False


def parts_of(root: Path, manifest: Manifest, images: Images, scratch: Path) -> tuple[list[FileEdit], list[str]]:
    """The edits that take a change set back, and the paths in which later changes overlap.

    Such a file is among the edits with conflict markers, unless it was made or removed, or is no text: then it stays as
    it is.

    Raises:
        MissingError: one cannot be read.
    """
    edits, conflicts = [], []
    for record, (before, after) in zip(manifest.files, images, strict=True):
        part = _part(root, record, before, after, scratch)
        edits += [part.edit] if part.edit else []
        conflicts += [unquoted(record.real)] if part.conflict else []
    return edits, conflicts


def _part(root: Path, record: Record, before: bytes | None, after: bytes | None, scratch: Path) -> _Part:
    path = unquoted(record.real)
    try:
        with folder_of(root, path) as (folder, name):
            now = read(folder, name, MAX_FILE_BYTES)
    except OSError as error:
        if error.errno in _NO_FILE:
            return _Part(conflict=True)
        if error.errno not in _GONE:
            raise MissingError(f"cannot read {path}: {error.strerror}", "nothing was changed") from error
        now = None
    if now == before:
        return _Part()
    if now == after:
        return _Part(FileEdit(path, now, before, record.mode))
    if now is None or before is None or after is None:
        return _Part(conflict=True)
    merged = merge(now, after, before, scratch)
    if merged is None:
        return _Part(conflict=True)
    content, clean = merged
    return _Part(FileEdit(path, now, content, record.mode) if content != now else None, not clean)
