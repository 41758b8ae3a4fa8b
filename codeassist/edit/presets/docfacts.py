"""What documentation may say of a definition, as far as its syntax tells: parameters, a result, errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from codeassist.context.languages import Language
from codeassist.context.scope import body_of
from codeassist.edit.presets.docsite import Site

if TYPE_CHECKING:
    import tree_sitter

_NODES = 20_000  # of a body that are looked at
_DEEPEST = 12  # nodes between a parameter and its name
_TYPE = 80  # characters
_MOST = 60  # parameters
_NAMES = ("identifier", "variable_name", "shorthand_property_identifier_pattern", "property_identifier")
_OUTER = ("name", "pattern", "left", "declarator")
_NOTHING = frozenset({"void", "never", "Promise<void>", "()", "None", "undefined", "NoReturn", "Task", "ValueTask"})
_NESTED = re.compile(r"function|lambda|method|closure|class|arrow")
_WHOLE = re.compile(r"[A-Za-z_$][\w$]*\Z")


class Parameter(NamedTuple):
    """One of a signature. `kind`: its type as it is written, "" without one."""

    name: str
    kind: str = ""


class Facts(NamedTuple):
    """What is certain of a definition.

    Attributes:
        returns: whether it returns something; None where that cannot be told.
        yields: whether it is a generator.
        raises: names of errors that its own body raises, in their order.
    """

    parameters: tuple[Parameter, ...] = ()
    returns: bool | None = None
    yields: bool = False
    raises: tuple[str, ...] = ()


def facts(language: Language, site: Site) -> Facts:
    """The facts of a definition; of a file, or of a class, there are none."""
    node = site.node
    if node is None or site.kind not in ("function", "method", "constructor", "delegate"):
        return Facts()
    value = node.child_by_field_name("value")
    function = value if value is not None and _NESTED.search(value.type) else node
    parameters = tuple(_parameters(function))[:_MOST]
    body = body_of(language, function) or function.child_by_field_name("body")
    inside = list(_own_nodes(body)) if body is not None else []
    yields = any(each.type in ("yield", "yield_expression", "yield_statement") for each in inside)
    raises = tuple(dict.fromkeys(name for each in inside for name in _raised(each)))
    return Facts(parameters, _returns(language, function, body, inside), yields, raises)


def _parameters(function: tree_sitter.Node) -> Iterator[Parameter]:
    found = _list(function)
    if found is None:
        single = function.child_by_field_name("parameter")
        if single is not None:
            yield Parameter(_text(single))
        return
    for number, child in enumerate(found.named_children[:_MOST]):
        kind = child.child_by_field_name("type")
        told = _text(kind).lstrip(": ")[:_TYPE] if kind is not None else ""
        for name in _names(child):
            if not (number == 0 and name in ("self", "cls", "this")):
                yield Parameter(name, told)


def _list(function: tree_sitter.Node) -> tree_sitter.Node | None:
    """The list of parameters; in C it is inside of as many declarators as the type has parts."""
    node: tree_sitter.Node | None = function
    for _ in range(_DEEPEST):
        if node is None:
            return None
        found = node.child_by_field_name("parameters")
        if found is not None:
            return found
        listed = [each for each in node.named_children if each.type.endswith(("parameters", "parameter_list"))]
        if listed and node.type != "method_declaration":
            return listed[0]
        node = node.child_by_field_name("declarator")
    return None


def _names(child: tree_sitter.Node) -> list[str]:
    """The names of one parameter; none of a pattern that takes something apart, or of a bare type."""
    if child.type in ("self_parameter", "comment", "keyword_separator", "positional_separator") or not child.is_named:
        return []
    several = child.children_by_field_name("name")
    if len(several) > 1:
        return [_text(each) for each in several]
    node: tree_sitter.Node | None = child
    for _ in range(_DEEPEST):
        if node is None or node.type in ("object_pattern", "array_pattern", "tuple_pattern"):
            return []
        if node.type in _NAMES:
            return [_text(node)]
        outer = (node.child_by_field_name(field) for field in _OUTER)
        inner = next((each for each in outer if each is not None), None)
        node = inner if inner is not None else _bare(node)
    return []


def _bare(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """What stands in a parameter without a field's name: `*args`, `x: int`, `...rest`, `*pointer`."""
    if node.type == "parameter_declaration":
        return None
    type_node = node.child_by_field_name("type")
    left = [each for each in node.named_children if type_node is None or each.id != type_node.id]
    if not left:
        return None
    return left[-1] if node.type == "spread_parameter" else left[0]


def _returns(
    language: Language, function: tree_sitter.Node, body: tree_sitter.Node | None, inside: list[tree_sitter.Node]
) -> bool | None:
    if language.id in ("ruby", "bash"):
        return None
    if function.type.startswith("constructor") or _text(function.child_by_field_name("name")) in (
        "constructor",
        "__construct",
        "__init__",
    ):
        return False
    told = function.child_by_field_name("return_type") or function.child_by_field_name("result")
    told = told or function.child_by_field_name("returns")
    if told is None and language.id in ("java", "c", "cpp", "csharp"):
        told = function.child_by_field_name("type")
    if told is not None:
        return _text(told).lstrip(":-> ").strip() not in _NOTHING or _pointer(function)
    if language.id in ("go", "rust", "java", "csharp", "c", "cpp"):
        return False
    if body is not None and function.type == "arrow_function" and body.type != "statement_block":
        return True
    given = [each.named_children[0] for each in inside if each.type == "return_statement" and each.named_child_count]
    return any(each.type not in ("none", "null", "undefined", "comment") for each in given)


def _pointer(function: tree_sitter.Node) -> bool:
    declarator = function.child_by_field_name("declarator")
    return declarator is not None and declarator.type == "pointer_declarator"


def _raised(node: tree_sitter.Node) -> Iterator[str]:
    """The name of the error that a statement raises, if it names one."""
    if node.type not in ("raise_statement", "throw_statement", "throw_expression") or not node.named_child_count:
        return
    what = node.named_children[0]
    made = next((what.child_by_field_name(field) for field in ("constructor", "function", "type")), None)
    for each in (what.child_by_field_name("function"), what.child_by_field_name("constructor"), made, what):
        if each is not None:
            name = _text(each).rpartition(".")[2].rpartition("\\")[2]
            if _WHOLE.match(name) and name[0].isupper():
                yield name
                return
    for each in what.named_children:
        name = _text(each)
        if _WHOLE.match(name) and name[0].isupper():
            yield name
            return


def _own_nodes(body: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """The nodes of a body, in the order of the text, without those of functions inside of it."""
    pending, seen = [body], 0
    while pending and seen < _NODES:
        node = pending.pop()
        seen += 1
        yield node
        inner = [each for each in node.named_children if not (_NESTED.search(each.type) and "call" not in each.type)]
        pending += reversed(inner)


def _text(node: tree_sitter.Node | None) -> str:
    return node.text.decode("utf-8", "replace") if node is not None and node.text is not None else ""
