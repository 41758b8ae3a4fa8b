"""Python: the lines that no longer fit to what a change did to a function, in one file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from codeassist.review.callers.changed import Altered, Removed
from codeassist.review.callers.modules import Modules
from codeassist.review.callers.signature import call, mismatch, moved
from codeassist.review.callers.source import Place, Source
from codeassist.review.callers.uses import Use, binding, uses


class Stale(NamedTuple):
    """A line that no longer fits, and why, as what follows the name."""

    path: str
    line: int
    reason: str
    certain: bool


def stale(each: Altered | Removed, source: Source, modules: Modules, touched: Iterable[int]) -> Iterator[Stale]:
    """The lines of a file that no longer fit. `touched`: its lines that the change altered."""
    if isinstance(each, Removed):
        yield from _dangling(each, source, modules)
        return
    lines = frozenset(touched)
    for use, certain in _calls(each, source, modules):
        given = call(source, use.node) if use.node is not None else None
        if given is None or mismatch(each.old, given):
            continue
        reason = mismatch(each.new, given)
        if reason:
            yield Stale(source.path, use.place.line, reason, certain)
        elif lines.isdisjoint(_lines(use)) and (reason := moved(each.old, each.new, given)):
            yield Stale(source.path, use.place.line, reason, certain=False)


def _lines(use: Use) -> range:
    last = use.node.end_point.row if use.node is not None else 0
    return range(use.place.line, max(use.place.line, last + 1) + 1)


def _calls(each: Altered, source: Source, modules: Modules) -> Iterator[tuple[Use, bool]]:
    """The calls of a function in a file, with whether it is certain that they mean it."""
    found = uses(source, each.name)
    if each.owner and source.path == each.path and not any(use.role == "bound" and use.owner for use in found):
        owners = ("self", "cls") if each.kind == "static" else ("self",)
        yield from ((use, True) for use in _inside(each.owner, owners, found, source) if use.role == "call")
    if each.kind == "static":
        for name, certain in _names(each.owner, each.path, source, modules):
            yield from ((use, certain) for use in found if use.role == "call" and use.owner == name)
    elif not each.owner:
        for name, certain in _names(each.name, each.path, source, modules):
            mine = found if name == each.name else uses(source, name)
            yield from ((use, certain) for use in mine if use.role == "call" and not use.owner)
        if source.path != each.path:
            yield from ((use, False) for use in _through_modules(each.path, found, source, modules, "call"))


def _inside(name: str, owners: tuple[str, ...], found: list[Use], source: Source) -> Iterator[Use]:
    """The uses as an attribute of `self` or `cls` in a class."""
    return (use for use in found if use.owner in owners and _class_around(source, use.place) == name)


def _names(name: str, path: str, source: Source, modules: Modules) -> Iterator[tuple[str, bool]]:
    """The names that a file has for something at the top level of a module, if nothing else in it has the same."""
    if source.path == path:
        others = [use for use in binding(source, name) if not use.owner and not _is_in_class(use)]
        if len(others) == 1 and others[0].role == "defined":
            yield name, True
        return
    for local in modules.locals(source, path, name):
        others = [use for use in binding(source, local.name) if not use.owner and not _is_in_class(use)]
        if len(others) == 1 and others[0].role == "import":
            yield local.name, local.certain


def _through_modules(path: str, found: list[Use], source: Source, modules: Modules, *roles: str) -> Iterator[Use]:
    """The uses as an attribute of an imported module."""
    for use in found:
        if use.role in roles and use.owner and modules.owner(source, use.owner, path):
            others = [each for each in binding(source, use.owner.split(".", 1)[0]) if not each.owner]
            if all(each.role == "import" for each in others):
                yield use


def _dangling(each: Removed, source: Source, modules: Modules) -> Iterator[Stale]:
    """The lines that use what is gone; of the module's own ruff tells that the name is not defined."""
    if source.path == each.path:
        ours = _inside(each.owner, ("self", "cls"), uses(source, each.name), source) if each.owner else ()
        yield from (Stale(source.path, use.place.line, "is gone", certain=False) for use in ours)
        return
    if each.owner:
        return
    for local in modules.locals(source, each.path, each.name):
        if not local.binding.tried:
            yield Stale(source.path, local.binding.line, "is gone", local.certain)
    for use in _through_modules(each.path, uses(source, each.name), source, modules, "call", "read"):
        if not any(node.type == "try_statement" for node in use.place.path):
            yield Stale(source.path, use.place.line, "is gone", certain=False)


def _is_in_class(use: Use) -> bool:
    """True if what binds a name does so in a class, whose functions do not see it."""
    return use.role == "defined" and _scope(use.place, skip=2) == "class_definition"


def _scope(place: Place, skip: int) -> str:
    """The type of the function or class around a place, beyond so many nodes."""
    types = [node.type for node in place.path[:-skip]]
    kinds = ("function_definition", "class_definition", "lambda", "module")
    return next((kind for kind in reversed(types) if kind in kinds), "module")


def _class_around(source: Source, place: Place) -> str:
    """The name of the innermost class around a place."""
    for node in reversed(place.path):
        if node.type == "class_definition":
            name = node.child_by_field_name("name")
            return "" if name is None else source.told(name)
    return ""
