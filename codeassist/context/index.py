"""What is known of a repository: its files, definitions, references, imports and words, kept up to date.

One SQLite database for each repository, under the state directory; worktrees of one repository share it. What is
derived from a file's content is stored by the content's hash, so that a branch switch parses only what was never seen.
No method raises for a broken file of the repository; a broken database is made anew.
"""

from __future__ import annotations

import contextlib
import posixpath
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from codeassist.context.build import Build, Counts, pending
from codeassist.context.build import Cancel as Cancel
from codeassist.context.build import Progress as Progress
from codeassist.context.database import Database
from codeassist.context.lookup import REASONS, Lookup
from codeassist.context.lookup import Definition as Definition
from codeassist.context.lookup import File as File
from codeassist.context.lookup import Match as Match
from codeassist.context.turn import turn
from codeassist.context.walk import GIT_RULES, OWN_RULES

if TYPE_CHECKING:
    from typing_extensions import Self

_PATIENCE_SECONDS = 2.0


def never() -> bool:
    """Go on."""
    return False


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did: files known now, contents read, contents parsed, files gone, files skipped by reason."""

    files: int = 0
    read: int = 0
    parsed: int = 0
    removed: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    complete: bool = True  # False if it was cancelled: what was done is kept


class Index(Lookup):
    """The index of one working tree. Usable from several threads and processes at once; close it."""

    @classmethod
    def open(cls, root: Path, directory: Path) -> Index:
        """The index of the working tree at `root`, its database in `directory`; made if there is none, empty at first.

        Raises:
            MissingError: the directory cannot be used.
        """
        return cls(root, Database(directory))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    @property
    def read_only(self) -> bool:
        """The database is locked, or its directory cannot be written: what is there is used."""
        return self.database.read_only

    def refresh(
        self,
        *,
        only: Sequence[str] | None = None,
        progress: Progress | None = None,
        cancel: Cancel = never,
        patience: float = _PATIENCE_SECONDS,
    ) -> Refreshed:
        """Bring the index up to date with the working tree, or with `only` these paths of it, files or directories.

        Files whose size and times are known are not read. A cold start parses in several processes. While another
        process does the same, it is waited for, at most for `patience` seconds.
        """
        counts = Counts()
        if self.database.read_only:  # it may have been locked for a while
            self.database.reopen()
        with turn(self.database, patience, cancel) as ours:
            counts.complete = ours
            if ours:
                counts = self._build(_inside(only), progress or _silent, cancel)
        reasons: dict[str, int] = dict(self.database.rows(REASONS, self._key))
        files = reasons.pop("", 0)
        return Refreshed(files, counts.read, counts.parsed, counts.removed, reasons, counts.complete)

    def _build(self, only: Sequence[str] | None, progress: Progress, cancel: Cancel) -> Counts:
        """Refresh; a database that turns out to be broken is made anew and filled."""
        if self.database.damaged:
            self.database.rebuild()
        elif self.database.replaced():
            self.database.reopen()
        for _attempt in range(2):
            build = Build(self.database, self.root, progress, cancel)
            try:
                build.run(only)
            except sqlite3.Error:
                build.counts.complete = False
                if self.database.damaged:
                    self.database.rebuild()
                    only = None
                    continue
            return build.counts
        return build.counts

    def pending(self) -> int:
        """How many files are new, changed or gone since the last refresh, as far as sizes and times tell."""
        return pending(self.database, self.root)

    def keep(self, key: str, value: bytes) -> None:
        """Keep a value under a key, if the database can be written."""
        with contextlib.suppress(sqlite3.Error), self.database.writing() as writer:
            sql = "INSERT OR REPLACE INTO kept SELECT id, ?, ? FROM worktree WHERE root = ?"
            writer.execute(sql, (key, value, *self._key))


def _inside(only: Sequence[str] | None) -> list[str] | None:
    """These paths as the tree names them; None, the whole tree, if files that say what is ignored are among them."""
    if only is None:
        return None
    paths = [posixpath.normpath(path) for path in only if path]
    if any(posixpath.basename(path) in (GIT_RULES, OWN_RULES, ".") for path in paths):
        return None
    return [path for path in dict.fromkeys(paths) if not path.startswith(("/", "../")) and path != ".."]


def _silent(_done: int, _total: int) -> None:
    """Show no progress."""
