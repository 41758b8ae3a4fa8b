"""What is known of a repository: its files, definitions, references, imports and words, kept up to date.

One SQLite database for each repository, under the state directory; worktrees of one repository share it. What is
derived from a file's content is stored by the content's hash, so that a branch switch parses only what was never seen.
No method raises for a broken file of the repository; a broken database is made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

from codeassist.context.tags import Import

if TYPE_CHECKING:
    from typing_extensions import Self

Progress = Callable[[int, int], None]
"""Told how many files are done, and of how many."""
Cancel = Callable[[], bool]


def never() -> bool:
    """Go on."""
    return False


class Definition(NamedTuple):
    """A definition in a file of the repository: a `tags.Tag` with its path (POSIX, relative to the root)."""

    path: str
    name: str
    container: str
    kind: str
    start_line: int
    end_line: int
    body_line: int
    signature: str
    doc: str


class Match(NamedTuple):
    """A stretch of a file that holds words that were looked for.

    Attributes:
        symbol: the definition that the stretch is ("Runner.run"), "" for what lies between definitions.
        score: BM25, higher is better.
    """

    path: str
    start_line: int
    end_line: int
    symbol: str
    score: float


class File(NamedTuple):
    """An indexed file. `language` is an id of languages.toml, "" for plain text."""

    path: str
    language: str
    lines: int
    bytes: int
    mtime_ns: int


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did: files known now, contents read, contents parsed, files gone, files skipped by reason."""

    files: int = 0
    read: int = 0
    parsed: int = 0
    removed: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    complete: bool = True  # False if it was cancelled: what was done is kept


class Index:
    """The index of one working tree. Usable from several threads and processes at once; close it."""

    root: Path
    read_only: bool  # the database is locked, or its directory cannot be written: what is there is used

    @classmethod
    def open(cls, root: Path, directory: Path) -> Index:
        """The index of the working tree at `root`, its database in `directory`; made if there is none, empty at first.

        Raises:
            MissingError: the directory cannot be used.
        """
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        raise NotImplementedError

    @property
    def generation(self) -> int:
        """Grows whenever a refresh changed something: what is computed from the index is cached by it."""
        raise NotImplementedError

    def refresh(
        self,
        *,
        only: Sequence[str] | None = None,
        progress: Progress | None = None,
        cancel: Cancel = never,
    ) -> Refreshed:
        """Bring the index up to date with the working tree, or with `only` these paths of it.

        Files whose size and times are known are not read. A cold start parses in several processes.
        """
        raise NotImplementedError

    def files(self) -> list[File]:
        """Every indexed file, by path."""
        raise NotImplementedError

    def skipped(self) -> list[tuple[str, str]]:
        """Every file that was left out, with the reason."""
        raise NotImplementedError

    def definitions(self, path: str) -> list[Definition]:
        """Those of one file, in its order."""
        raise NotImplementedError

    def all_definitions(self) -> Iterator[Definition]:
        """Those of every file, by path and in the file's order."""
        raise NotImplementedError

    def named(self, names: Sequence[str], limit: int = 200) -> list[Definition]:
        """The definitions of these names (exact), by path."""
        raise NotImplementedError

    def containing(self, text: str, limit: int = 200) -> list[Definition]:
        """The definitions whose name contains a text, in any case; the shortest names first."""
        raise NotImplementedError

    def imports(self, path: str) -> list[Import]:
        """What one file imports, in its order."""
        raise NotImplementedError

    def all_imports(self) -> Iterator[tuple[str, Import]]:
        """What every file imports."""
        raise NotImplementedError

    def references(self) -> Iterator[tuple[str, str, int]]:
        """Every (path, name, count) where the name is defined somewhere in the repository."""
        raise NotImplementedError

    def match(self, words: Sequence[str], limit: int = 100) -> list[Match]:
        """The stretches with most of the words, by BM25; words of both sides are split at case and `_`, and stemmed."""
        raise NotImplementedError

    def cached(self, key: str) -> bytes | None:
        """What was kept under a key; it vanishes with the database."""
        raise NotImplementedError

    def keep(self, key: str, value: bytes) -> None:
        """Keep a value under a key, if the database can be written."""
        raise NotImplementedError
