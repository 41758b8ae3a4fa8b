"""Syntax errors of a changed file: which a parser sees, which were there before, and what bears them out."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from codeassist.context.languages import Language
from codeassist.review.change import FileChange

if TYPE_CHECKING:
    import tree_sitter

_MOST_FAULTS, _MOST_NODES = 100, 20_000
_MOST_COMPILED, _DEEPEST = 300_000, 300  # characters; nodes around a node of what Python's own parser is given
_SAME_PLACE = 1  # lines between an error and where it was before
_WORDS = 100  # characters of what the compiler says
_OPENING, _CLOSING = "([{", ")]}"
_DIRECTIVE = re.compile(r"[ \t]*#[ \t]*(if|else|elif|endif)")
_SHELL_WORDS = {"if": "fi", "case": "esac", "do": "done"}


@dataclass(frozen=True)
class Fault:
    """A syntax error in lines `line` to `end_line` (1-based); `told`: what a message may add, ": …" or ""."""

    line: int
    end_line: int
    told: str = ""

    def placed(self, file: FileChange) -> Fault:
        """The same at the line of the change that it is of: an error may be seen far from what makes it."""
        lines = places(file)
        within = [line for line in lines if self.line <= line <= self.end_line]
        line = min(within) if within else min(lines, key=lambda each: abs(each - self.line))
        return replace(self, line=line, end_line=line)


def places(file: FileChange) -> frozenset[int]:
    """The touched lines of the new text, and the line where lines were taken out."""
    return file.touched | {min(hunk.new_start, len(file.lines)) for hunk in file.hunks if not hunk.new_count}


def faults(tree: tree_sitter.Tree) -> list[Fault]:
    """The errors of a tree, in order; of a broken stretch only the outermost node counts."""
    found: list[Fault] = []
    if not tree.root_node.has_error:
        return found
    cursor = tree.walk()
    for _ in range(_MOST_NODES):
        node = cursor.node
        if node is None or len(found) == _MOST_FAULTS:
            break
        broken = node.is_missing or (node.is_error and cursor.depth > 0)
        if broken:
            found.append(_fault(node))
        if not broken and node.has_error and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return found or [_fault(tree.root_node)]
    return found


def _fault(node: tree_sitter.Node) -> Fault:
    told = f": '{node.type}' is missing" if node.is_missing and not node.is_named else ""
    return Fault(node.start_point[0] + 1, node.end_point[0] + 1, told)


def carried_over(file: FileChange, fault: Fault, before: Sequence[Fault]) -> bool:
    """True if the old text had an error at the same place."""
    line = _old_line(file, fault.line)
    return any(abs(each.line - line) <= _SAME_PLACE for each in before)


def _old_line(file: FileChange, line: int) -> int:
    moved = 0
    for hunk in file.hunks:
        if hunk.new_start > line:
            break
        if line < hunk.new_start + hunk.new_count:
            return hunk.old_start
        moved += hunk.old_count - hunk.new_count
    return line + moved


Word = Literal["right", "wrong", "unknown"]


def compile_python(tree: tree_sitter.Tree, text: str) -> tuple[Word, Fault | None]:
    """What Python's own parser says of a text; unknown where it is too long or too deep for it."""
    if len(text) > _MOST_COMPILED or _is_deep(tree):
        return "unknown", None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        line = error.lineno or 1
        return "wrong", Fault(line, line, f": {error.msg[:_WORDS]}" if error.msg != "invalid syntax" else "")
    except (ValueError, RecursionError, MemoryError):
        return "unknown", None
    return "right", None


def _is_deep(tree: tree_sitter.Tree) -> bool:
    cursor = tree.walk()
    while True:
        if cursor.depth > _DEEPEST:
            return True
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return False


def is_unbalanced(language: Language, text: str) -> bool:
    """True if brackets (in shells, also `if` and `fi` …) of a text do not match, outside of comments and strings.

    Of `#if` … `#else` … `#endif` only the first part counts.
    """
    expected: list[str] = []
    for match in _signs(language).finditer(_first_branches(text) if language.id in ("c", "cpp", "csharp") else text):
        sign = match["sign"]
        if not sign:
            continue
        if sign in _SHELL_WORDS or sign in _OPENING:
            expected.append(_SHELL_WORDS[sign] if sign in _SHELL_WORDS else _CLOSING[_OPENING.index(sign)])
        elif sign == ")" and expected[-1:] == ["esac"]:
            continue  # of a pattern
        elif not expected or expected.pop() != sign:
            return True
    return bool(expected)


@cache
def _signs(language: Language) -> re.Pattern[str]:
    words = [*_SHELL_WORDS, *_SHELL_WORDS.values()] if language.blocks == "shell" else []
    word = "".join(rf"|(?<![\w./$-]){word}(?![\w./=-])" for word in words)
    return re.compile(rf"(?:{language.comment})|(?:{language.string})|(?P<sign>[(){{}}\[\]]{word})", re.DOTALL)


def _first_branches(text: str) -> str:
    kept: list[str] = []
    skipped = 0  # conditionals around, counted from the branch that is left out
    for line in text.split("\n"):
        directive = _DIRECTIVE.match(line)
        word = directive[1] if directive else ""
        if skipped:
            skipped += (word == "if") - (word == "endif")
        elif word in ("else", "elif"):
            skipped = 1
        else:
            kept.append(line)
    return "\n".join(kept)
