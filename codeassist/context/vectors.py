"""The vectors of one repository, in a file beside its index: they hang on texts, and outlive an index made anew.

Nothing here raises for a file that is broken, locked or cannot be written: a broken one is begun anew, and what is not
kept is made again another time.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Collection, Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Self

FILE = "vectors.sqlite"
_VERSION = 1
_BUSY_SECONDS = 5.0
# `vector`: 16-bit floats. `done`: what a working tree was like when it had all vectors.
_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS embedding (
    model TEXT NOT NULL, key BLOB NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (model, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS done (root BLOB PRIMARY KEY, state TEXT NOT NULL);
PRAGMA user_version = {_VERSION};
COMMIT;
"""


class Vectors:
    """Those of one model. Opened for one piece of work, in one thread."""

    def __init__(self, directory: Path, model: str, *, create: bool = False) -> None:
        """Open the file in an index's directory; without `create`, one that is not there holds nothing."""
        self._path = directory / FILE
        self._model = model
        self._connection = self._opened() if create or self._path.exists() else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._rows("SELECT 1 FROM embedding WHERE model = ? LIMIT 1", self._model))

    def known(self, keys: Collection[bytes]) -> set[bytes]:
        """Those among at most some hundred keys that have a vector."""
        marks = ",".join("?" * len(keys))
        sql = f"SELECT key FROM embedding WHERE model = ? AND key IN ({marks})"  # noqa: S608  marks
        return {row[0] for row in self._rows(sql, self._model, *keys)}

    def of(self, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """The vectors of at most some hundred keys."""
        marks = ",".join("?" * len(keys))
        sql = f"SELECT key, vector FROM embedding WHERE model = ? AND key IN ({marks})"  # noqa: S608  marks
        return dict(self._rows(sql, self._model, *keys))

    def keep(self, vectors: Iterable[tuple[bytes, bytes]]) -> bool:
        """Store (key, vector) pairs, all or none; whether they were."""
        rows = ((self._model, key, vector) for key, vector in vectors)
        return self._write("INSERT OR REPLACE INTO embedding VALUES (?, ?, ?)", rows)

    def drop_others(self, keys: Collection[bytes], most: int) -> None:
        """Drop other models' vectors; and this one's of other keys, if there are more than `most`.

        Every working tree is no longer done then: the vectors may be another's.
        """
        self._write("DELETE FROM embedding WHERE model <> ?", [(self._model,)])
        known = [row[0] for row in self._rows("SELECT key FROM embedding WHERE model = ?", self._model)]
        if len(known) > most:
            gone = ((self._model, key) for key in known if key not in keys)
            self._write("DELETE FROM embedding WHERE model = ? AND key = ?", gone)
            self._write("DELETE FROM done WHERE ?", [(1,)])

    def is_done(self, root: Path, state: str) -> bool:
        """Whether a working tree in this state had all its vectors."""
        return self._rows("SELECT state FROM done WHERE root = ?", os.fsencode(root)) == [(self._state(state),)]

    def set_done(self, root: Path, state: str) -> None:
        """Note that it has."""
        self._write("INSERT OR REPLACE INTO done VALUES (?, ?)", [(os.fsencode(root), self._state(state))])

    def _state(self, state: str) -> str:
        return f"{state} {self._model}"

    def _opened(self) -> sqlite3.Connection | None:
        for _attempt in range(2):
            connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
            try:
                if connection.execute("PRAGMA user_version").fetchone() != (_VERSION,):
                    connection.executescript(_SCHEMA)
                connection.execute("SELECT count(*) FROM done").fetchone()
                return connection
            except sqlite3.OperationalError:  # locked, read-only, full
                connection.close()
                return None
            except sqlite3.DatabaseError:
                connection.close()
                with contextlib.suppress(OSError):
                    self._path.unlink()
        return None

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        if self._connection is None:
            return []
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error:
            return []

    def _write(self, sql: str, rows: Iterable[tuple[object, ...]]) -> bool:
        if self._connection is None:
            return False
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(sql, rows)
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            with contextlib.suppress(sqlite3.Error):
                self._connection.rollback()
            return False
        return True
