"""The functions that a change touches, and whether it alters what they do: comments and formatting do not count."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from codeassist.context.languages import Language, encode, language_for
from codeassist.context.scope import kind_of, name_of
from codeassist.review.change import FileChange

if TYPE_CHECKING:
    import tree_sitter

_FUNCTIONS = frozenset({"function", "method", "constructor"})
_MOST_NODES = 50_000  # looked at in one file
_MOST_TOKENS = 50_000  # of one function
_LONGEST = 10_000  # bytes of one token
_CLOSERS = (b")", b"]", b"}")
_QUOTES = bytes.maketrans(b"'", b'"')


class _Function(NamedTuple):
    """A function with the names around it, and its line, from 1."""

    name: str
    line: int
    node: tree_sitter.Node


def altered(change: FileChange) -> list[tuple[str, int]]:
    """The functions that were there before and do something else now: name and line (1-based) in the new text.

    A function that comes, goes, or is there more than once is left out; so is everything in a file that is broken.
    """
    tree, before, language = change.tree, change.old_tree, change.language
    if tree is None or before is None or language is None or language is not language_for(change.old_path):
        return []
    if tree.root_node.has_error or before.root_node.has_error:
        return []
    new, old = encode(change.new or ""), encode(change.old or "")
    lines = [(hunk.new_start - 1, hunk.new_start + hunk.new_count) for hunk in change.hunks]
    old_lines = [(hunk.old_start - 1, hunk.old_start + hunk.old_count) for hunk in change.hunks]
    earlier = _single(_touching(language, before, old_lines))
    return [
        (name, function.line)
        for name, function in _single(_touching(language, tree, lines)).items()
        if name in earlier and _tokens(function.node, new) != _tokens(earlier[name].node, old)
    ]


def _single(functions: Iterator[_Function]) -> dict[str, _Function]:
    found: dict[str, list[_Function]] = {}
    for each in functions:
        found.setdefault(each.name, []).append(each)
    return {name: some[0] for name, some in found.items() if len(some) == 1}


def _touching(language: Language, tree: tree_sitter.Tree, lines: Sequence[tuple[int, int]]) -> Iterator[_Function]:
    """The outermost functions that hold one of these stretches of lines (1-based, both included), in order."""
    waiting: list[tuple[str, tree_sitter.Node]] = [("", tree.root_node)]
    ends = [end for _, end in lines]
    looked = 0
    while waiting and looked < _MOST_NODES:
        around, node = waiting.pop()
        looked += 1
        kind = kind_of(language, node) if node.type in language.definitions or node.type in language.bindings else ""
        name = f"{around}.{name_of(language, node)}" if kind else around
        if kind in _FUNCTIONS:
            yield _Function(name.removeprefix("."), node.start_point.row + 1, node)
            continue
        waiting += [(name, child) for child in reversed(node.named_children) if _meets(child, ends, lines)]


def _meets(node: tree_sitter.Node, ends: Sequence[int], lines: Sequence[tuple[int, int]]) -> bool:
    following = bisect_left(ends, node.start_point.row + 1)
    return following < len(lines) and lines[following][0] <= node.end_point.row + 1


def _tokens(node: tree_sitter.Node, data: bytes) -> list[bytes]:
    """The words and signs of a function, without comments, documentation and what formatters change."""
    found: list[bytes] = []
    cursor = node.walk()
    while len(found) < _MOST_TOKENS:
        here = cursor.node
        if here is not None and _speaks(here):
            if cursor.goto_first_child():
                continue
            _add(found, data[here.start_byte : min(here.end_byte, here.start_byte + _LONGEST)])
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return found
    return found


def _speaks(node: tree_sitter.Node) -> bool:
    """False for comments, and for strings that stand alone: documentation."""
    if "comment" in node.type:
        return False
    inner = node.child(0) if node.type == "expression_statement" and node.child_count == 1 else None
    return inner is None or inner.type != "string"


def _add(found: list[bytes], token: bytes) -> None:
    if not token.strip() or token == b";":
        return
    if token in _CLOSERS and found and found[-1] == b",":
        found.pop()
    found.append(token.translate(_QUOTES))
