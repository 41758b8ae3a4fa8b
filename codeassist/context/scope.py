"""Definitions of a file: which one is around a place, and where each begins and ends.

Offsets are code points of the text that was given, half-open; lines are 1-based. tree-sitter counts
UTF-8 bytes and rows: they are converted here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from codeassist.context.languages import Language, encode, parse

if TYPE_CHECKING:
    import tree_sitter

_CONTINUATION_BYTES = bytes(range(0x80, 0xC0))


class Definition(NamedTuple):
    """A definition as it is cited. A method's name is its own, without the class."""

    name: str
    kind: str
    start_line: int
    end_line: int


@dataclass(frozen=True)
class Scope:
    """A definition with its wrapper (decorators, `export`); `body` is where its body begins, -1 if it has none."""

    name: str
    kind: str
    start: int
    end: int
    body: int


@dataclass(frozen=True)
class Enclosing:
    """The definitions around a place, as (start, end); the same if only one is around it."""

    innermost: tuple[int, int]
    outermost: tuple[int, int]


def definitions(language: Language, text: str) -> list[Definition]:
    """Every named definition, in the order of the text, nested ones after the one around them."""
    found: list[Definition] = []
    for node in _definition_nodes(language, parse(language, text)):
        outer = _wrapped(language, node)
        last = outer.end_point.row - (outer.end_point.column == 0 and outer.end_point.row > outer.start_point.row)
        found.append(Definition(name_of(language, node), kind_of(language, node), outer.start_point.row + 1, last + 1))
    return found


def scopes(language: Language, text: str, tree: tree_sitter.Tree | None = None) -> list[Scope]:
    """Every definition with offsets, in the order of the text; `tree`: its syntax tree, where there is one already."""
    at = Offsets(encode(text))
    return [_scope(language, node, at) for node in _definition_nodes(language, tree or parse(language, text))]


def _scope(language: Language, node: tree_sitter.Node, at: Offsets) -> Scope:
    outer, body = _wrapped(language, node), body_of(language, node)
    start, end = at[outer.start_byte], at[outer.end_byte]
    return Scope(name_of(language, node), kind_of(language, node), start, end, at[body.start_byte] if body else -1)


def scopes_around(language: Language, text: str, offset: int, tree: tree_sitter.Tree | None = None) -> list[Scope]:
    """The definitions that hold `offset` (their end included), the outermost first; `tree`: as for `scopes`.

    Only the nodes around the place are looked at: this runs at every keystroke.
    """
    data = encode(text)
    at, byte = Offsets(data), len(encode(text[:offset]))
    tree = tree or parse(language, text)
    found: dict[tuple[int, int], Scope] = {}
    for place in (byte, byte - 1):  # a definition that ends at the place is beside it
        for node in _nodes_at(tree, max(0, place)):
            for each in (node, *(node.named_children if node.type in language.wrappers else ())):
                if _is_definition(language, each):
                    scope = _scope(language, each, at)
                    found[scope.start, -scope.end] = scope
    return [found[key] for key in sorted(found) if found[key].start <= offset <= found[key].end]


def enclosing_definition(language: Language, text: str, offset: int) -> Enclosing | None:
    """The innermost and the outermost definition around a place, or None at the top level."""
    around = scopes_around(language, text, offset)
    if not around:
        return None
    first, last = around[0], around[-1]
    return Enclosing(innermost=(last.start, last.end), outermost=(first.start, first.end))


class Offsets:
    """Byte offsets of UTF-8 as code-point offsets; fast in the order of the text."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._ascii = data.isascii()
        self._known = (0, 0)

    def __getitem__(self, byte: int) -> int:
        if self._ascii:
            return byte
        near_byte, near = self._known if self._known[0] <= byte else (0, 0)
        near += len(self._data[near_byte:byte].translate(None, _CONTINUATION_BYTES))
        self._known = (byte, near)
        return near


def _walk(tree: tree_sitter.Tree) -> Iterator[tree_sitter.Node]:
    """Every named node in document order, without recursion: a hostile file nests as deep as it is long."""
    cursor = tree.walk()
    while True:
        if cursor.node is not None and cursor.node.is_named:
            yield cursor.node
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return


def _nodes_at(tree: tree_sitter.Tree, byte: int) -> Iterator[tree_sitter.Node]:
    """The nodes that hold a byte, the outermost first. (`Node.parent` recurses: a hostile file would end us.)"""
    cursor = tree.walk()
    while cursor.node is not None and cursor.node.start_byte <= byte:
        yield cursor.node
        if cursor.goto_first_child_for_byte(byte) is None:
            return


def _definition_nodes(language: Language, tree: tree_sitter.Tree) -> Iterator[tree_sitter.Node]:
    return (node for node in _walk(tree) if _is_definition(language, node))


def _is_definition(language: Language, node: tree_sitter.Node) -> bool:
    return (node.type in language.definitions or node.type in language.bindings) and bool(kind_of(language, node))


def kind_of(language: Language, node: tree_sitter.Node) -> str:
    """The kind of a definition, "" for a name that is bound to something else, or for a type that is only named."""
    if node.type in language.definitions:
        bare = node.type in language.bodied and node.child_by_field_name("body") is None
        return "" if bare else language.definitions[node.type]
    value = node.child_by_field_name("value")
    return language.bindings.get(node.type, "") if value is not None and value.type in language.values else ""


def name_of(language: Language, node: tree_sitter.Node) -> str:
    """The name of a definition, "" if it has none."""
    name = name_node(language, node)
    return name.text.decode("utf-8", "replace") if name is not None and name.text is not None else ""


def name_node(language: Language, node: tree_sitter.Node) -> tree_sitter.Node | None:
    """Where a definition is named; in C it is inside of as many declarators as its type has parts (`*f(int)`)."""
    for field in language.name_fields:
        child = node.child_by_field_name(field)
        while child is not None and field == "declarator":
            inner = child.child_by_field_name(field)
            if inner is None and child.type.endswith("_declarator") and child.named_child_count:
                inner = child.named_child(child.named_child_count - 1)
            if inner is None:
                break
            child = inner
        if child is not None:
            return child
    return None


def _wrapped(language: Language, node: tree_sitter.Node) -> tree_sitter.Node:
    """The outermost wrapper whose only definition this is."""
    wanted = language.definitions.keys() | language.bindings.keys() | set(language.wrappers)
    parent = node.parent
    while parent is not None and parent.type in language.wrappers:
        if sum(child.type in wanted for child in parent.named_children) != 1:
            break
        node, parent = parent, parent.parent
    return node


def body_of(language: Language, node: tree_sitter.Node) -> tree_sitter.Node | None:
    """A definition's body; it may be a child's child (a Go struct, a JavaScript arrow function)."""
    for child in node.children:
        for each in (child, *child.children):
            if each.type in language.bodies:
                return each
    return None
