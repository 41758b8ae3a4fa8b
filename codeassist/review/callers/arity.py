"""Go, Rust and C: calls by name alone that give another number of arguments than the function takes now.

Compilers tell as much, later. What may mean something else is left out: methods, names that are defined twice within
reach or that also stand for something else, calls whose number of arguments cannot be told.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from codeassist import toml
from codeassist.context.languages import language_for, languages
from codeassist.context.scope import name_node
from codeassist.review.callers.source import Place, Source
from codeassist.review.callers.surroundings import MOST_CHANGED, Caller, Surroundings, line_now
from codeassist.review.change import FileChange

if TYPE_CHECKING:
    import tree_sitter

_MOST_DEFINITIONS = 5_000  # of one file
_DEEPEST = 5  # declarators around a list of parameters


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of arity.toml, which says what each field means."""

    id: str
    definition: str
    parameter: tuple[str, ...]
    named: bool
    rest: tuple[str, ...]
    spread: tuple[str, ...]
    several: bool
    reach: Literal["file", "folder", "repository"]
    private: tuple[str, ...]
    removed: bool
    free: tuple[str, ...]


class _Arity(NamedTuple):
    """How many arguments a function takes at least; `more`: or any number beyond."""

    least: int
    more: bool

    def fits(self, given: int) -> bool:
        return given == self.least or (self.more and given > self.least)

    def told(self) -> str:
        least = " at least" if self.more else ""
        return f"takes{least} 1 argument" if self.least == 1 else f"takes{least} {self.least} arguments"


class _Function(NamedTuple):
    arity: _Arity | None
    line: int
    private: bool


class _Changed(NamedTuple):
    change: FileChange
    name: str
    old: _Arity
    new: _Arity | None  # None: it is gone
    line: int
    reach: str


@cache
def rows() -> Mapping[str, Row]:
    """The rows of arity.toml by the language."""
    text = Path(__file__).with_name("arity.toml").read_text(encoding="utf-8")
    return MappingProxyType({row.id: row for row in msgspec.convert(toml.loads(text)["language"], list[Row])})


def callers(here: Surroundings) -> Iterator[Caller]:
    """The calls that no longer fit."""
    for row in rows().values():
        found = list(_changed(here, row))[:MOST_CHANGED]
        users = here.users({each.name for each in found}, row.id) if found else {}
        for each in found:
            for path in users.get(each.name, []):
                if _reaches(each, path) and (source := here.source(path, each.name)) is not None:
                    yield from _misfits(row, each, source)


def _changed(here: Surroundings, row: Row) -> Iterator[_Changed]:
    for change, old, new in here.pairs(row.id):
        before, after = _functions(row, old), _functions(row, new)
        for name, some in before.items():
            now = after.get(name, [])
            if len(some) != 1 or some[0].arity is None or len(now) > 1 or (not now and not row.removed):
                continue
            arity = now[0].arity if now else None
            reach = "file" if some[0].private or (now and now[0].private) else row.reach
            if (now and arity is None) or arity == some[0].arity or _is_elsewhere(here, change.path, name, reach):
                continue
            line = now[0].line if now else line_now(change, some[0].line)
            yield _Changed(change, name, some[0].arity, arity, line, reach)


def _is_elsewhere(here: Surroundings, path: str, name: str, reach: str) -> bool:
    """True if the name is defined in another file within reach, as far as the index and the change tell."""
    if reach == "file":
        return False
    index = here.around.index
    others = {each.path for each in index.named([name])} if index is not None else set()
    changed = {change.path for change in here.snapshot.files}
    others = {other for other in others - changed if language_for(other) is language_for(path)}
    others |= {change.path for change in here.snapshot.files if _defines(here, change, name)}
    return any(other != path and (reach != "folder" or _folder(other) == _folder(path)) for other in others)


def _defines(here: Surroundings, change: FileChange, name: str) -> bool:
    """True if a changed file defines a name, or might."""
    row = rows().get(change.language.id) if change.language is not None else None
    if row is None or name not in (change.new or ""):
        return False
    source = here.library.source(change.path)
    return source is None or name in _functions(row, source)


def _folder(path: str) -> str:
    return posixpath.dirname(path)


def _reaches(each: _Changed, path: str) -> bool:
    own = each.change.path
    return path == own or each.reach == "repository" or (each.reach == "folder" and _folder(path) == _folder(own))


def _functions(row: Row, source: Source) -> dict[str, list[_Function]]:
    """The functions at the top level of a file."""
    found: dict[str, list[_Function]] = {}
    for node in source.tree.root_node.named_children[:_MOST_DEFINITIONS]:
        name = name_node(languages()[row.id], node) if node.type == row.definition else None
        if name is not None:
            private = any(source.told(child) in row.private for child in node.children[:_DEEPEST])
            one = _Function(_arity(row, source, node), node.start_point.row + 1, private)
            found.setdefault(source.told(name), []).append(one)
    return found


def _arity(row: Row, source: Source, function: tree_sitter.Node) -> _Arity | None:
    parameters, node = function.child_by_field_name("parameters"), function
    for _ in range(_DEEPEST):
        inner = node.child_by_field_name("declarator") if parameters is None else None
        if inner is None:
            break
        node, parameters = inner, inner.child_by_field_name("parameters")
    if parameters is None:
        return None
    least, more = 0, False
    for child in parameters.named_children:
        if child.type in row.parameter:
            least += max(1, len(child.children_by_field_name("name"))) if row.named else 1
        elif child.type in row.rest:
            more = True
        elif "comment" not in child.type and child.type != "attribute_item":
            return None
    if row.id == "c":  # `f(void)` takes none, of `f()` nothing is said
        if not least:
            return None
        least -= source.told(parameters).strip("() ") == "void"
    return _Arity(least, more)


def _misfits(row: Row, each: _Changed, source: Source) -> Iterator[Caller]:
    calls: list[tuple[Place, int | None]] = []
    for place in source.places(each.name):
        parent = place.around(1)
        if place.leaf.type != "identifier" or parent is None:
            continue
        if parent.type == "call_expression" and parent.child_by_field_name("function") == place.leaf:
            calls.append((place, _given(row, parent)))
        elif parent.type != row.definition and parent.type not in row.free:
            return  # it also means something else here
    if each.new is None and "::*" in source.text:
        return
    for place, given in calls:
        if given is not None and each.old.fits(given) and not (each.new is not None and each.new.fits(given)):
            reason = f"{each.new.told()}, {given} given" if each.new is not None else "is gone"
            yield Caller(each.change, each.name, each.line, source.path, place.line, reason, certain=False)


def _given(row: Row, call: tree_sitter.Node) -> int | None:
    """How many arguments a call gives; None if it cannot be told."""
    arguments = call.child_by_field_name("arguments")
    if arguments is None:
        return None
    given = [child for child in arguments.named_children if "comment" not in child.type]
    if any(child.type in row.spread for child in given):
        return None
    return None if row.several and len(given) == 1 and given[0].type == "call_expression" else len(given)
