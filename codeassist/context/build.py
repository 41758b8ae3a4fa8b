"""Brings an index up to date with a working tree: what changed is read, what was never seen is parsed."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

from codeassist.context import exclusion, rows
from codeassist.context.contents import Content, read
from codeassist.context.database import Database
from codeassist.context.parsers import Done, Job, Workers, parse_here
from codeassist.context.walk import Entry, look, walk

Progress = Callable[[int, int], None]
Cancel = Callable[[], bool]

_BATCH_BYTES = 256 * 1024
_PROCESSES_FROM_BYTES = 2_000_000  # less is parsed sooner than a process has started
_FLUSH = 500  # files that hold what is known already
_KEEP_RELEASED, _RELEASED_SECONDS = 500, 14 * 24 * 3600


class Known(NamedTuple):
    """What the database says of a file."""

    id: int
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    settled: int
    reason: str


class Counts:
    """What a refresh has done so far."""

    def __init__(self) -> None:
        self.read = self.parsed = self.removed = self.done = 0
        self.complete = True


class Build:
    """One refresh of one working tree."""

    def __init__(self, database: Database, root: Path, progress: Progress, cancel: Cancel) -> None:
        self.counts = Counts()
        self._database = database
        self._root = root
        self._progress = progress
        self._cancel = cancel
        self._worktree = 0
        self._total = 0
        self._found: list[tuple[Content, int | None]] = []  # files whose content is known, not yet written

    def run(self, only: Sequence[str] | None) -> None:
        """Bring up to date the whole tree, or what is at or below `only` these paths.

        Raises:
            sqlite3.Error: the database cannot be written; what was done before is kept.
        """
        if not self._root.is_dir():  # unmounted, or not ours any more: that is no reason to forget it
            self.counts.complete = False
            return
        self._worktree = worktree_id(self._database, self._root)
        known = _known(self._database, self._worktree, only)
        entries = walk(self._root) if only is None else _at(self._root, only, known)
        changed = [entry for entry in entries if not _same(known.get(os.fsencode(entry.path)), entry)]
        for entry in entries:
            known.pop(os.fsencode(entry.path), None)
        unread = [entry for entry in changed if entry.reason]
        if known or unread:
            with self._database.writing() as writer:
                rows.remove_files(writer, [each.id for each in known.values()])
                put = [rows.put_file(writer, self._worktree, each, None, settled=True) for each in unread]
                if known or any(put):
                    _advance(writer, self._worktree)
        self.counts.removed = len(known)
        self._read([entry for entry in changed if not entry.reason])
        if only is None and self.counts.complete and (changed or known):
            prune(self._database)

    def _read(self, entries: Sequence[Entry]) -> None:
        self._total = len(entries)
        many = sum(entry.size for entry in entries) > _PROCESSES_FROM_BYTES
        with Workers() if many else nullcontext() as workers:
            parse = workers.parse if workers is not None else parse_here
            for done in parse(self._batches(entries)):
                self._write(done)
        self._write([])

    def _batches(self, entries: Sequence[Entry]) -> Iterator[list[Job]]:
        """Contents that were never seen; the others are only noted."""
        batch: list[Job] = []
        size = 0
        for entry in entries:
            if self._cancel():
                self.counts.complete = False
                break
            content, data = read(self._root, entry)
            self.counts.read += not content.entry.reason
            blob = None if content.entry.reason else _blob_of(self._database, content.digest)
            if content.entry.reason or blob is not None:
                self._found.append((content, blob))
                if len(self._found) >= _FLUSH:
                    self._write([])
                continue
            batch.append(Job(content, content.language, data))
            size += len(data)
            if size >= _BATCH_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _write(self, done: Done) -> None:
        """Store parsed contents with their files, and the files found since: all of it, or nothing if interrupted."""
        found, self._found = self._found, []
        if not done and not found:
            return
        changed = False
        with self._database.writing() as writer:
            for job, parsed in done:
                if isinstance(job.key, Content):
                    found.append((job.key, rows.add_blob(writer, job.key.digest, job.language, parsed)))
            for content, blob in found:
                changed |= rows.put_file(writer, self._worktree, content.entry, blob, settled=content.settled)
            if changed:
                _advance(writer, self._worktree)
        self.counts.parsed += len(done)
        self.counts.done += len(found)
        self._progress(self.counts.done, self._total)


def worktree_id(database: Database, root: Path) -> int:
    """The number of a working tree, given to it at its first refresh."""
    key = (os.fsencode(root),)
    found = database.rows("SELECT id FROM worktree WHERE root = ?", key)
    if not found:
        with database.writing() as writer:
            writer.execute("INSERT OR IGNORE INTO worktree (root, generation) VALUES (?, 0)", key)
        found = database.rows("SELECT id FROM worktree WHERE root = ?", key)
    if not found:
        raise sqlite3.DatabaseError("the database does not keep what is written")
    return int(found[0][0])


def _advance(writer: sqlite3.Connection, worktree: int) -> None:
    """Grow the generation, to a number that no database made anew had before."""
    sql = "UPDATE worktree SET generation = max(generation + 1, ?) WHERE id = ?"
    writer.execute(sql, (time.time_ns() // 1_000_000, worktree))


def _known(database: Database, worktree: int, only: Sequence[str] | None) -> dict[bytes, Known]:
    sql = "SELECT path, id, size, mtime_ns, ctime_ns, inode, settled, reason FROM file WHERE worktree = ?"
    if only is None:
        return {row[0]: Known(*row[1:]) for row in database.rows(sql, (worktree,))}
    found: dict[bytes, Known] = {}
    for path in map(os.fsencode, only):  # "/" is followed by "0"
        below = f"{sql} AND (path = ? OR path > ? AND path < ?)"
        found |= {row[0]: Known(*row[1:]) for row in database.rows(below, (worktree, path, path + b"/", path + b"0"))}
    return found


def _at(root: Path, paths: Sequence[str], known: Mapping[bytes, Known]) -> list[Entry]:
    """What is at or below these paths. Of files that were known git need not be asked whether it ignores them."""
    direct = [path for path in paths if os.fsencode(path) in known and not (root / path).is_dir()]
    others = [path for path in paths if path not in set(direct)]
    return look(root, direct) + (walk(root, others) if others else [])


def pending(database: Database, root: Path) -> int:
    """How many files are new, changed or gone since the last refresh, as far as sizes and times tell."""
    found = database.rows("SELECT id FROM worktree WHERE root = ?", (os.fsencode(root),))
    known = _known(database, found[0][0], None) if found else {}
    entries = {os.fsencode(entry.path): entry for entry in walk(root)}
    settled = {path: each._replace(settled=1) for path, each in known.items()}
    return len(known.keys() - entries.keys()) + sum(
        not _same(settled.get(path), each) for path, each in entries.items()
    )


def _same(known: Known | None, entry: Entry) -> bool:
    if known is None:
        return False
    if entry.reason or known.reason not in ("", exclusion.UNREADABLE):
        return known.reason == entry.reason
    return bool(known.settled) and known[1:5] == entry[1:5]


def _blob_of(database: Database, digest: bytes) -> int | None:
    found = database.rows("SELECT id FROM blob WHERE hash = ?", (digest,))
    return found[0][0] if found else None


def prune(database: Database) -> None:
    """Forget working trees that are gone, and contents that no file has: old ones, or all if they are the most."""
    gone = [row[0] for row in database.rows("SELECT id, root FROM worktree") if not os.path.isdir(row[1])]  # noqa: PTH112
    for worktree in gone:
        files = [row[0] for row in database.rows("SELECT id FROM file WHERE worktree = ?", (worktree,))]
        with database.writing() as writer:
            rows.remove_files(writer, files)
            writer.execute("DELETE FROM kept WHERE worktree = ?", (worktree,))
            writer.execute("DELETE FROM worktree WHERE id = ?", (worktree,))
    (total,) = database.rows("SELECT count(*) FROM blob")[0]
    released = database.rows("SELECT id, released FROM blob WHERE released IS NOT NULL ORDER BY released")
    if len(released) <= max(_KEEP_RELEASED, total // 2):
        oldest = time.time() - _RELEASED_SECONDS
        released = [row for row in released if row[1] < oldest]
    for start in range(0, len(released), _FLUSH):
        with database.writing() as writer:
            for blob, _when in released[start : start + _FLUSH]:
                rows.drop_blob(writer, blob)
            rows.drop_names(writer)
