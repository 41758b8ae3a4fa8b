"""Python's parameters and calls, and whether a call fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from codeassist.review.callers.source import Source

if TYPE_CHECKING:
    import tree_sitter

_MOST = 200  # parameters or arguments
_PLAIN = {
    "identifier": False,
    "typed_parameter": False,
    "default_parameter": True,
    "typed_default_parameter": True,
}


class Parameter(NamedTuple):
    """One parameter.

    Attributes:
        kind: how it is given: "positional" only, "keyword" only, "either"; or it takes the rest ("rest", "keywords").
        optional: it has a default.
    """

    name: str
    kind: Literal["positional", "either", "keyword", "rest", "keywords"]
    optional: bool = False


Signature = Sequence[Parameter]


class Call(NamedTuple):
    """How many arguments are given by position, and the names of the others."""

    positional: int
    keywords: tuple[str, ...]


def signature(source: Source, function: tree_sitter.Node) -> list[Parameter] | None:
    """The parameters of a function; None if they cannot be told."""
    node = function.child_by_field_name("parameters")
    if node is None or node.named_child_count > _MOST:
        return None
    found: list[Parameter] = []
    by_name = False
    for child in node.named_children:
        kind = _kind(child)
        if kind == "comment":
            continue
        if kind == "positional_separator":
            found = [each._replace(kind="positional") for each in found]
        elif kind == "keyword_separator":
            by_name = True
        elif kind == "list_splat_pattern":
            by_name = True
            found.append(Parameter("", "rest"))
        elif kind == "dictionary_splat_pattern":
            found.append(Parameter("", "keywords"))
        elif kind in _PLAIN:
            named = _name(child)
            if named is None or named.type != "identifier":
                return None
            found.append(Parameter(source.told(named), "keyword" if by_name else "either", _PLAIN[kind]))
        else:
            return None
    return found


def _kind(parameter: tree_sitter.Node) -> str:
    """A parameter's type; an annotation does not hide that it takes the rest."""
    inner = parameter.named_child(0) if parameter.type == "typed_parameter" else None
    return inner.type if inner is not None and inner.type.endswith("splat_pattern") else parameter.type


def _name(parameter: tree_sitter.Node) -> tree_sitter.Node | None:
    if parameter.type == "identifier":
        return parameter
    return parameter.named_child(0) if parameter.type == "typed_parameter" else parameter.child_by_field_name("name")


def call(source: Source, node: tree_sitter.Node) -> Call | None:
    """What a call gives; None if it cannot be told: there is a `*` or `**`."""
    arguments = node.child_by_field_name("arguments")
    if arguments is None or arguments.named_child_count > _MOST:
        return None
    if arguments.type != "argument_list":
        return Call(1, ()) if arguments.type == "generator_expression" else None
    positional = 0
    keywords: list[str] = []
    for child in arguments.named_children:
        if child.type in ("list_splat", "dictionary_splat"):
            return None
        name = child.child_by_field_name("name") if child.type == "keyword_argument" else None
        if name is not None:
            keywords.append(source.told(name))
        elif child.type != "comment":
            positional += 1
    return Call(positional, tuple(keywords))


def mismatch(parameters: Signature, given: Call) -> str:
    """Why a call does not fit, as what follows the function's name; "" if it does."""
    places = [each for each in parameters if each.kind in ("positional", "either")]
    kinds = {each.kind for each in parameters}
    if given.positional > len(places) and "rest" not in kinds:
        return f"takes {_counted(len(places))} by position, {given.positional} given"
    covered = {each.name for each in places[: given.positional]}
    by_name = {each.name for each in parameters if each.kind in ("either", "keyword")}
    for name in given.keywords:
        if name in covered & by_name:
            return f"gets `{name}` twice"
        if name not in by_name and "keywords" not in kinds:
            return f"has no parameter `{name}`"
    wanted = [each for each in parameters if each.kind not in ("rest", "keywords") and not each.optional]
    for each in wanted:
        if each.name not in covered and (each.kind == "positional" or each.name not in given.keywords):
            return f"needs `{each.name}`"
    return ""


def _counted(count: int) -> str:
    return "1 argument" if count == 1 else f"{count} arguments"


def moved(old: Signature, new: Signature, given: Call) -> str:
    """Which parameters changed places, where a call gives two of them by position; "" if none did."""
    before, after = ([each.name for each in some if each.kind in ("positional", "either")] for some in (old, new))
    first, second = before[: given.positional], after[: given.positional]
    if first != second and sorted(first) == sorted(second):
        return f"takes {', '.join(f'`{name}`' for name in second[:5])} in another order"
    return ""
