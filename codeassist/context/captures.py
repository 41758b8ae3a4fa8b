"""What a language's query (queries/<id>.scm) finds in a file: nodes by their roles, for tags.py.

The captures: `@definition` (its kind is the row's in languages.toml) or `@definition.KIND`, with `@name` where scope.py
would find another, `@container` where that is not what is around it, `@wrapper` around it and `@doc` inside;
`@above` belongs to what follows it (attributes), `@comment` documents it; `@reference` is a name that is used;
`@module` is a module's name or string, with `@taken` for a name that is taken from it; `@path` is a path whose last
part is the name, with groups in braces.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from codeassist.context.languages import Language, grammar
from codeassist.context.scope import kind_of, name_node

if TYPE_CHECKING:
    import tree_sitter

_NAME = 400  # bytes
# What a hostile file can keep half matched: patterns with captures, and those that began at any depth above. Without
# the second a query's time grows with the square of the depth. In ordinary files both stay in the dozens.
_MATCHES_AT_ONCE = 4096
_DEEPEST = 300
_STRETCH = 64 * 1024  # bytes that are asked at a time: a match takes much more memory than what it matches
# Among tokens side by side each step of a query looks at all that follow up to the next node with a name: a second for
# so many pairs. Only ERROR nodes hold so many. (A progress callback would stop it, but crashes in tree-sitter 0.26.)
_MOST_PAIRS = 10**9


@dataclass
class Found:
    """A definition. `container` is "" where it is told by what is around."""

    node: tree_sitter.Node
    kind: str
    name: str
    container: str = ""
    doc: tree_sitter.Node | None = None
    wrapper: tree_sitter.Node | None = None


@dataclass
class Captures:
    """Of one file. Definitions and modules by the ids of their nodes, comments by the row they end in."""

    data: bytes
    definitions: dict[int, Found] = field(default_factory=dict)
    wrapped: dict[int, set[int]] = field(default_factory=dict)  # the definitions in each wrapper
    names: set[int] = field(default_factory=set)  # the bytes where definitions are named: no references
    references: dict[int, int] = field(default_factory=dict)  # the bytes where they begin and end
    modules: dict[int, tuple[tree_sitter.Node, list[str]]] = field(default_factory=dict)
    paths: dict[int, tree_sitter.Node] = field(default_factory=dict)
    comments: dict[int, tree_sitter.Node] = field(default_factory=dict)
    above: dict[int, tree_sitter.Node] = field(default_factory=dict)

    def used(self) -> dict[bytes, int]:
        """The names that are referred to, with how often."""
        return Counter(self.data[start:end] for start, end in self.references.items() if start not in self.names)

    def text(self, node: tree_sitter.Node, limit: int) -> str:
        """The text of a node, as it is in the file (not all grammars are shown that), up to so many bytes."""
        end = min(node.end_byte, node.start_byte + limit)
        return self.data[node.start_byte : end].decode("utf-8", "replace")


def capture(language: Language, tree: tree_sitter.Tree, data: bytes) -> Captures:
    """Run the language's query over a file, whose bytes are `data`."""
    import tree_sitter

    found = Captures(data)
    cursor = tree_sitter.QueryCursor(_query(language), match_limit=_MATCHES_AT_ONCE)
    cursor.set_max_start_depth(_DEEPEST)
    for match in _matches(cursor, tree):
        if "reference" in match:
            node = match["reference"][0]
            found.references[node.start_byte] = node.end_byte
        elif "comment" in match:
            found.comments[last_row(match["comment"][0])] = match["comment"][0]
        elif "module" in match:
            node = match["module"][0]
            names = [found.text(name, _NAME) for name in match.get("taken", ())]
            found.modules.setdefault(node.id, (node, []))[1].extend(names)
        elif "path" in match:
            found.paths[match["path"][0].id] = match["path"][0]
        elif "above" in match:
            found.above[last_row(match["above"][0])] = match["above"][0]
        else:
            _add_definition(language, found, match)
    return found


def _matches(cursor: tree_sitter.QueryCursor, tree: tree_sitter.Tree) -> Iterator[dict[str, list[tree_sitter.Node]]]:
    """Every match, a stretch of the file after the other; one that reaches into several comes more than once."""
    if _can_be_asked(tree):
        for start in range(0, tree.root_node.end_byte + 1, _STRETCH):
            cursor.set_byte_range(start, start + _STRETCH)
            for _, match in cursor.matches(tree.root_node):
                yield match


def _can_be_asked(tree: tree_sitter.Tree) -> bool:
    """False if a query would take too long."""
    pairs, nodes = 0, [tree.root_node]
    while nodes:
        node = nodes.pop()
        if not node.has_error:
            continue
        if node.is_error:
            pairs += (node.child_count - node.named_child_count) ** 2
            if pairs > _MOST_PAIRS:
                return False
        nodes += node.named_children
    return True


def last_row(node: tree_sitter.Node) -> int:
    """The row where a node ends; a node that ends with a newline ends in that line."""
    end = node.end_point
    return end.row - (end.column == 0 and end.row > node.start_point.row)


@cache
def _query(language: Language) -> tree_sitter.Query:
    import tree_sitter

    folder = Path(__file__).with_name("queries")
    files = [folder / f"{name}.scm" for name in language.queries or (language.id,)]
    return tree_sitter.Query(grammar(language), "\n".join(file.read_text(encoding="utf-8") for file in files))


def _add_definition(language: Language, found: Captures, match: Mapping[str, list[tree_sitter.Node]]) -> None:
    role = next(key for key in match if key.startswith("definition"))
    node = match[role][0]
    one = found.definitions.get(node.id)
    if one is None:
        kind = kind_of(language, node) or role.partition(".")[2]
        if not kind:
            return
        one = found.definitions[node.id] = Found(node, kind, "")
    if "name" in match or not one.name:
        name = match["name"][0] if "name" in match else name_node(language, node)
        one.name = "" if name is None else found.text(name, _NAME).strip("\"'")
        found.names.add(-1 if name is None else name.start_byte)
    if "container" in match:
        one.container = found.text(match["container"][0], _NAME)
    if "doc" in match:
        one.doc = match["doc"][0]
    for wrapper in match.get("wrapper", ()):
        found.wrapped.setdefault(wrapper.id, set()).add(node.id)
        if one.wrapper is None or wrapper.start_byte < one.wrapper.start_byte:
            one.wrapper = wrapper
