"""JavaScript and TypeScript: imports of what a module no longer exports, or of a module that is gone.

Only static imports by a relative path count: what another path means is a matter of configuration. Arguments may be
left out, so signatures are not compared.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from codeassist.context.languages import language_for
from codeassist.context.resolve import Resolver
from codeassist.context.tags import Import
from codeassist.review.callers.source import Source
from codeassist.review.callers.surroundings import MOST_CHANGED, Caller, Surroundings, line_now

if TYPE_CHECKING:
    import tree_sitter

_LANGUAGES = ("javascript", "typescript", "tsx")
_MOST_STATEMENTS = 20_000
_UNTOLD = ("module.exports", "exports.", "export =", "export=")  # ways of exporting that are not followed


class _Taken(NamedTuple):
    """What a statement takes from a module: a name, or with "" the module itself."""

    module: str
    name: str
    line: int


def callers(here: Surroundings) -> Iterator[Caller]:
    """The imports that find nothing any more."""
    yield from _of_names(here)
    yield from _of_modules(here)


def _of_names(here: Surroundings) -> Iterator[Caller]:
    gone = [
        (change, name, line)
        for change, old, new in here.pairs(*_LANGUAGES)
        if not change.path.endswith(".d.ts")
        for name, line in _gone(old, new)
    ][:MOST_CHANGED]
    if not gone:
        return
    resolver = Resolver(here.paths)
    users = here.users([name for _, name, _ in gone], *_LANGUAGES)
    for change, name, line in gone:
        for path in users.get(name, []):
            source = here.source(path, name)
            for taken in _taken(source) if source is not None else ():
                if taken.name == name and _means(resolver, path, taken, change.path):
                    yield Caller(change, name, line_now(change, line), path, taken.line, "is gone", certain=True)


def _gone(old: Source, new: Source) -> list[tuple[str, int]]:
    """The names that a module exported and does not any more, with their lines in the old text."""
    before, after = _exported(old), _exported(new)
    if before is None or after is None:
        return []
    return [(name, line) for name, line in before.items() if name not in after]


def _of_modules(here: Surroundings) -> Iterator[Caller]:
    gone = {
        change.old_path: change
        for change in here.snapshot.files
        if change.old_path and change.old_path not in here.paths and change.status in ("deleted", "renamed")
        if (language := language_for(change.old_path)) is not None and language.id in _LANGUAGES
    }
    gone = dict(list(gone.items())[:MOST_CHANGED])
    if not gone:
        return
    before, now = Resolver({*here.paths, *gone}), Resolver(here.paths)
    users = here.users({_name(path) for path in gone}, *_LANGUAGES)
    for path, change in gone.items():
        for user in users.get(_name(path), []):
            source = here.source(user, _name(path))
            lines = {
                taken.line
                for taken in (_taken(source) if source is not None else ())
                if _means(before, user, taken, path) and not _files(now, user, taken)
            }
            for line in sorted(lines):
                yield Caller(change, path, 1, user, line, "is gone", certain=True)


def _means(resolver: Resolver, importer: str, taken: _Taken, path: str) -> bool:
    return taken.module.startswith(".") and _files(resolver, importer, taken)[:1] == [path]


def _files(resolver: Resolver, importer: str, taken: _Taken) -> list[str]:
    return resolver.files(importer, Import(taken.module, (), taken.line), "typescript")


def _name(path: str) -> str:
    """What an import of a file ends with: "b" for a/b.ts and a/b/index.ts."""
    folder, base = posixpath.split(path)
    stem = base.split(".", 1)[0]
    return posixpath.basename(folder) if stem == "index" and folder else stem


def _statements(source: Source) -> list[tree_sitter.Node]:
    wanted = ("import_statement", "export_statement")
    return [node for node in source.tree.root_node.named_children[:_MOST_STATEMENTS] if node.type in wanted]


def _exported(source: Source) -> dict[str, int] | None:
    """The names that a module exports, with their lines; None if they cannot be told."""
    if any(way in source.text for way in _UNTOLD):
        return None
    found: dict[str, int] = {}
    for node in _statements(source):
        if node.type != "export_statement" or any(child.type == "default" for child in node.children):
            continue
        declaration = node.child_by_field_name("declaration")
        names = _declared(declaration) if declaration is not None else _handed_on(node)
        if names is None:
            return None
        found |= {source.told(name): name.start_point.row + 1 for name in names}
    return found


def _declared(declaration: tree_sitter.Node) -> list[tree_sitter.Node] | None:
    """The names of a declaration; None if it takes something apart."""
    if declaration.type == "ambient_declaration":
        declaration = declaration.named_children[0] if declaration.named_children else declaration
    own = declaration.child_by_field_name("name")
    each = [own] if own is not None else []
    if declaration.type in ("lexical_declaration", "variable_declaration"):
        names = (child.child_by_field_name("name") for child in declaration.named_children)
        each = [name for name in names if name is not None]
    return each if each and all(name.type in ("identifier", "type_identifier") for name in each) else None


def _handed_on(node: tree_sitter.Node) -> list[tree_sitter.Node] | None:
    """The names that `export { a, b as c }` gives; None for `export *`."""
    clause = next((child for child in node.named_children if child.type == "export_clause"), None)
    if clause is None:
        return None
    each = (child for child in clause.named_children if child.type == "export_specifier")
    names = (one.child_by_field_name("alias") or one.child_by_field_name("name") for one in each)
    return [name for name in names if name is not None]


def _taken(source: Source) -> Iterator[_Taken]:
    """What a file takes from modules by name."""
    for node in _statements(source):
        module = node.child_by_field_name("source")
        if module is None:
            continue
        path = source.told(module).strip("\"'`")
        yield _Taken(path, "", node.start_point.row + 1)
        for name in _specified(node):
            yield _Taken(path, source.told(name), name.start_point.row + 1)


def _specified(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """The names, as the module has them, in an import or in an export of another module's."""
    waiting = [node]
    while waiting:
        for child in waiting.pop().named_children:
            if child.type in ("import_specifier", "export_specifier"):
                name = child.child_by_field_name("name")
                if name is not None:
                    yield name
            elif child.type in ("import_clause", "named_imports", "export_clause"):
                waiting.append(child)
