"""The assertions of a test, one by one: a test of which some fail is worth the others."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from codeassist.context.languages import Language, encode, parse_within
from codeassist.edit.presets.testcases import Case

if TYPE_CHECKING:
    import tree_sitter

_SECONDS = 0.5
_NODES, _MOST = 400, 24
_ASSERTS = re.compile(rb"assert\b|self\.assert|(?:await )?expect\(|assert[.(]")
_BODIES = ("block", "statement_block")


def parts(language: Language, case: Case) -> list[Case]:
    """The test with only one of its assertions, for each of them; none where it has only one.

    Each has a name of its own.
    """
    count = len(_assertions(language, case))
    if count < 2 or count > _MOST:
        return []
    return [_named(with_only(language, case, {number}), number + 1) for number in range(count)]


def with_only(language: Language, case: Case, kept: Collection[int]) -> Case:
    """The test without assertions but those of these numbers, from 0; the statements between them stay."""
    data = encode(case.text)
    for number, (start, end) in reversed(list(enumerate(_assertions(language, case)))):
        if number not in kept:
            begin = data.rfind(b"\n", 0, start)
            data = data[: max(0, begin)] + data[end:]
    return replace(case, text=data.decode("utf-8", "surrogatepass"))


def _assertions(language: Language, case: Case) -> list[tuple[int, int]]:
    """Where the assertions are that stand for themselves in the test's own body, in bytes of its text."""
    tree = parse_within(language, case.text, _SECONDS)
    body = _body(tree.root_node) if tree is not None else None
    if body is None:
        return []
    found = [each for each in body.named_children if _ASSERTS.match(each.text or b"")]
    data = encode(case.text)
    alone = [each for each in found if not data[data.rfind(b"\n", 0, each.start_byte) + 1 : each.start_byte].strip()]
    return [(each.start_byte, each.end_byte) for each in alone] if len(alone) == len(found) else []


def _body(root: tree_sitter.Node) -> tree_sitter.Node | None:
    """The body of the outermost function."""
    pending, seen = [root], 0
    while pending and seen < _NODES:
        node = pending.pop(0)
        seen += 1
        if node.type in _BODIES:
            return node
        pending += node.named_children
    return None


def _named(case: Case, number: int) -> Case:
    joint = " " if " " in case.name else "_"
    name = f"{case.name}{joint}part{joint}{number}"
    return replace(case, name=name, text=case.text.replace(case.name, name, 1))
