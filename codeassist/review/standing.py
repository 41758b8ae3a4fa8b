"""A change whose new side is on disk: the working tree against the index, or whole files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from codeassist.context import exclusion, walk
from codeassist.errors import UsageError
from codeassist.git import differences
from codeassist.git.differences import Entry
from codeassist.git.objects import Blobs, TooLargeError
from codeassist.git.repository import Repository
from codeassist.review import disk
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.taking import LARGE, LOST, READ_BYTES, READ_FILES, REGULAR, New, Taker, decoded

FILTERED = "a filter stands between it and what is committed"
_SHA1_LENGTH = 40


def of_tree(repository: Repository) -> Snapshot:
    """The working tree against the index, with untracked files that are not ignored."""
    root, blobs = repository.root, Blobs(repository)

    def old(name: str) -> bytes | None:
        try:
            return blobs.read(name, LARGE)
        except TooLargeError:
            return None

    taker = Taker(old)
    entries, filtered = differences.of_files(repository)
    altered: set[str] = set()  # whose mode is another
    for entry in _once(entries):
        if entry.path in filtered:
            taker.skipped.append((entry.path, FILTERED))
        elif entry.new_mode in REGULAR:
            found = disk.look(root, entry.path, taker.room)
            if entry.old_mode != entry.new_mode:
                altered.add(entry.path)
            elif found is not None and _is_same(found.data, entry.old_id):
                continue
            _take(taker, entry, found)
        else:
            taker.take(entry, New(0, lambda: None) if entry.new_mode else None)
    for path in differences.untracked(repository):
        _take(taker, _added(path), disk.look(root, path, taker.room))
    files = tuple(each for each in taker.files if each.path in altered or not _only_newlines(each))
    return Snapshot(root, "working", "the working tree", files, reader(root, files), tuple(taker.skipped))


def of_paths(root: Path, place: Path, paths: Sequence[str]) -> Snapshot:
    """Whole files, and those below directories."""
    files: list[str] = []
    folders: list[str] = []
    for path in paths:
        below, is_folder = _below(root, place, path)
        (folders if is_folder else files).append(below)
    taker = Taker(lambda _name: None)
    if folders:
        for each in walk.walk(root, [] if "" in folders else folders):
            if each.reason == exclusion.IGNORED:
                taker.skipped.append((each.path, each.reason))
            else:
                files.append(each.path)
    for path in sorted(set(files)):
        _take(taker, _added(path), disk.look(root, path, taker.room))
    title = paths[0] if len(paths) == 1 else f"{len(paths)} paths"
    taken = tuple(taker.files)
    return Snapshot(root, "paths", title, taken, reader(root, taken), tuple(taker.skipped))


def reader(root: Path, files: Iterable[FileChange]) -> Callable[[str], str | None]:
    """Reads texts as they are on disk, but those of a change as they are in it."""
    texts = {each.path: each.new for each in files if each.new is not None}

    @lru_cache(READ_FILES)
    def read(path: str) -> str | None:
        if path in texts:
            return texts[path]
        found = disk.look(root, path, READ_BYTES)
        source = None if found is None or found.data is None else decoded(found.data)
        return None if source is None else source.text

    return read


def _take(taker: Taker, entry: Entry, found: disk.OnDisk | None) -> None:
    """Take a file as it was found, whatever it was a moment ago."""
    if found is None or not found.mode:
        taker.skipped.append((entry.path, LOST))
        return
    taker.take(entry._replace(new_mode=found.mode), New(found.size, lambda: found.data))


def _added(path: str) -> Entry:
    return Entry("A", path, "", "", REGULAR[0], "", "")


def _once(entries: Sequence[Entry]) -> Iterable[Entry]:
    """Each path once. One with conflicts is told of as such, and then as it differs from this side of the merge."""
    compared = {each.path for each in entries if each.status != "U"}
    return (each for each in entries if each.status != "U" or each.path not in compared)


def _is_same(data: bytes | None, name: str) -> bool:
    """True if a content is the one of that name (gitformat-loose, "object name"): only its times are others."""
    if data is None or not name:
        return False
    kind = hashlib.sha1 if len(name) == _SHA1_LENGTH else hashlib.sha256
    digest = kind(b"blob %d\0" % len(data), usedforsecurity=False)
    digest.update(data)
    return digest.hexdigest() == name


def _only_newlines(change: FileChange) -> bool:
    """True if only the ends of its lines differ, as they do where git writes others to disk than it stores."""
    return change.status == "modified" and change.new is not None and change.old == change.new


def _below(root: Path, place: Path, path: str) -> tuple[str, bool]:
    """A path from the root, and whether it is a directory; a link is not followed if it is the last part.

    Raises:
        UsageError: it does not exist, is neither file nor directory, or is outside the root.
    """
    given = Path(os.path.normpath(place / path))
    try:
        full = Path(os.path.realpath(given.parent)) / given.name
        exists = os.path.lexists(full)
    except (OSError, ValueError):
        exists = False
    if not exists:
        raise UsageError(f"{path} does not exist", "check the path")
    if not full.is_relative_to(root):
        raise UsageError(f"{path} is outside {root}", "run it where the file is")
    if not (full.is_symlink() or full.is_file() or full.is_dir()):
        raise UsageError(f"{path} is neither a file nor a directory", "give a text file or a directory")
    below = full.relative_to(root).as_posix()
    return ("" if below == "." else below), full.is_dir() and not full.is_symlink()
