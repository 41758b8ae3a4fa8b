"""What a change did to the signatures of its files, and which files of the repository may call what it touched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from codeassist.context.languages import language_for
from codeassist.review.callers import changed, stale
from codeassist.review.callers.changed import Altered, Removed
from codeassist.review.callers.modules import Modules
from codeassist.review.callers.source import Library, before
from codeassist.review.callers.stale import Stale
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.rule import Around

_MOST_CHANGED = 50  # functions of one change
_MOST_FILES = 200  # that are read for their callers


class Caller(NamedTuple):
    """A line that does not fit to what `change` did to `each`."""

    change: FileChange
    each: Altered | Removed
    stale: Stale


def callers(snapshot: Snapshot, around: Around) -> Iterator[Caller]:
    """The lines that no longer fit, in Python."""
    library = Library(snapshot)
    found = list(_changed(snapshot, library))[:_MOST_CHANGED]
    if not found:
        return
    modules = Modules(_paths(snapshot, around), library)
    touched = {change.path: change.touched for change in snapshot.files}
    readable = dict.fromkeys(change.path for change in snapshot.files if change.new is not None)
    using = _using([each for _, each in found], around)
    for change, each in found:
        for path in dict.fromkeys([change.path, *readable, *using.get(each.name, ())]):
            if around.cancelled():
                return
            if path not in readable and len(readable) >= _MOST_FILES:
                continue
            readable.setdefault(path)
            source = library.source(path) if _is_python(path) and each.name in library.text(path) else None
            for line in stale.stale(each, source, modules, touched.get(path, ())) if source is not None else ():
                yield Caller(change, each, line)


def _changed(snapshot: Snapshot, library: Library) -> Iterator[tuple[FileChange, Altered | Removed]]:
    for change in snapshot.files:
        language = change.language
        if language is None or language.id != "python" or not change.hunks or change.old_path != change.path:
            continue
        old, new = before(change, language), library.source(change.path)
        if old is not None and new is not None:
            yield from ((change, each) for each in changed.changes(old, new))


def _is_python(path: str) -> bool:
    language = language_for(path)
    return language is not None and language.id == "python"


def _paths(snapshot: Snapshot, around: Around) -> Collection[str]:
    """Every file of the state under review, as far as the index knows it."""
    known = {file.path for file in around.index.files()} if around.index is not None else set()
    known -= {path for change in snapshot.files for path in (change.old_path, change.path) if path}
    return known | {change.path for change in snapshot.files if change.status != "deleted"}


def _using(found: Sequence[Altered | Removed], around: Around) -> dict[str, list[str]]:
    """The files that refer to each name, and those that import it, maybe under another."""
    using: dict[str, list[str]] = defaultdict(list)
    if around.index is None:
        return using
    names = {each.name for each in found}
    for path, name in around.index.referring(sorted(names)):
        using[name].append(path)
    for path, imported in around.index.all_imports():
        for name in names.intersection(imported.names):
            using[name].append(path)
    return using
