"""What a Python file defines at its top level and in its classes, and what it takes from other modules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from codeassist.review.callers.source import Place, Source

if TYPE_CHECKING:
    import tree_sitter

_MOST_NODES = 50_000
_DEEPEST = 10  # classes in classes
# Statements that hold statements of the same scope.
_BLOCKS = frozenset(
    [
        "block",
        "module",
        "if_statement",
        "elif_clause",
        "else_clause",
        "try_statement",
        "except_clause",
        "except_group_clause",
        "finally_clause",
        "with_statement",
        "for_statement",
        "while_statement",
        "match_statement",
        "case_clause",
    ]
)
# Decorators that leave the parameters as they are.
_KEEPING = frozenset(
    [
        "staticmethod",
        "classmethod",
        "abstractmethod",
        "override",
        "final",
        "cache",
        "lru_cache",
        "contextmanager",
        "asynccontextmanager",
    ]
)


class Defined(NamedTuple):
    """A function or class. `around`: the class that it is in, None at the top level."""

    name: str
    node: tree_sitter.Node
    decorators: tuple[str, ...]
    around: Defined | None

    @property
    def is_class(self) -> bool:
        """True for a class."""
        return self.node.type == "class_definition"

    @property
    def plain(self) -> bool:
        """True if no decorator makes something else of it."""
        return all(each in _KEEPING for each in self.decorators)

    @property
    def full_name(self) -> str:
        """With the names of the classes around it."""
        return f"{self.around.full_name}.{self.name}" if self.around is not None else self.name


class Binding(NamedTuple):
    """A name that an import binds: `local` is `name` of `module`, or the module itself if `name` is "".

    `tried`: the import may fail, somebody sees to it.
    """

    local: str
    module: str
    name: str
    line: int
    tried: bool


def outline(source: Source) -> dict[str, list[Defined]]:
    """The definitions of a file by their full names, without those inside of functions."""
    found: dict[str, list[Defined]] = {}
    for each in _definitions(source):
        found.setdefault(each.full_name, []).append(each)
    return found


def _definitions(source: Source) -> Iterator[Defined]:
    waiting: list[tuple[tree_sitter.Node, Defined | None, tuple[str, ...]]] = [(source.tree.root_node, None, ())]
    looked = 0
    while waiting and looked < _MOST_NODES:
        node, around, decorators = waiting.pop()
        looked += 1
        if node.type in _BLOCKS:
            waiting += [(child, around, ()) for child in reversed(node.named_children)]
        elif node.type == "decorated_definition":
            names = tuple(_decorator(source, each) for each in node.named_children if each.type == "decorator")
            inner = node.child_by_field_name("definition")
            waiting += [(inner, around, names)] if inner is not None else []
        elif node.type in ("function_definition", "class_definition"):
            name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
            one = Defined("" if name is None else source.told(name), node, decorators, around)
            yield one
            if one.is_class and body is not None and one.full_name.count(".") < _DEEPEST:
                waiting.append((body, one, ()))


def _decorator(source: Source, node: tree_sitter.Node) -> str:
    """A decorator's own name: "cache" of `@functools.cache`, of `@lru_cache(maxsize=1)` "lru_cache"."""
    return source.told(node).lstrip("@ ").split("(", 1)[0].split("#", 1)[0].strip().rsplit(".", 1)[-1]


def is_import(place: Place) -> bool:
    """True if a name stands in an import."""
    return any(node.type in ("import_statement", "import_from_statement") for node in place.path[-4:])


def bindings(source: Source, place: Place) -> Iterator[Binding]:
    """What the import binds that a name stands in."""
    tried = any(node.type == "try_statement" for node in place.path)
    for node in place.path[-4:]:
        if node.type not in ("import_statement", "import_from_statement"):
            continue
        module = node.child_by_field_name("module_name")
        line = node.start_point.row + 1
        for each in node.children_by_field_name("name"):
            named, alias = each.child_by_field_name("name") or each, each.child_by_field_name("alias")
            name = "".join(source.told(named).split())
            local = name if alias is None else source.told(alias)
            if module is None:
                yield Binding(local, name, "", line, tried)
            else:
                yield Binding(local, "".join(source.told(module).split()), name, line, tried)
