"""The database of an index, as threads and processes use it at the same time."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from codeassist.context import storage
from codeassist.paths import private_directory

# What SQLite says of a file that is broken, and of one that cannot be used now; anything else is our mistake.
_BROKEN = ("malformed", "no such table", "corrupt", "vtable constructor", "disk i/o")
_UNAVAILABLE = ("locked", "busy", "full", "unable to open")

Row = tuple[Any, ...]


class Database:
    """Two connections, one that reads and one that writes: what is asked never waits for an index being built.

    A broken file answers every question with nothing and is `damaged`, until `rebuild`.
    """

    def __init__(self, directory: Path) -> None:
        """Open the database in a directory, which is made if need be.

        Raises:
            MissingError: it is no directory of this user's, or SQLite cannot do full-text search.
        """
        self.directory = directory
        self.path = storage.newest(directory)
        self.read_only = False
        self.damaged = False
        self._reading, self._writing = threading.RLock(), threading.RLock()
        self._reader: sqlite3.Connection | None = None
        self._writer: sqlite3.Connection | None = None
        private_directory(directory)
        self._open()

    def close(self) -> None:
        """Let go of the file."""
        with self._writing, self._reading:
            for connection in (self._reader, self._writer):
                if connection is not None:
                    with contextlib.suppress(sqlite3.Error):
                        connection.close()
            self._reader = self._writer = None

    def size(self) -> int:
        """The bytes on disk."""
        files = [self.path.with_name(self.path.name + suffix) for suffix in storage.SUFFIXES]
        return sum(file.stat().st_size for file in files if file.exists())

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """What a question finds; nothing if the database is broken or locked."""
        with self._reading:
            if self._reader is None:
                return []
            try:
                return self._reader.execute(sql, values).fetchall()
            except UnicodeEncodeError:  # a name with a lone surrogate is nowhere
                return []
            except sqlite3.Error as error:
                self._note(error)
                return []

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction, kept as a whole if the block ends well.

        Raises:
            sqlite3.Error: the database is broken, locked by another process for long, or cannot be written.
        """
        with self._writing:
            if self._writer is None:
                raise sqlite3.OperationalError("attempt to write a readonly database")
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException as error:
                with contextlib.suppress(sqlite3.Error):
                    self._writer.rollback()
                if isinstance(error, sqlite3.Error):
                    self._note(error)
                raise

    def replaced(self) -> bool:
        """Whether another process has begun a new file, or this one was deleted."""
        return not self.read_only and (storage.newest(self.directory) != self.path or not self.path.exists())

    def reopen(self) -> None:
        """Open what is there now."""
        self.close()
        with self._writing, self._reading:
            self._open()

    def rebuild(self) -> None:
        """Begin again with an empty database."""
        self.close()
        with self._writing, self._reading:
            self._open(after=self.path)

    def _note(self, error: sqlite3.Error) -> None:
        """Remember what an error says of the file.

        Raises:
            sqlite3.OperationalError: it says that our statement was wrong.
        """
        text = str(error).lower()
        if not isinstance(error, sqlite3.OperationalError) or any(each in text for each in _BROKEN):
            self.damaged = True
        elif "readonly" in text:
            self.read_only = True
        elif not any(each in text for each in _UNAVAILABLE):
            raise error

    def _open(self, after: Path | None = None) -> None:
        self.damaged = False
        try:
            self.path, self._writer = storage.opened(self.directory, after)
            self._reader = storage.connected(self.path)
            self._reader.execute("PRAGMA query_only = 1")
            self.read_only = False
        except (sqlite3.Error, OSError):
            self.close()
            self._reader, self.read_only = storage.readable(self.path), True
