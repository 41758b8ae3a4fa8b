"""Python: the functions whose parameters a change altered, and what it took away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from codeassist.review.callers.outline import Defined, outline
from codeassist.review.callers.signature import Parameter, Signature, signature
from codeassist.review.callers.source import Source
from codeassist.review.callers.uses import binding

Kind = Literal["function", "constructor", "method", "static"]


@dataclass(frozen=True)
class Altered:
    """A function with other parameters than before, `self` and `cls` left out.

    Attributes:
        name: as it is called; a constructor's is its class's.
        owner: the class of a method.
        kind: "static" is called on the class or on an object of it, a "method" on an object only.
        line: in the new text.
    """

    path: str
    name: str
    owner: str
    kind: Kind
    old: Signature
    new: Signature
    line: int


@dataclass(frozen=True)
class Removed:
    """A function or class that is gone from the top level of a module, or a method from a class (`owner`)."""

    path: str
    name: str
    owner: str
    old_line: int


def changes(old: Source, new: Source) -> Iterator[Altered | Removed]:
    """What a change did to the signatures of a file; of what is defined more than once nothing is said."""
    before, after = outline(old), outline(new)
    for name, some in before.items():
        if len(some) != 1 or not _is_followed(some[0]):
            continue
        now = after.get(name, [])
        if len(now) == 1:
            yield from _altered(old, new, some[0], now[0])
        elif not now and _is_gone(new, some[0], after):
            around = some[0].around
            line = some[0].node.start_point.row + 1
            yield Removed(new.path, some[0].name, around.name if around is not None else "", line)


def _is_followed(one: Defined) -> bool:
    """True for what is at the top level, and for the methods of a class there."""
    special = one.name.startswith("__") and one.name != "__init__"
    return not special and (one.around is None or (one.around.around is None and not one.is_class))


def _altered(old: Source, new: Source, before: Defined, after: Defined) -> Iterator[Altered]:
    if before.is_class or after.is_class or not before.plain or set(before.decorators) != set(after.decorators):
        return
    first, second = signature(old, before.node), signature(new, after.node)
    if first is None or second is None or first == second:
        return
    kind: Kind = "function"
    name, owner = after.name, ""
    if after.around is not None:
        kind, owner = "method", after.around.name
        if name == "__init__":
            if not _is_made_by_init(new, after.around):
                return
            kind, name, owner = "constructor", owner, ""
        elif {"staticmethod", "classmethod"} & set(after.decorators):
            kind = "static"
        if "staticmethod" not in after.decorators:
            if not (_has_receiver(first) and _has_receiver(second)):
                return
            first, second = first[1:], second[1:]
    if first != second:
        yield Altered(new.path, name, owner, kind, first, second, after.node.start_point.row + 1)


def _has_receiver(parameters: list[Parameter]) -> bool:
    return bool(parameters) and parameters[0].kind in ("positional", "either")


def _is_made_by_init(source: Source, one: Defined) -> bool:
    """True if calling a class calls its `__init__` with the same arguments, as far as it tells."""
    bases = one.node.child_by_field_name("superclasses")
    body = one.node.child_by_field_name("body")
    told = "" if body is None else source.told(body, body.end_byte - body.start_byte)
    special = "" if bases is None else source.told(bases, 1000)
    return not one.decorators and "metaclass" not in special and "Enum" not in special and "__new__" not in told


def _is_gone(new: Source, one: Defined, after: dict[str, list[Defined]]) -> bool:
    """True if nothing else gives the name: an import, an assignment, a module's or a class's own way."""
    if "__getattr__" in after or "import *" in new.text or binding(new, one.name):
        return False
    if one.around is None:
        return True
    around = after.get(one.around.full_name, [])
    return len(around) == 1 and _stands_alone(new, around[0])


def _stands_alone(source: Source, one: Defined) -> bool:
    """True for a class without bases or anything that adds to it."""
    bases = one.node.child_by_field_name("superclasses")
    inherits = bases is not None and source.told(bases).strip("( )") not in ("", "object")
    body = one.node.child_by_field_name("body")
    told = "" if body is None else source.told(body, body.end_byte - body.start_byte)
    return not inherits and not one.decorators and "__getattr" not in told and not one.name.endswith("Mixin")
