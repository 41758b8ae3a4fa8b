"""What is around a change: the files of the repository that may call what it touched, read within bounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from codeassist.context.languages import language_for
from codeassist.review.callers.source import Library, Source, before
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.rule import Around

MOST_CHANGED = 50  # functions of one change
_MOST_FILES = 200  # beyond the change that are read for their callers


class Caller(NamedTuple):
    """A line that does not fit to what a change did.

    Attributes:
        change, name, line: what was changed, and where that is in the new text, or was.
        path, at: the line that does not fit.
        reason: as what follows the name.
        certain: nothing else can be meant.
    """

    change: FileChange
    name: str
    line: int
    path: str
    at: int
    reason: str
    certain: bool


class Surroundings:
    """Of one change."""

    def __init__(self, snapshot: Snapshot, around: Around) -> None:
        self.snapshot = snapshot
        self.around = around
        self.library = Library(snapshot)
        self.touched = {change.path: change.touched for change in snapshot.files}
        self._read: set[str] = set()

    @cached_property
    def paths(self) -> Collection[str]:
        """Every file of the state under review, as far as the index knows it."""
        changes = self.snapshot.files
        known = {file.path for file in self.around.index.files()} if self.around.index is not None else set()
        known -= {path for change in changes for path in (change.old_path, change.path)}
        return known | {change.path for change in changes if change.status != "deleted"}

    def pairs(self, *languages: str) -> Iterator[tuple[FileChange, Source, Source]]:
        """The changed files in some languages, each with its old and its new text, if both can be parsed."""
        for change in self.snapshot.files:
            language = change.language
            if language is None or language.id not in languages or not change.hunks or change.old_path != change.path:
                continue
            old, new = before(change, language), self.library.source(change.path)
            if old is not None and new is not None:
                yield change, old, new

    def users(self, names: Iterable[str], *languages: str) -> dict[str, list[str]]:
        """For each name the files in some languages that have it: those in the change, and those that the index knows.

        A file that imports a name may use it under another.
        """
        wanted = dict.fromkeys(names)
        found: dict[str, list[str]] = defaultdict(list)
        for change in self.snapshot.files:
            for name in wanted if change.new is not None else ():
                found[name].append(change.path)
        if self.around.index is not None and wanted:
            for path, name in self.around.index.referring(list(wanted)):
                found[name].append(path)
            for path, imported in self.around.index.all_imports():
                for name in wanted.keys() & {*imported.names, *_last_parts(imported.module)}:
                    found[name].append(path)
        return {name: [path for path in dict.fromkeys(some) if _is_in(path, languages)] for name, some in found.items()}

    def source(self, path: str, *names: str) -> Source | None:
        """A file that holds one of these names; None if it does not, if it is broken, or if enough was read."""
        if self.around.cancelled():
            return None
        if path not in self.touched and path not in self._read:
            if len(self._read) >= _MOST_FILES:
                return None
            self._read.add(path)
        text = self.library.text(path) or ""
        return self.library.source(path) if any(name in text for name in names) else None


def _is_in(path: str, languages: tuple[str, ...]) -> bool:
    language = language_for(path)
    return language is not None and language.id in languages


def _last_parts(module: str) -> tuple[str, ...]:
    """What a file that is imported may be called: "c" of `a.b.c`, "c" and "c.js" of `./b/c.js`."""
    last = module.rsplit("/", 1)[-1]
    return (last, last.rsplit(".", 1)[-1], last.split(".", 1)[0])


def line_now(change: FileChange, line: int) -> int:
    """Where a line of the old text was that is no more."""
    hunks = (hunk for hunk in change.hunks if hunk.old_start <= line < hunk.old_start + hunk.old_count)
    start = next((hunk.new_start for hunk in hunks), line)
    return max(1, min(start, len(change.lines)))
