"""The tests in a text, one by one: functions, methods, or calls that are given a name and a function."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codeassist.context.languages import Language, encode, parse_within
from codeassist.context.scope import name_of

if TYPE_CHECKING:
    import tree_sitter

_SECONDS = 1.0
_NODES, _MOST = 4_000, 60
_CHARACTERS = 6_000  # of a test
_CALLS = ("test", "it")
_ENTERED = (
    "module",
    "program",
    "source_file",
    "class_definition",
    "class_declaration",
    "class_body",
    "block",
    "expression_statement",
    "call_expression",
    "arguments",
    "arrow_function",
    "function_expression",
    "statement_block",
    "mod_item",
    "declaration_list",
)
_CUTS = 4
_BEGUN = re.compile(r"^[ \t]{0,8}(?:async def|def|@|class|test\(|it\(|func |fn |#\[)", re.MULTILINE)
_COMMENTS = re.compile(r"^\s*(?:#(?!\[)|//)[^\n]*$", re.MULTILINE)
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Case:
    """One test. `text` begins at the margin and has no newline at its end; `container`: the class around it."""

    name: str
    text: str
    container: str = ""


def cases(language: Language, text: str) -> list[Case]:
    """The tests of a text, in its order; those that do not parse are left out.

    One that is cut off may keep the parser from those before it: then what begins last is taken away, a few times.
    """
    best: list[Case] = []
    for _ in range(_CUTS):
        tree = parse_within(language, text, _SECONDS)
        found = list(_found(language, tree, encode(text)))[:_MOST] if tree is not None else []
        best = max(best, found, key=len)
        begun = [match.start() for match in _BEGUN.finditer(text)]
        if tree is None or not tree.root_node.has_error or len(begun) < 2:
            break
        text = text[: begun[-1]]
    return best


def fresh(found: Sequence[Case], taken: Sequence[Case], names: set[str]) -> list[Case]:
    """Tests without those that are there already, or twice, whatever their names; each with a name of its own.

    `names`: that something else in the file has.
    """
    bodies = {_body(each) for each in taken}
    used = {each.name for each in taken} | names
    kept: list[Case] = []
    for each in found:
        body = _body(each)
        if body in bodies or not each.name.strip():
            continue
        bodies.add(body)
        case = each
        for number in range(2, _MOST):
            if case.name not in used:
                break
            case = _renamed(each, number)
        used.add(case.name)
        kept.append(case)
    return kept


def _found(language: Language, tree: tree_sitter.Tree, data: bytes) -> Iterator[Case]:
    pending: list[tuple[tree_sitter.Node, str]] = [(tree.root_node, "")]
    seen = 0
    while pending and seen < _NODES:
        node, container = pending.pop()
        seen += 1
        name = _test_name(language, node)
        if name:
            text = _text(language, node, data)
            if not node.has_error and len(text) <= _CHARACTERS:
                yield Case(name, text, container)
            continue
        inside = container
        if node.type in ("class_definition", "class_declaration"):
            inside = name_of(language, node)
        elif node.type not in _ENTERED:
            continue
        pending += [(child, inside) for child in reversed(node.named_children)]


def _test_name(language: Language, node: tree_sitter.Node) -> str:
    """The name of the test that a node is; "" if it is none."""
    if language.id == "python":
        inner = node.child_by_field_name("definition") if node.type == "decorated_definition" else node
        name = name_of(language, inner) if inner is not None and inner.type == "function_definition" else ""
        return name if name.startswith("test") else ""
    if language.id == "go":
        name = name_of(language, node) if node.type == "function_declaration" else ""
        return name if re.match(r"Test(?![a-z])", name) else ""
    if language.id == "rust":
        return name_of(language, node) if node.type == "function_item" and _attributes(node) else ""
    if language.id == "java":
        marked = node.type == "method_declaration" and any(
            b"@Test" in (child.text or b"") or b"@ParameterizedTest" in (child.text or b"")
            for child in node.named_children
            if child.type == "modifiers"
        )
        return name_of(language, node) if marked else ""
    return _called(node)


def _called(node: tree_sitter.Node) -> str:
    """The name that `test("…", …)` or `it("…", …)` is given, where that is a statement."""
    call = node.named_children[0] if node.type == "expression_statement" and node.named_child_count else None
    if call is None or call.type != "call_expression":
        return ""
    function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    if function is None or arguments is None or (function.text or b"").decode("utf-8", "replace") not in _CALLS:
        return ""
    first = arguments.named_children[0] if arguments.named_child_count else None
    if first is None or first.type not in ("string", "template_string"):
        return ""
    text = (first.text or b"").decode("utf-8", "replace")[1:-1]
    return text if "${" not in text and "\\" not in text else ""


def _attributes(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    """The attributes of a Rust function, if one of them makes a test of it."""
    found: list[tree_sitter.Node] = []
    before = node.prev_named_sibling
    while before is not None and before.type == "attribute_item" and len(found) < _MOST:
        found.append(before)
        before = before.prev_named_sibling
    return found if any(re.search(rb"\btest\b", each.text or b"") for each in found) else []


def _text(language: Language, node: tree_sitter.Node, data: bytes) -> str:
    above = _attributes(node) if language.id == "rust" else []
    start = above[-1].start_byte if above else node.start_byte
    column = start - (data.rfind(b"\n", 0, start) + 1)
    lines = data[start : node.end_byte].decode("utf-8", "replace").rstrip().split("\n")
    return "\n".join([lines[0], *(line[column:] if not line[:column].strip() else line for line in lines[1:])])


def _renamed(case: Case, number: int) -> Case:
    """The test with another name: where it is first written, which is where it is named."""
    joint = " " if " " in case.name else "" if case.name.startswith("Test") else "_"
    name = f"{case.name}{joint}{number}"
    return replace(case, name=name, text=case.text.replace(case.name, name, 1))


def _body(case: Case) -> str:
    return _BLANKS.sub("", _COMMENTS.sub("", case.text.replace(case.name, "", 1)))
