"""What stands at a place of a changed file: code, a comment or a string, and which nodes are around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from codeassist.context.languages import encode
from codeassist.review.change import FileChange

if TYPE_CHECKING:
    import tree_sitter

Stand = Literal["code", "comment", "string"]

_DEEPEST = 2_000  # nodes around a place that are looked at
_COMMENTS = frozenset({"comment", "line_comment", "block_comment", "hash_bang_line"})
# Types of nodes that hold text, in any of the grammars; what is computed inside them is code again.
_STRINGS = frozenset(
    [
        "string",
        "string_literal",
        "raw_string_literal",
        "interpreted_string_literal",
        "template_string",
        "char_literal",
        "character_literal",
        "rune_literal",
        "encapsed_string",
        "heredoc_body",
        "nowdoc_body",
        "regex",
        "raw_string",
        "ansi_c_string",
        "translated_string",
        "verbatim_string_literal",
        "interpolated_string_expression",
        "bare_string",
        "bare_symbol",
        "simple_symbol",
        "delimited_symbol",
        "text",
        "jsx_text",
    ]
)
_COMPUTED = frozenset({"interpolation", "template_substitution", "command_substitution"})


def path_at(file: FileChange, line: int, column: int) -> list[tree_sitter.Node]:
    """The nodes around a character of the new text, from the root to the leaf; empty if there is no tree.

    `line` is 1-based, `column` counts characters from 0.
    """
    tree = file.tree
    if tree is None:
        return []
    point = (line - 1, len(encode(file.line(line)[:column])))
    cursor = tree.walk()
    around: list[tree_sitter.Node] = []
    while len(around) < _DEEPEST and cursor.node is not None and tuple(cursor.node.start_point) <= point:
        around.append(cursor.node)
        if cursor.goto_first_child_for_point(point) is None:
            break
    return around


def stand_at(file: FileChange, line: int, column: int) -> Stand:
    """Whether a character of the new text is code, or inside a comment or a string; code where there is no tree."""
    stand: Stand = "code"
    for node in path_at(file, line, column):
        kind = node.type
        if kind in _COMMENTS:
            return "comment"
        if kind in _STRINGS:
            stand = "string"
        elif kind in _COMPUTED:
            stand = "code"
    return stand
