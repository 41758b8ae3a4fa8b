"""The files of an index's database: one of this version is opened, or a new one begun beside one that is broken.

A broken file is not written again, nor is another made by its name: a process that still has it open would, when it
ends, delete the new one's log by that name. So files are numbered, and the one with the highest number counts.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import sqlite3
from functools import cache
from pathlib import Path

from codeassist import __version__
from codeassist.errors import MissingError

SUFFIXES = ("", "-wal", "-shm")
BUSY_SECONDS = 5.0
_NAME = re.compile(r"index-([0-9]{1,9})\.sqlite")
_SETTINGS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA journal_size_limit = 16777216;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -16384;
"""
_NEEDED = frozenset({"worktree", "file", "blob", "name", "definition", "reference", "import", "stretch", "bag", "kept"})
_HERE = Path(__file__).parent
_DATA = ("schema.sql", "languages.toml", "exclusion.toml")
_MAKERS = ("captures", "exclusion", "parsed", "stretches", "tags", "terms", "usepaths")  # of what is stored


def newest(directory: Path) -> Path:
    """The file that counts; it need not exist."""
    return _file(directory, max(_numbers(directory), default=1))


def opened(directory: Path, after: Path | None = None) -> tuple[Path, sqlite3.Connection]:
    """The newest file, with a connection that writes to it; a new one if it is broken, of another version or `after`.

    Raises:
        sqlite3.Error, OSError: it is locked by another process, or cannot be written.
        MissingError: SQLite cannot do full-text search.
    """
    path = newest(directory)
    connection = _sound(path) if path != after else None
    if connection is None:
        path = _file(directory, max(_numbers(directory), default=0) + 1)
        connection = _sound(path)
        if connection is None:
            raise sqlite3.OperationalError("unable to open a new database")
        _remove_older(path)
    return path, connection


def connected(path: Path) -> sqlite3.Connection:
    """A connection for any thread, whose transactions are begun by hand."""
    return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def readable(path: Path) -> sqlite3.Connection:
    """A connection that reads what is there; an empty database if nothing can be read."""
    for how in ("mode=ro", "immutable=1"):  # without its -shm file, WAL can only be read as if nobody wrote
        with contextlib.suppress(sqlite3.Error):
            connection = sqlite3.connect(f"{path.as_uri()}?{how}", uri=True, check_same_thread=False)
            if _is_current(connection):
                return connection
            connection.close()
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _create(connection)
    return connection


@cache
def version() -> int:
    """A number for what is stored and how it is made: a database with another one is made anew."""
    digest = hashlib.sha256(__version__.encode())
    names = (*_DATA, *(f"{name}.py" for name in _MAKERS))
    for path in [*(_HERE / name for name in names), *sorted(_HERE.glob("queries/*.scm"))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return int.from_bytes(digest.digest()[:4], "big") % (2**31 - 2) + 1


def _file(directory: Path, number: int) -> Path:
    return directory / f"index-{number}.sqlite"


def _numbers(directory: Path) -> list[int]:
    return [int(found[1]) for path in directory.glob("index-*.sqlite") if (found := _NAME.fullmatch(path.name))]


def _sound(path: Path) -> sqlite3.Connection | None:
    """A connection to a file of this version, made if there is none; None if it is broken or of another version."""
    connection = connected(path)
    try:
        connection.executescript(_SETTINGS)
        if _is_empty(connection):
            _create(connection)
        if _is_current(connection):
            return connection
    except sqlite3.OperationalError as error:
        if "malformed" not in str(error):
            connection.close()
            raise
    except sqlite3.DatabaseError:
        pass
    connection.close()
    return None


def _is_empty(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,))


def _is_current(connection: sqlite3.Connection) -> bool:
    try:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        return bool(found == version() and tables >= _NEEDED)
    except sqlite3.Error:
        return False


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables, unless another process has just made them."""
    schema = (_HERE / "schema.sql").read_text(encoding="utf-8")
    try:
        connection.executescript(f"BEGIN IMMEDIATE;\n{schema}\nPRAGMA user_version = {version()};\nCOMMIT;")
    except sqlite3.OperationalError as error:
        if connection.in_transaction:
            connection.rollback()
        if "fts5" in str(error):
            raise MissingError(
                "Python's SQLite has no full-text search (FTS5)", "use another build of Python"
            ) from error
        if "already exists" not in str(error):
            raise


def _remove_older(path: Path) -> None:
    for old in [_file(path.parent, number) for number in _numbers(path.parent)]:
        if old != path:  # a higher one would have been opened
            for suffix in SUFFIXES:
                old.with_name(old.name + suffix).unlink(missing_ok=True)
