"""Remembers what the model found of units, so that committing again costs nothing. No text of code is kept."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import msgspec

from codeassist import __version__
from codeassist.errors import MissingError
from codeassist.paths import private_directory
from codeassist.review.units import Unit

if TYPE_CHECKING:
    from typing_extensions import Self

_KEPT = 20_000  # units; about 100 bytes each
_FORMAT = 1  # raised when a verdict comes about in another way


class Verdict(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What came of one unit. `start` is where the word is from the unit's beginning on, in code points.

    `score`: the classifier's. `size`: code points of the word that is there; `text`: what would stand there instead.
    """

    score: float
    start: int = -1
    size: int = 0
    text: str = ""
    gain: float = 0.0
    calls: int = 0


class Memory:
    """Verdicts by the unit's lines, what was shown around them, the model and the version of codeassist."""

    def __init__(self, directory: Path, model: str) -> None:
        self._model = model
        self._database: sqlite3.Connection | None = None
        with contextlib.suppress(sqlite3.Error, OSError, MissingError):  # without a memory everything is scored again
            self._database = sqlite3.connect(private_directory(directory) / "verdicts.sqlite", timeout=1.0)
            self._database.execute("PRAGMA journal_mode=WAL")
            sql = "CREATE TABLE IF NOT EXISTS verdict (key BLOB PRIMARY KEY, value BLOB, used REAL) WITHOUT ROWID"
            self._database.execute(sql)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._database is None:
            return
        with contextlib.suppress(sqlite3.Error), self._database:
            old = "SELECT key FROM verdict ORDER BY used DESC LIMIT -1 OFFSET ?"
            self._database.execute(f"DELETE FROM verdict WHERE key IN ({old})", (_KEPT,))  # noqa: S608  a constant
        self._database.close()

    def get(self, unit: Unit) -> Verdict | None:
        """What is known of a unit."""
        if self._database is None:
            return None
        with contextlib.suppress(sqlite3.Error, msgspec.MsgspecError):
            row = self._database.execute("SELECT value FROM verdict WHERE key = ?", (self._key(unit),)).fetchone()
            return msgspec.msgpack.decode(row[0], type=Verdict) if row else None
        return None

    def put(self, unit: Unit, verdict: Verdict) -> None:
        """Remember a verdict; where there are too many, the oldest go at the end."""
        if self._database is None:
            return
        with contextlib.suppress(sqlite3.Error), self._database:
            value = (self._key(unit), msgspec.msgpack.encode(verdict), time.time())
            self._database.execute("INSERT OR REPLACE INTO verdict VALUES (?, ?, ?)", value)

    def _key(self, unit: Unit) -> bytes:
        around = (unit.change.new or "")[max(0, unit.start - 2500) : unit.end + 2500]  # names are looked for in it
        parts = (
            __version__,
            str(_FORMAT),
            self._model,
            unit.change.path,
            unit.head,
            unit.changed,
            unit.after,
            unit.old,
        )
        return hashlib.sha256("\0".join((*parts, around)).encode("utf-8", "surrogatepass")).digest()
