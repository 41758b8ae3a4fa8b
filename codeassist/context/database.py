"""The database file of an index: opened, checked, made anew where it is broken, read where it cannot be written."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from codeassist import __version__
from codeassist.errors import MissingError
from codeassist.paths import private_directory

FILE = "index.sqlite"
_HERE = Path(__file__).parent
_BUSY_SECONDS = 5.0
_SETTINGS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA journal_size_limit = 16777216;
PRAGMA temp_store = MEMORY;
"""
_CACHE_KIB = 16384
_SUFFIXES = ("", "-wal", "-shm")
_TABLES = ("schema.sql", "languages.toml", "exclusion.toml")
_MAKERS = ("captures", "exclusion", "parsed", "stretches", "tags", "terms", "usepaths")  # of what is stored
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
        self.path = directory / FILE
        self.read_only = False
        self.damaged = False
        self._reading, self._writing = threading.RLock(), threading.RLock()
        self._reader: sqlite3.Connection | None = None
        self._writer: sqlite3.Connection | None = None
        self._inode = 0
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
        files = [self.path.with_name(self.path.name + suffix) for suffix in _SUFFIXES]
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
        """Whether another process has made the file anew, or it was deleted."""
        return not self.read_only and _inode_of(self.path) != self._inode

    def reopen(self) -> None:
        """Open what is there now."""
        self.close()
        with self._writing, self._reading:
            self._open()

    def rebuild(self) -> None:
        """Begin again with an empty database."""
        self.close()
        with self._writing, self._reading:
            _remove(self.path)
            self._open()

    def _note(self, error: sqlite3.Error) -> None:
        """Remember what an error says of the file."""
        text = str(error).lower()
        if not isinstance(error, sqlite3.OperationalError) or any(each in text for each in _BROKEN):
            self.damaged = True
        elif "readonly" in text:
            self.read_only = True
        elif not any(each in text for each in _UNAVAILABLE):
            raise error

    def _open(self) -> None:
        self.damaged = False
        try:
            self._writer = self._prepared()
            self._reader = _connect(self.path)
            self._reader.execute("PRAGMA query_only = 1")
            self._inode, self.read_only = _inode_of(self.path), False
        except (sqlite3.Error, OSError):
            self.close()
            self._writer, self._reader, self.read_only = None, _unwritable(self.path), True

    def _prepared(self) -> sqlite3.Connection:
        """A connection that writes to a database of this version; another one, or a broken one, is removed first."""
        connection = _connect(self.path)
        try:
            connection.executescript(_SETTINGS)
            if _fits(connection):
                return connection
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and "malformed" not in str(error):
                connection.close()
                raise
        connection.close()
        _remove(self.path)
        connection = _connect(self.path)
        connection.executescript(_SETTINGS)
        with contextlib.suppress(sqlite3.OperationalError):  # another process makes the same tables right now
            _create(connection)
        return connection


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return connection


def _create(connection: sqlite3.Connection) -> None:
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{(_HERE / 'schema.sql').read_text(encoding='utf-8')}\n"
            f"PRAGMA user_version = {version()};\nCOMMIT;"
        )
    except sqlite3.OperationalError as error:
        if connection.in_transaction:
            connection.rollback()
        if "fts5" in str(error):
            raise MissingError(
                "Python's SQLite has no full-text search (FTS5)", "use another build of Python"
            ) from error
        raise


def _fits(connection: sqlite3.Connection) -> bool:
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found == 0 and not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        _create(connection)
        return True
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return bool(found == version() and {"worktree", "file", "blob", "name", "words", "kept"} <= tables)


def _unwritable(path: Path) -> sqlite3.Connection:
    """A connection that reads what is there; an empty database if nothing can be read."""
    for how in ("mode=ro", "immutable=1"):  # without its -shm file, WAL can only be read as if nobody wrote
        with contextlib.suppress(sqlite3.Error):
            connection = sqlite3.connect(f"{path.as_uri()}?{how}", uri=True, check_same_thread=False)
            if _readable(connection):
                return connection
            connection.close()
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _create(connection)
    return connection


def _readable(connection: sqlite3.Connection) -> bool:
    try:
        return bool(connection.execute("PRAGMA user_version").fetchone()[0] == version())
    except sqlite3.Error:
        return False


def _inode_of(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def _remove(path: Path) -> None:
    for suffix in _SUFFIXES:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


@cache
def version() -> int:
    """A number for what is stored and how it is made: another one means that the database is made anew."""
    digest = hashlib.sha256(__version__.encode())
    names = (*_TABLES, *(f"{name}.py" for name in _MAKERS))
    for path in [*(_HERE / name for name in names), *sorted(_HERE.glob("queries/*.scm"))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return int.from_bytes(digest.digest()[:4], "big") % (2**31 - 2) + 1
