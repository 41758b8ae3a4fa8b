"""Python: the callers of what a change altered or took away, and the importers of modules that are gone."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from codeassist.review.callers import changed, stale
from codeassist.review.callers.changed import Altered, Removed
from codeassist.review.callers.modules import Modules, Target, imports_of
from codeassist.review.callers.outline import Binding
from codeassist.review.callers.surroundings import MOST_CHANGED, Caller, Surroundings, line_now
from codeassist.review.callers.uses import binding
from codeassist.review.change import FileChange


def callers(here: Surroundings) -> Iterator[Caller]:
    """The lines of Python that no longer fit."""
    found = [(change, each) for change, old, new in here.pairs("python") for each in changed.changes(old, new)]
    found = found[:MOST_CHANGED]
    if found:
        modules = Modules(here.paths, here.library)
        users = here.users([each.name for _, each in found], "python")
        for change, each in found:
            yield from _of(change, each, users.get(each.name, []), here, modules)
    yield from _importers(here)


def _of(
    change: FileChange, each: Altered | Removed, users: list[str], here: Surroundings, modules: Modules
) -> Iterator[Caller]:
    name = f"{each.owner}.{each.name}" if each.owner else each.name
    line = each.line if isinstance(each, Altered) else line_now(change, each.old_line)
    for path in users:
        source = here.source(path, each.name)
        if source is not None:
            for one in stale.stale(each, source, modules, here.touched.get(path, ())):
                yield Caller(change, name, line, one.path, one.line, one.reason, one.certain)


def _importers(here: Surroundings) -> Iterator[Caller]:
    """The imports that mean a file which the change took away or gave another name."""
    gone = {
        change.old_path: change
        for change in here.snapshot.files
        if change.old_path.endswith(".py")
        and (change.status == "deleted" or (change.status == "renamed" and change.old_path != change.path))
        and change.old_path not in here.paths
    }
    gone = dict(list(gone.items())[:MOST_CHANGED])
    if not gone:
        return
    before, now = Modules({*here.paths, *gone}, here.library), Modules(here.paths, here.library)
    users = here.users([_name(path) for path in gone], "python")
    for path, change in gone.items():
        for user in users.get(_name(path), []):
            source = here.source(user, _name(path))
            for each in imports_of(source, _name(path)) if source is not None else ():
                found = before.target(user, each)
                if found is None or found.path != path or each.tried:
                    continue
                if not _is_there(each, now.target(user, each), path, here):
                    yield Caller(change, path, 1, user, each.line, "is gone", found.certain)


def _is_there(each: Binding, found: Target | None, path: str, here: Surroundings) -> bool:
    """True if an import of a module that is gone means another one now, or a name in the package."""
    if found is None:
        return False
    if _name(found.path) == _name(path):
        return True
    package = here.library.source(found.path)
    return found.name == each.name == _name(path) and (package is None or bool(binding(package, each.name)))


def _name(path: str) -> str:
    """A module's own name: "b" of a/b.py and of a/b/__init__.py."""
    folder, base = posixpath.split(path)
    stem = base.rsplit(".", 1)[0]
    return posixpath.basename(folder) if stem == "__init__" else stem
