"""What a name does where it stands in a Python file: it is called, read, bound anew, imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from codeassist.review.callers.outline import is_import
from codeassist.review.callers.source import Place, Source

if TYPE_CHECKING:
    import tree_sitter

Role = Literal["call", "read", "bound", "defined", "import", "other"]

_BINDING = frozenset(
    [
        "parameters",
        "lambda_parameters",
        "typed_parameter",
        "list_splat_pattern",
        "dictionary_splat_pattern",
        "pattern_list",
        "tuple_pattern",
        "list_pattern",
        "as_pattern_target",
        "as_pattern",
        "global_statement",
        "nonlocal_statement",
        "delete_statement",
        "case_pattern",
        "splat_pattern",
        "keyword_pattern",
    ]
)
# Nodes that bind what stands in one of their fields.
_FIELDS = {
    "default_parameter": "name",
    "typed_default_parameter": "name",
    "named_expression": "name",
    "assignment": "left",
    "augmented_assignment": "left",
    "for_statement": "left",
    "for_in_clause": "left",
}


class Use(NamedTuple):
    """One use.

    Attributes:
        owner: what the name is an attribute of, "self" in `self.f`; "" if of nothing.
        node: the call, if it is called.
    """

    role: Role
    owner: str
    place: Place
    node: tree_sitter.Node | None = None


def uses(source: Source, name: str) -> list[Use]:
    """Every use of a name in a file, in order."""
    return [_use(source, place) for place in source.places(name)]


def binding(source: Source, name: str) -> list[Use]:
    """The uses that give a name its meaning."""
    return [use for use in uses(source, name) if use.role in ("bound", "defined", "import")]


def _use(source: Source, place: Place) -> Use:
    leaf, parent = place.leaf, place.around(1)
    if parent is None or leaf.type != "identifier":
        return Use("other", "", place)
    if is_import(place):
        return Use("import", "", place)
    if parent.type == "attribute" and _is_field(parent, "attribute", leaf):
        owner = parent.child_by_field_name("object")
        told = "" if owner is None else "".join(source.told(owner).split())
        return _seen(place, parent, place.around(2), told or "?")
    if parent.type == "keyword_argument" and _is_field(parent, "name", leaf):
        return Use("other", "", place)
    if parent.type in ("function_definition", "class_definition") and _is_field(parent, "name", leaf):
        return Use("defined", "", place)
    if parent.type == "dotted_name" and parent.named_child_count == 1:  # a pattern captures it
        return Use("bound", "", place)
    return _seen(place, leaf, parent, "")


def _seen(place: Place, node: tree_sitter.Node, parent: tree_sitter.Node | None, owner: str) -> Use:
    """What happens to a name, or to the attribute that it is."""
    if parent is None:
        return Use("other", owner, place)
    if parent.type == "call" and _is_field(parent, "function", node):
        return Use("call", owner, place, parent)
    if parent.type in _BINDING or _is_field(parent, _FIELDS.get(parent.type, ""), node):
        return Use("bound", owner, place)
    return Use("read", owner, place)


def _is_field(parent: tree_sitter.Node, field: str, node: tree_sitter.Node) -> bool:
    if not field:
        return False
    return any(
        child.start_byte == node.start_byte and child.id == node.id for child in parent.children_by_field_name(field)
    )
