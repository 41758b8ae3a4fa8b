"""Declarations that the code at the cursor may need: of imported names, of names nearby, of members of classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codeassist.context.candidate import Candidate
from codeassist.context.closeness import Closeness
from codeassist.context.here import Here
from codeassist.context.index import Definition, Index
from codeassist.context.resolve import Resolved

_HOMONYMS = 8  # a name that more places define says nothing
_NAMES = 300  # looked up
_IMPORTED = 3.0  # what a definition that the file imports counts beside one that only has the name
_UNUSED = 0.2  # an imported name that is not near the cursor
_MEMBER = 0.5  # a member of a class that is named nearby, beside a name that is there itself
_MODULE = 0.35  # a definition of an imported module that is named nearby
_MODULE_MEMBERS, _CLASS_MEMBERS = 40, 40
_LEAST = 0.12  # a name that many places define, far from the cursor, is not worth its tokens
_INDENT = "    "


@dataclass(frozen=True)
class _Imported:
    """Where the names of a file come from: name -> files, and modules by the name they are used under."""

    names: dict[str, list[str]]
    modules: dict[str, list[str]]


def declared(index: Index, resolved: Resolved, here: Here, closeness: Closeness) -> list[Candidate]:
    """Signatures of what may be used at the cursor, the most valuable first."""
    imported = _imported(resolved)
    values: dict[Definition, tuple[float, str]] = {}

    def add(definition: Definition, value: float, reason: str) -> None:
        if value > max(_LEAST, values.get(definition, (0.0, ""))[0]) and not _seen(definition, here):
            values[definition] = (value, reason)

    for definition, value, reason in _by_name(index, here, imported, closeness):
        add(definition, value, reason)
    for path, weight in _used_modules(here, imported):
        for definition in _top_level(index, path):
            add(definition, _MODULE * weight, "imported module")
    for definition, (value, _) in list(values.items()):
        if definition.kind != "function":
            for member in _members(index, here, definition):
                near = member.name in here.words
                add(member, value if near else value * _MEMBER, f"member of {definition.name}")
    ranked = sorted(values.items(), key=lambda item: (-item[1][0], item[0].path, item[0].start_line))
    candidates = [_candidate(index, definition, value, reason) for definition, (value, reason) in ranked]
    return list({(each.path, each.above, each.lines): each for each in reversed(candidates)}.values())[::-1]


def _imported(resolved: Resolved) -> _Imported:
    names: dict[str, list[str]] = {}
    modules: dict[str, list[str]] = {}
    for each, files in resolved:
        for name in each.names:
            names.setdefault(name, []).extend(files)
            modules.setdefault(name, []).extend(path for path in files if _stem(path) == name)
        if not each.names:
            modules.setdefault(_last(each.module), []).extend(files)
    return _Imported(names, modules)


def _by_name(
    index: Index, here: Here, imported: _Imported, closeness: Closeness
) -> Iterator[tuple[Definition, float, str]]:
    """Definitions of the names near the cursor and of the imported ones."""
    wanted = list(dict.fromkeys([*here.words, *imported.names]))[:_NAMES]
    found: dict[str, list[Definition]] = {}
    for definition in index.named(wanted, limit=10 * _NAMES):
        found.setdefault(definition.name, []).append(definition)
    for name, definitions in found.items():
        weight, paths = here.words.get(name, 0.0), [each.path for each in definitions]
        for definition in definitions:
            if definition.path in imported.names.get(name, ()) and not definition.container:
                yield definition, _IMPORTED * weight if weight else _UNUSED, "imported"
            elif weight and len(definitions) <= _HOMONYMS:
                yield definition, weight * closeness.share(definition.path, paths), "named nearby"


def _used_modules(here: Here, imported: _Imported) -> Iterator[tuple[str, float]]:
    for name, files in imported.modules.items():
        if name in here.words:
            for path in files[:1]:
                yield path, here.words[name]


def _top_level(index: Index, path: str) -> list[Definition]:
    return [each for each in index.definitions(path) if not each.container][:_MODULE_MEMBERS]


def _members(index: Index, here: Here, owner: Definition) -> list[Definition]:
    """The members of a class but those named like private ones; from the editor's text if it is of this file."""
    whole = f"{owner.container}.{owner.name}" if owner.container else owner.name
    found = [each for each in index.definitions(owner.path) if each.container == whole]
    return [each for each in found if not each.name.startswith("_") or each.name in here.words][:_CLASS_MEMBERS]


def _seen(definition: Definition, here: Here) -> bool:
    """True if it is in the window around the cursor, or is a line of this file that may have moved."""
    if definition.path != here.path:
        return False
    return (
        definition.signature.split("(")[0] in here.window or here.visible[0] <= definition.start_line <= here.visible[1]
    )


def _candidate(index: Index, definition: Definition, value: float, reason: str) -> Candidate:
    end = max(definition.start_line, min(definition.end_line, definition.body_line - 1))
    line = definition.signature
    above: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    if definition.kind == "class":
        above = (line,)
    else:
        above = (_owner(index, definition),) if definition.container else ()
        lines = (_INDENT * len(above) + line + (" ..." if line.endswith(":") else ""),)
    return Candidate(definition.path, definition.start_line, end, reason, lines, value, above)


def _owner(index: Index, member: Definition) -> str:
    """The signature of the class that a member is of."""
    for each in index.definitions(member.path):
        whole = f"{each.container}.{each.name}" if each.container else each.name
        if whole == member.container:
            return each.signature
    return f"class {member.container}:"


def _stem(path: str) -> str:
    name = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return path.rsplit("/", 2)[-2] if name in {"__init__", "index", "mod"} and "/" in path else name


def _last(module: str) -> str:
    return module.rstrip("/").replace("::", ".").replace("/", ".").rsplit(".", 1)[-1]
