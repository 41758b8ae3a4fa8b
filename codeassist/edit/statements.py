"""From lines to the smallest run of whole sibling statements that covers them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from codeassist.context.languages import encode
from codeassist.edit.parts import Syntax
from codeassist.edit.tables import tables, words

if TYPE_CHECKING:
    import tree_sitter

_MARKS = re.compile(r"[\s;,]*")
_DEEPEST = 20_000  # nodes around a place


class Lines(NamedTuple):
    """What stands on some lines, without blank lines at their ends; `code`: without comments there either, empty if
    there is nothing else."""

    start: int
    end: int
    code: tuple[int, int]


def on_lines(text: str, syntax: Syntax | None, first: int, last: int) -> Lines:
    """What stands on lines `first` to `last`, from 1; empty where they are blank."""
    begins = _begin_of(text, first)
    ends = _begin_of(text, last + 1)
    piece = text[begins:ends]
    if not piece.strip():
        return Lines(begins, begins, (begins, begins))
    start, end = begins + len(piece) - len(piece.lstrip()), begins + len(piece.rstrip())
    return Lines(start, end, _without_comments(syntax, start, end) if syntax else (start, end))


def _begin_of(text: str, line: int) -> int:
    at = 0
    for _ in range(line - 1):
        at = text.find("\n", at) + 1
        if at == 0:
            return len(text)
    return at


def _without_comments(syntax: Syntax, start: int, end: int) -> tuple[int, int]:
    """The stretch without the comments that it begins or ends with; empty if there is nothing else."""
    text = syntax.text
    comments = _comments(syntax, start, end)
    begin, stop = start, end
    for one, other in comments:
        if not text[begin:one].strip():
            begin = max(begin, other)
    for one, other in reversed(comments):
        if not text[other:stop].strip():
            stop = min(stop, one)
    piece = text[begin:stop]
    if not piece.strip():
        return start, start
    return begin + len(piece) - len(piece.lstrip()), begin + len(piece.rstrip())


def _comments(syntax: Syntax, start: int, end: int) -> list[tuple[int, int]]:
    """Comments as characters, in the order of the text, those that may touch a stretch."""
    data = syntax.captures.data
    first, last = len(encode(syntax.text[:start])), len(encode(syntax.text[:end]))
    found = [each for each in syntax.captures.comments.values() if each.end_byte > first and each.start_byte < last]
    spans = sorted((each.start_byte, each.start_byte + len(_bytes(data, each).rstrip())) for each in found)
    return [(syntax.places[one], syntax.places[other]) for one, other in spans]


def _bytes(data: bytes, node: tree_sitter.Node) -> bytes:
    return data[node.start_byte : node.end_byte]


def covering(syntax: Syntax, start: int, end: int) -> tuple[int, int] | None:
    """The smallest run of siblings that covers characters; None where the text does not parse around them."""
    first, last = len(encode(syntax.text[:start])), len(encode(syntax.text[:end]))
    holders, sound = _holders(syntax, first, last)
    if not sound:
        return None
    for holder in reversed(holders):
        run = _run(syntax, holder, first, last)
        if run is not None:
            return run
    return None


def _holders(syntax: Syntax, first: int, last: int) -> tuple[list[tree_sitter.Node], bool]:
    """The nodes around bytes whose children are statements, the outermost first; False if an ERROR is among them."""
    cursor, table = syntax.tree.walk(), tables()
    holders = words(table.holders)
    found: list[tree_sitter.Node] = []
    for _ in range(_DEEPEST):
        node = cursor.node
        if node is None or node.is_error:
            return [], False
        if not found or node.type in holders or syntax.language.id in table.some_holders.get(node.type, ()):
            found.append(node)
        if cursor.goto_first_child_for_byte(first) is None or cursor.node is None:
            break
        if cursor.node.start_byte > first or cursor.node.end_byte < last:
            break
    return found, True


def _run(syntax: Syntax, holder: tree_sitter.Node, first: int, last: int) -> tuple[int, int] | None:
    """The children of a node that cover bytes, if they do."""
    children = list(_statements(holder))
    touched = [number for number, each in enumerate(children) if each.end_byte > first and each.start_byte < last]
    if not touched:
        return None
    begin, end = touched[0], touched[-1]
    while begin > 0 and children[begin].type == "heredoc_body":  # of a statement before it (Ruby)
        begin -= 1
    while end + 1 < len(children) and children[end + 1].type == "heredoc_body":
        end += 1
    run = children[begin : end + 1]
    if any(each.has_error for each in run):
        return None
    data, at = syntax.captures.data, syntax.places
    start, stop = run[0].start_byte, run[-1].start_byte + len(_bytes(data, run[-1]).rstrip())
    if first < start:
        return None
    if stop < last:
        if not _MARKS.fullmatch(data[stop:last].decode("utf-8", "replace")):
            return None
        stop = last
    return at[start], at[stop]


def _statements(holder: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    cursor, asides = holder.walk(), words(tables().asides)
    if not cursor.goto_first_child():
        return
    while True:
        node = cursor.node
        named = node is not None and node.is_named and "comment" not in node.type
        if node is not None and named and cursor.field_name not in asides:
            yield node
        if not cursor.goto_next_sibling():
            return


def with_line_comment(syntax: Syntax, end: int) -> int:
    """Where a stretch ends that takes the comment behind it with it, if one is on its last line."""
    newline = syntax.text.find("\n", end)
    newline = len(syntax.text) if newline < 0 else newline
    rest = syntax.text[end:newline]
    if not rest.strip():
        return end
    behind = end + len(rest) - len(rest.lstrip())
    for one, other in _comments(syntax, behind, newline):
        if one == behind and other <= newline and not syntax.text[other:newline].strip():
            return other
    return end
