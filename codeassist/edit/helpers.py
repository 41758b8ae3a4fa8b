"""Definitions that a reply brings along: those that its node uses and that are nowhere in the file are kept."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import NamedTuple

from codeassist.edit.imports import known_names
from codeassist.edit.indentation import moved, unit_of
from codeassist.edit.original import Splice
from codeassist.edit.parts import Part, Syntax
from codeassist.edit.picking import Reading, comments_above, comments_begin, own_comments
from codeassist.edit.target import Target

_MOST = 12
_MEMBERS = frozenset({"method", "constructor", "property"})


class Kept(NamedTuple):
    """Code to enter with a node: at the top level before it, and beside it; `names`: what all of it uses."""

    before: tuple[str, ...]
    beside: tuple[str, ...]
    names: frozenset[str]


def helpers(file: Syntax, target: Target, reading: Reading, node: Part) -> Kept:
    """The helpers of a reply, in its order, with their comments; those that helpers need too."""
    code = reading.syntax
    names = set(code.tokens(node.start, node.end))
    there = known_names(file) | {each.name for each in file.parts}
    others = [each for each in reading.parts if not _overlaps(each, node) and each.name not in there]
    free = [each for each in others if not any(_overlaps(each, one) and each is not one for one in others[: _MOST * 8])]
    chosen: dict[Part, None] = {}
    while len(chosen) < _MOST:
        more = [each for each in free if each not in chosen and each.name in names]
        if not more:
            break
        chosen[more[0]] = None
        names |= set(code.tokens(more[0].start, more[0].end))
    before: list[str] = []
    beside: list[str] = []
    unit = unit_of(file.text)
    for part in sorted(chosen, key=lambda each: each.start):
        member = _is_member(code, part, node, target)
        indent = target.indent if member else ""
        text = moved(reading.lines_of(part), file.language, indent, unit)
        comments = own_comments(comments_above(code, part.start, reading.start).split("\n"))
        whole = "\n".join([*(comments.split("\n") if comments else []), text])
        (beside if member else before).append(_indented(whole, comments, indent))
    return Kept(tuple(before), tuple(beside), frozenset(names))


def _indented(text: str, comments: str, indent: str) -> str:
    """Comment lines but the first at the depth of what they belong to."""
    count = comments.count("\n") + 1 if comments else 0
    lines = text.split("\n")
    return "\n".join(indent + line if 0 < number <= count else line for number, line in enumerate(lines))


def _overlaps(one: Part, other: Part) -> bool:
    return one.start < other.end and other.start < one.end


def _is_member(code: Syntax, part: Part, node: Part, target: Target) -> bool:
    """Whether a helper belongs beside a method: it is one, or is used as one."""
    if "." not in target.name or not target.indent:
        return False
    if part.kind in _MEMBERS or (part.container and part.container == node.container):
        return True
    used = list(code.tokens(node.start, node.end))
    pairs = itertools.pairwise(used)
    return any(before in (".", "->", "::") and name == part.name for before, name in pairs)


def placed(file: Syntax, target: Target, before: Iterable[str]) -> list[Splice]:
    """Helpers entered at the top level, before the outermost definition that holds the target."""
    texts = list(before)
    if not texts:
        return []
    around = [each for each in file.outermost() if each.start <= target.start and target.end <= each.end]
    start = around[0].start if around else target.start
    place = comments_begin(file, start)
    gap = "\n\n\n" if file.language.blocks == "indent" else "\n\n"
    return [Splice(place, place, "".join(f"{each}{gap}" for each in texts))]
