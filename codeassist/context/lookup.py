"""What can be asked of an index: the questions as SQL, the answers as values."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from codeassist.context.database import Database
from codeassist.context.tags import Import
from codeassist.context.telling import Telling
from codeassist.context.terms import terms

T = TypeVar("T")
_MANY = 500  # values in one statement
_SOME_FILES = 200
_QUERY_WORDS = 64
_WEIGHTS = (5.0, 2.0, 1.0)
_WORKTREE = "(SELECT id FROM worktree WHERE root = ?)"
_FILES = f"FROM file JOIN blob ON blob.id = file.blob WHERE worktree = {_WORKTREE} AND blob.reason = ''"
_REASON = "CASE file.reason WHEN '' THEN blob.reason ELSE file.reason END"
_ALL = f"FROM file LEFT JOIN blob ON blob.id = file.blob WHERE worktree = {_WORKTREE}"
REASONS = f"SELECT {_REASON} AS why, count(*) {_ALL} GROUP BY why"
_DEFINITION = (
    "path, name.text, container, kind, first, last, body, signature, doc FROM file JOIN definition USING (blob)"
    f" JOIN name ON name.id = definition.name WHERE worktree = {_WORKTREE}"
)
_IMPORT = f"path, module, names, line FROM file JOIN import USING (blob) WHERE worktree = {_WORKTREE}"
_REFERENCE = (
    "path, name.text, count FROM file JOIN reference USING (blob) JOIN name ON name.id = reference.name"
    f" WHERE worktree = {_WORKTREE} AND EXISTS (SELECT 1 FROM definition WHERE definition.name = reference.name)"
)
_REFERRING = (  # a file's references are found by its content and their names
    "path, name.text FROM file CROSS JOIN reference ON reference.blob = file.blob"
    f" JOIN name ON name.id = reference.name WHERE worktree = {_WORKTREE}"
)
_NEAR = 4
_BEST = (
    "SELECT path, first, last, symbol, score FROM (SELECT rowid AS number, -bm25(words, ?, ?, ?) AS score FROM words"
    " WHERE words MATCH ? ORDER BY score DESC, rowid LIMIT ?) CROSS JOIN stretch ON stretch.id = number"
    f" CROSS JOIN file ON file.blob = stretch.blob WHERE worktree = {_WORKTREE}"
    " ORDER BY score DESC, path, first LIMIT ?"
)


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


class Lookup:
    """Answers of what the index knows of one working tree. A broken database knows nothing."""

    def __init__(self, root: Path, database: Database) -> None:
        self.root = root
        self.database = database
        self._telling = Telling(database)

    @property
    def generation(self) -> int:
        """Grows whenever a refresh changed something: what is computed from the index is cached by it."""
        found = self.database.rows("SELECT generation FROM worktree WHERE root = ?", self._key)
        return int(found[0][0]) if found else 0

    @property
    def _key(self) -> tuple[bytes]:
        return (os.fsencode(self.root),)

    def files(self) -> list[File]:
        """Every indexed file, by path."""
        sql = f"SELECT path, language, lines, size, mtime_ns {_FILES} ORDER BY path"
        return [File(os.fsdecode(row[0]), *row[1:]) for row in self.database.rows(sql, self._key)]

    def totals(self) -> tuple[int, int]:
        """How many lines the indexed files have, and how many definitions."""
        (lines,) = (self.database.rows(f"SELECT total(lines) {_FILES}", self._key) or [(0,)])[0]
        sql = f"SELECT count(*) FROM file JOIN definition USING (blob) WHERE worktree = {_WORKTREE}"
        (definitions,) = (self.database.rows(sql, self._key) or [(0,)])[0]
        return int(lines), int(definitions)

    def skipped(self) -> list[tuple[str, str]]:
        """Every file that was left out, with the reason."""
        sql = f"SELECT path, {_REASON} AS why {_ALL} AND why <> '' ORDER BY path"
        return [(os.fsdecode(path), reason) for path, reason in self.database.rows(sql, self._key)]

    def definitions(self, path: str) -> list[Definition]:
        """Those of one file, in its order."""
        sql = f"SELECT {_DEFINITION} AND path = ? ORDER BY position"
        return self._definitions(sql, (*self._key, os.fsencode(path)))

    def all_definitions(self) -> Iterator[Definition]:
        """Those of every file, by path and in the file's order."""
        return self._by_path(
            self._definitions, f"SELECT {_DEFINITION} AND path > ? AND path <= ? ORDER BY path, position"
        )

    def named(self, names: Sequence[str], limit: int = 200) -> list[Definition]:
        """The definitions of these names (exact), by path."""
        found: list[Definition] = []
        for some in (names[start : start + _MANY] for start in range(0, len(names), _MANY)):
            sql = f"SELECT {_DEFINITION} AND name.text IN ({_marks(some)}) ORDER BY path, position LIMIT ?"
            found += self._definitions(sql, (*self._key, *map(_clean, some), limit))
        return sorted(found, key=lambda each: each.path)[:limit]

    def containing(self, text: str, limit: int = 200) -> list[Definition]:
        """The definitions whose name contains a text, in any case; the shortest names first."""
        sql = f"SELECT {_DEFINITION} AND name.text LIKE ? ESCAPE '!' ORDER BY length(name.text), path, position LIMIT ?"
        pattern = _clean(text).replace("!", "!!").replace("%", "!%").replace("_", "!_")
        return self._definitions(sql, (*self._key, f"%{pattern}%", limit))

    def imports(self, path: str) -> list[Import]:
        """What one file imports, in its order."""
        sql = f"SELECT {_IMPORT} AND path = ? ORDER BY position"
        return [each for _path, each in self._imports(sql, (*self._key, os.fsencode(path)))]

    def all_imports(self) -> Iterator[tuple[str, Import]]:
        """What every file imports."""
        return self._by_path(self._imports, f"SELECT {_IMPORT} AND path > ? AND path <= ? ORDER BY path, position")

    def references(self) -> Iterator[tuple[str, str, int]]:
        """Every (path, name, count) where the name is defined somewhere in the repository."""
        return self._by_path(self._references, f"SELECT {_REFERENCE} AND path > ? AND path <= ? ORDER BY path")

    def referring(self, names: Sequence[str], limit: int = 2000) -> list[tuple[str, str]]:
        """Every (path, name) where one of these names is called, read or passed on, whether it is defined or not."""
        sql = f"SELECT {_REFERRING} AND reference.name IN (SELECT id FROM name WHERE text IN ({_marks(names)})) LIMIT ?"
        found = self.database.rows(sql, (*self._key, *map(_clean, names), limit)) if names else []
        return sorted((os.fsdecode(path), name) for path, name in found)

    def match(
        self, words: Sequence[str], limit: int = 100, *, weights: tuple[float, float, float] = _WEIGHTS
    ) -> list[Match]:
        """The stretches with most of the words, by BM25; words of both sides are split at case and `_`, and stemmed.

        `weights`: of a word in the symbol, in its documentation, in the whole stretch.
        """
        query = self._telling.query(words)
        found = self.database.rows(_BEST, (*weights, query, _NEAR * limit, *self._key, limit)) if query else []
        if query and len(found) < limit:  # those that score best may be another working tree's, or of the past
            found = self.database.rows(_BEST, (*weights, query, -1, *self._key, limit))
        return [Match(os.fsdecode(row[0]), *row[1:]) for row in found]

    def spread(self, word: str) -> dict[str, int]:
        """In how many of its stretches each file has a word (split and stemmed as in `match`)."""
        query = _query([word])
        sql = (
            "SELECT path, count(*) FROM words CROSS JOIN stretch ON stretch.id = words.rowid"
            f" CROSS JOIN file ON file.blob = stretch.blob WHERE words MATCH ? AND worktree = {_WORKTREE} GROUP BY path"
        )
        found = self.database.rows(sql, (query, *self._key)) if query else []
        return {os.fsdecode(path): count for path, count in found}

    def match_paths(self, words: Sequence[str], limit: int = 100) -> list[tuple[str, float]]:
        """The files whose path has most of the words, by BM25."""
        query = _query(words)
        sql = (
            "SELECT path, -bm25(place) AS score FROM place CROSS JOIN file ON file.id = place.rowid"
            f" JOIN blob ON blob.id = file.blob WHERE place MATCH ? AND worktree = {_WORKTREE}"
            " AND blob.reason = '' ORDER BY score DESC, path LIMIT ?"
        )
        found = self.database.rows(sql, (query, *self._key, limit)) if query else []
        return [(os.fsdecode(path), score) for path, score in found]

    def cached(self, key: str) -> bytes | None:
        """What was kept under a key; it vanishes with the database."""
        sql = f"SELECT value FROM kept WHERE worktree = {_WORKTREE} AND key = ?"
        found = self.database.rows(sql, (*self._key, key))
        return bytes(found[0][0]) if found else None

    def _by_path(self, read: Callable[[str, tuple[object, ...]], list[T]], sql: str) -> Iterator[T]:
        """Rows of all files, some files at a time, so that no more is held."""
        paths = [row[0] for row in self.database.rows(f"SELECT path {_FILES} ORDER BY path", self._key)]
        last = b""
        for start in range(0, len(paths), _SOME_FILES):
            until = paths[min(start + _SOME_FILES, len(paths)) - 1]
            yield from read(sql, (*self._key, last, until))
            last = until

    def _definitions(self, sql: str, values: tuple[object, ...]) -> list[Definition]:
        return [Definition(os.fsdecode(row[0]), *row[1:]) for row in self.database.rows(sql, values)]

    def _imports(self, sql: str, values: tuple[object, ...]) -> list[tuple[str, Import]]:
        found = self.database.rows(sql, values)
        return [
            (os.fsdecode(path), Import(module, tuple(names.split("\n")) if names else (), line))
            for path, module, names, line in found
        ]

    def _references(self, sql: str, values: tuple[object, ...]) -> list[tuple[str, str, int]]:
        return [(os.fsdecode(path), name, count) for path, name, count in self.database.rows(sql, values)]


def _query(words: Sequence[str]) -> str:
    """An FTS5 expression that any of the words fulfils."""
    distinct = dict.fromkeys(each for word in words for each in terms(word))
    return " OR ".join(f'"{each}"' for each in list(distinct)[:_QUERY_WORDS])


def _clean(text: str) -> str:
    """The text as SQLite takes it: without lone surrogates, which no stored text has."""
    return text.encode("utf-8", "replace").decode()


def _marks(values: Sequence[str]) -> str:
    """A place for each value in a statement."""
    return ",".join("?" * len(values))
