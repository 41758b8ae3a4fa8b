"""A test file with tests in it: a new one, or one that is there, to which they are added."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from codeassist.context.languages import Language, encode, parse_within
from codeassist.edit.change import FileEdit
from codeassist.edit.original import Original, Splice
from codeassist.edit.presets.testcases import Case

if TYPE_CHECKING:
    import tree_sitter

_SECONDS = 1.0
_IMPORTS = (
    "import_statement",
    "import_from_statement",
    "future_import_statement",
    "import_declaration",
    "package_clause",
    "package_declaration",
    "use_declaration",
)
_REQUIRE = re.compile(rb"(?:const|let|var)\s[^\n]{0,300}=\s*require\(")
_GAPS = {"python": "\n\n\n", "rust": "\n\n", "java": "\n\n"}
_INDENTS = {"python": "    ", "rust": "    ", "java": "    "}


def composed(
    language: Language, original: Original, head: Sequence[str], more: Sequence[str], found: Sequence[Case], around: str
) -> FileEdit:
    """The file with tests added.

    `head`: lines that a new file begins with; `more`: imports that one which is there lacks; `around`: the class or
    module that holds the tests, "" for none.
    """
    if original.data is None or not original.text.strip():
        return original.spliced([Splice(0, len(original.text), _new(language, head, more, found, around))])
    tree = parse_within(language, original.text, _SECONDS)
    if tree is None:
        return original.spliced([])
    data = encode(original.text)
    missing = [line for line in (*_importing(head), *more) if not _has(original.text, line)]
    splices = _importing_splices(tree, data, missing)
    splices.append(_adding(language, tree, data, found, around))
    return original.spliced(splices)


def _new(language: Language, head: Sequence[str], more: Sequence[str], found: Sequence[Case], around: str) -> str:
    gap = _GAPS.get(language.id, "\n\n")
    lines = _ordered(language, head, more)
    body = _block(language, found, around)
    return "\n".join(lines).strip("\n") + gap + body + "\n"


def _ordered(language: Language, head: Sequence[str], more: Sequence[str]) -> list[str]:
    """Imports in groups: in Python the plain ones of other libraries first, then the project's own."""
    if language.id != "python":
        return [*head, *more]
    first = sorted((line for line in {*head, *more} if line.startswith("import ")), key=str.lower)
    others = [line for line in (*more, *head) if not line.startswith("import ")]
    own, library = [each for each in others if each in head], [each for each in others if each not in head]
    groups = [[*first, *library], own]
    return [line for group in groups if group for line in ("", *dict.fromkeys(group))][1:]


def _block(language: Language, found: Sequence[Case], around: str) -> str:
    """Tests below each other, in what holds them."""
    gap = "\n\n" if around or language.id != "python" else "\n\n\n"
    tests = gap.join(each.text for each in found)
    if not around:
        return tests
    inside = textwrap.indent(tests, _INDENTS[language.id])
    if language.id == "python":
        return f"class {around}(unittest.TestCase):\n{inside}"
    if language.id == "rust":
        return f"#[cfg(test)]\nmod {around} {{\n    use super::*;\n\n{inside}\n}}"
    return f"class {around} {{\n{inside}\n}}"


def _importing(head: Sequence[str]) -> list[str]:
    return [line for line in head if re.match(r"import\b|from\b|const\b|use\b", line)]


def _has(text: str, line: str) -> bool:
    """Whether a file imports what a line would: the line itself, or for Go, JavaScript and Python the same names."""
    if re.search(rf"(?m)^[ \t]*{re.escape(line.rstrip(';'))};?[ \t]*$", text):
        return True
    quoted = re.search(r"\"([^\"]+)\"", line)
    if quoted is not None and line.startswith('import "'):
        return f'"{quoted[1]}"' in text
    taken = re.match(r"(?:from (\S+) import|(?:import|const) \{) ?(\w+)", line)
    if taken is not None and taken[1]:
        return re.search(rf"(?m)^from {re.escape(taken[1])} import [^\n]*\b{taken[2]}\b", text) is not None or (
            re.search(rf"from {re.escape(taken[1])} import \([^)]{{0,4000}}\b{taken[2]}\b", text) is not None
        )
    bound = re.match(r"(?:import|const) (?:\{ (.+?) \}|(\w+)) (?:from|=)", line)
    if bound is None:
        return False
    names = (bound[1] or bound[2]).split(", ")
    return all(re.search(rf"(?m)^(?:import|const|let|var)\b[^\n]*\b{re.escape(name)}\b", text) for name in names)


def _importing_splices(tree: tree_sitter.Tree, data: bytes, missing: Sequence[str]) -> list[Splice]:
    """Where imports come: behind the last of those at the top, else behind a docstring or comments, else first."""
    if not missing:
        return []
    end = 0
    for node in tree.root_node.named_children:
        if node.type in _IMPORTS or _REQUIRE.match(node.text or b""):
            end = node.end_byte
        elif end or not (node.type == "comment" or _is_docstring(node)):
            break
        elif _is_docstring(node):
            end = node.end_byte
    at = len(data[:end].decode("utf-8", "surrogatepass"))
    lines = "\n".join(missing)
    return [Splice(at, at, f"\n{lines}" if end else f"{lines}\n\n")]


def _is_docstring(node: tree_sitter.Node) -> bool:
    return (
        node.type == "expression_statement" and node.named_child_count == 1 and node.named_children[0].type == "string"
    )


def _adding(language: Language, tree: tree_sitter.Tree, data: bytes, found: Sequence[Case], around: str) -> Splice:
    """Tests behind the last statement, but before a script's last `if`, or inside what holds the others."""
    holder = _holder(language, tree, around)
    gap = _GAPS.get(language.id, "\n\n")
    if holder is not None:
        inside = data[: holder.children[-1].start_byte].decode("utf-8", "surrogatepass")
        at, before = len(inside), inside.rstrip()
        tests = textwrap.indent("\n\n".join(each.text for each in found), _INDENTS[language.id])
        return Splice(len(before), at, f"\n\n{tests}\n")
    children = tree.root_node.children
    end = len(data)
    tail = ""
    last = children[-1] if language.id == "python" and children else None
    if last is not None and last.type == "if_statement" and (last.text or b"").startswith(b"if __name__"):
        end, tail = last.start_byte, "\n\n\n"
    text = data[:end].decode("utf-8", "surrogatepass")
    kept = len(text.rstrip())
    return Splice(kept, len(text), f"{gap}{_block(language, found, around)}{tail or chr(10)}")


def _holder(language: Language, tree: tree_sitter.Tree, around: str) -> tree_sitter.Node | None:
    """The body of Rust's module of tests, or of Java's class: tests go into it."""
    wanted = {"rust": "mod_item", "java": "class_declaration"}.get(language.id)
    for node in tree.root_node.named_children:
        name = node.child_by_field_name("name")
        if wanted and node.type == wanted and name is not None and name.text == around.encode():
            return node.child_by_field_name("body")
    return None
