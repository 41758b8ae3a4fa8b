"""Imports that a reply brings: those that its code needs and the file lacks, and where they are entered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from codeassist.edit.importing import Imported, imported
from codeassist.edit.original import Splice
from codeassist.edit.parts import Syntax
from codeassist.edit.tables import tables, words

if TYPE_CHECKING:
    import tree_sitter

_MOST_NODES = 20_000  # at the top of a file that are looked at
_ASSIGNED = re.compile(r"^([^\W\d]\w*)\s*(?::[^=\n]{1,200})?=", re.MULTILINE)
_FIRST_LINE = re.compile(r"#!|#[^\n]*(?:coding|frozen_string_literal)")


def brought(reply: Syntax) -> list[Imported]:
    """What the top of a reply imports."""
    return [each for node in import_nodes(reply) for each in imported(reply.language.id, text_of(reply, node))]


def lacking(found: Iterable[Imported], file: Syntax, used: frozenset[str]) -> list[str]:
    """Statements for those that are used, and that nothing in the file defines or imports."""
    known = known_names(file)
    statements = {" ".join(text_of(file, node).split()) for node in import_nodes(file)}
    frames: dict[str, dict[str, None]] = {}
    for each in found:
        wanted = each.name in used if each.name else not each.hints.isdisjoint(used)
        if not wanted or each.name in known or " ".join(each.text.split()) in statements:
            continue
        if each.name:
            known.add(each.name)
        frames.setdefault(each.frame or each.text, {})[each.text] = None
    return [frame.replace("{}", ", ".join(items)) if "{}" in frame else frame for frame, items in frames.items()]


def known_names(file: Syntax) -> set[str]:
    """The names that the top level of a file has."""
    found = {each.name for each in file.parts if not each.container}
    for node in import_nodes(file):
        found |= {each.name for each in imported(file.language.id, text_of(file, node))}
    return (found | set(_ASSIGNED.findall(file.text))) - {""}


def entered(file: Syntax, statements: Sequence[str]) -> list[Splice]:
    """Statements, entered behind the file's last import at its top, else where its first would be."""
    if not statements:
        return []
    text = "\n".join(statements)
    imports = list(_leading(file))
    if imports:
        place = _end(file, imports[-1])
        return [Splice(place, place, f"\n{text}")]
    place = _first_place(file)
    if place:
        gap = "" if file.text[place:].startswith("\n\n") or not file.text[place:].strip() else "\n"
        return [Splice(place, place, f"\n\n{text}{gap}")]
    gap = "\n" if not file.text.strip() else "\n\n\n" if file.language.blocks == "indent" else "\n\n"
    return [Splice(0, 0, f"{text}{gap}")]


def import_nodes(syntax: Syntax) -> Iterator[tree_sitter.Node]:
    """Statements that import, at the top level, in the order of the text."""
    table = tables()
    kinds = words(table.imports.get(syntax.language.id, ""))
    holders = words(table.import_holders)
    for node in _top(syntax, holders):
        if node.type in kinds and (node.type not in _LOOSE or imported(syntax.language.id, text_of(syntax, node))):
            yield node


_LOOSE = frozenset({"call", "lexical_declaration", "variable_declaration"})  # of which only some import


def text_of(syntax: Syntax, node: tree_sitter.Node) -> str:
    """The text of a node, without the end of its line."""
    return syntax.captures.data[node.start_byte : node.end_byte].decode("utf-8", "replace").rstrip()


def _top(syntax: Syntax, holders: frozenset[str]) -> Iterator[tree_sitter.Node]:
    """The nodes at the top level; those of include guards and namespaces too."""
    pending = list(reversed(syntax.tree.root_node.named_children[:_MOST_NODES]))
    seen = 0
    while pending and seen < _MOST_NODES:
        node = pending.pop()
        seen += 1
        if node.type in holders and not node.has_error:
            pending += reversed(node.named_children)
        else:
            yield node


def _leading(file: Syntax) -> Iterator[tree_sitter.Node]:
    """The imports before the file's first definition."""
    first = next((each.start for each in file.definitions() if each.kind not in _AROUND), len(file.text))
    for node in import_nodes(file):
        if file.places[node.start_byte] >= first:
            return
        yield node


_AROUND = frozenset({"namespace", "module"})


def _end(file: Syntax, node: tree_sitter.Node) -> int:
    """The end of the line that a node ends on."""
    place = file.places[node.start_byte + len(text_of(file, node).encode("utf-8", "surrogatepass"))]
    end = file.text.find("\n", place)
    return len(file.text) if end < 0 else end


def _first_place(file: Syntax) -> int:
    """Behind what has to stand before imports: a first line for programs, a docstring, a package's name."""
    before = words(tables().before_imports)
    place = 0
    for node in file.tree.root_node.named_children[:_MOST_NODES]:
        text, comment = text_of(file, node), "comment" in node.type
        end = _end(file, node)
        if comment and not (_FIRST_LINE.match(text) or text.startswith("//!") or file.text[end : end + 2] == "\n\n"):
            continue
        if not comment and node.type not in before and not _is_documentation(node):
            break
        place = end
    return place


def _is_documentation(node: tree_sitter.Node) -> bool:
    return node.type == "expression_statement" and [each.type for each in node.named_children] == ["string"]
