"""Writes what is known of contents and files into the database, within a transaction of the caller's."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence

from codeassist.context.parsed import Parsed, unpack
from codeassist.context.terms import bag
from codeassist.context.walk import Entry

_MANY = 500  # values in one statement


def add_blob(database: sqlite3.Connection, digest: bytes, language: str, parsed: Parsed) -> int:
    """Store what a content holds; its number. Nothing is done if it is there."""
    known = blob_of(database, digest)
    if known is not None:
        return known
    values = (digest, language, parsed.lines, parsed.reason)
    blob = database.execute("INSERT INTO blob (hash, language, lines, reason) VALUES (?, ?, ?, ?)", values).lastrowid
    if blob is None:
        raise sqlite3.DatabaseError("no row was made")
    names = {each.name for each in parsed.definitions} | parsed.references.keys()
    database.executemany("INSERT OR IGNORE INTO name (text) VALUES (?)", ((name,) for name in names))
    of_name = "(SELECT id FROM name WHERE text = ?)"
    database.executemany(
        f"INSERT INTO definition VALUES (?, ?, {of_name}, ?, ?, ?, ?, ?, ?, ?)",
        ((blob, number, *each) for number, each in enumerate(parsed.definitions)),
    )
    database.executemany(
        f"INSERT INTO reference VALUES (?, {of_name}, ?)",
        ((blob, name, count) for name, count in parsed.references.items()),
    )
    database.executemany(
        "INSERT INTO import VALUES (?, ?, ?, ?, ?)",
        ((blob, number, each.module, "\n".join(each.names), each.line) for number, each in enumerate(parsed.imports)),
    )
    _add_stretches(database, blob, parsed)
    return blob


def _add_stretches(database: sqlite3.Connection, blob: int, parsed: Parsed) -> None:
    if not parsed.stretches:
        return
    first = (database.execute("SELECT max(id) FROM stretch").fetchone()[0] or 0) + 1
    database.executemany(
        "INSERT INTO stretch VALUES (?, ?, ?, ?, ?)",
        ((number, blob, *each) for number, each in enumerate(parsed.stretches, start=first)),
    )
    database.execute("INSERT INTO bag VALUES (?, ?)", (blob, parsed.bags))
    database.executemany(
        "INSERT INTO words (rowid, symbol, doc, body) VALUES (?, ?, ?, ?)",
        ((number, *each) for number, each in enumerate(unpack(parsed.bags), start=first)),
    )


def blob_of(database: sqlite3.Connection, digest: bytes) -> int | None:
    """The number of a content that is known."""
    found = database.execute("SELECT id FROM blob WHERE hash = ?", (digest,)).fetchone()
    return found[0] if found else None


def put_file(database: sqlite3.Connection, worktree: int, entry: Entry, blob: int | None, *, settled: bool) -> bool:
    """Store a file as it is now; whether it holds something else than was known, or is left out for another reason."""
    key = (worktree, os.fsencode(entry.path))
    state = (entry.size, entry.mtime_ns, entry.ctime_ns, entry.inode, settled, entry.reason, blob)
    query = "SELECT id, blob, reason FROM file WHERE worktree = ? AND path = ?"
    number, before, reason = database.execute(query, key).fetchone() or (None, None, None)
    if number is None:
        columns = "size, mtime_ns, ctime_ns, inode, settled, reason, blob, worktree, path"
        insert = f"INSERT INTO file ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        number = database.execute(insert, (*state, *key)).lastrowid
        database.execute("INSERT INTO place (rowid, words) VALUES (?, ?)", (number, bag(entry.path)))
    else:
        database.execute(
            "UPDATE file SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, settled = ?, reason = ?, blob = ?"
            " WHERE id = ?",
            (*state, number),
        )
    if blob is not None:
        database.execute("UPDATE blob SET released = NULL WHERE id = ? AND released IS NOT NULL", (blob,))
    if before not in (None, blob):
        release(database, [before])
    return (before, reason) != (blob, entry.reason)


def remove_files(database: sqlite3.Connection, files: Sequence[int]) -> None:
    """Forget files by their numbers."""
    for some in _in_parts(files):
        marks = ",".join("?" * len(some))
        found = database.execute(f"SELECT DISTINCT blob FROM file WHERE id IN ({marks})", some).fetchall()
        blobs = [row[0] for row in found if row[0] is not None]
        database.execute(f"DELETE FROM file WHERE id IN ({marks})", some)
        database.execute(f"DELETE FROM place WHERE rowid IN ({marks})", some)
        release(database, blobs)


def release(database: sqlite3.Connection, blobs: Iterable[int]) -> None:
    """Note the contents among these that no file has any more."""
    database.executemany(
        "UPDATE blob SET released = strftime('%s', 'now')"
        " WHERE id = ? AND NOT EXISTS (SELECT 1 FROM file WHERE blob = blob.id)",
        ((blob,) for blob in blobs),
    )


def drop_blob(database: sqlite3.Connection, blob: int) -> None:
    """Forget a content and all that was made of it."""
    stretches = database.execute("SELECT id FROM stretch WHERE blob = ? ORDER BY id", (blob,)).fetchall()
    packed = database.execute("SELECT words FROM bag WHERE blob = ?", (blob,)).fetchone()
    database.executemany(
        "INSERT INTO words (words, rowid, symbol, doc, body) VALUES ('delete', ?, ?, ?, ?)",
        ((number, *each) for (number,), each in zip(stretches, unpack(packed[0] if packed else b""), strict=True)),
    )
    for table in ("definition", "reference", "import", "stretch", "bag"):
        database.execute(f"DELETE FROM {table} WHERE blob = ?", (blob,))
    database.execute("DELETE FROM blob WHERE id = ?", (blob,))


def drop_names(database: sqlite3.Connection) -> None:
    """Forget the names that nothing has any more."""
    used = "SELECT name FROM definition UNION SELECT name FROM reference"
    database.execute(f"DELETE FROM name WHERE id NOT IN ({used})")


def _in_parts(values: Sequence[int]) -> Iterable[Sequence[int]]:
    return (values[start : start + _MANY] for start in range(0, len(values), _MANY))
