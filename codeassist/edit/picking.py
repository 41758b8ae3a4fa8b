"""Finds in a reply the definition that was asked for, and what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codeassist.edit.original import Splice
from codeassist.edit.outside import applied
from codeassist.edit.parts import Part, Syntax, syntax, syntax_of
from codeassist.edit.target import Target

_OPENINGS = {"php": "<?php\n"}  # without which everything is text
_HEADED = frozenset({"function_definition", "class_definition"})  # of Python
_AKIN = (
    frozenset({"class", "struct", "record", "interface", "type", "enum", "trait"}),
    frozenset({"function", "method"}),
)
_NOISE = re.compile(
    r"\b(?:here(?:'s| is)|updated|modified|changed|revised|new|fixed|improved|refactored)\b.*"
    r"\b(?:version|function|code|method|class|implementation)\b|:\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Reading:
    """A reply that was parsed, alone or where it would stand; `start` to `end` are its own characters."""

    syntax: Syntax
    start: int
    end: int

    @property
    def parts(self) -> list[Part]:
        """The definitions that the reply has."""
        return [each for each in self.syntax.parts if self.start <= each.start and each.end <= self.end]

    def lines_of(self, part: Part) -> str:
        """The text of a definition, with the blanks before its first line."""
        text = self.syntax.text
        begin = max(text.rfind("\n", 0, part.start) + 1, self.start)
        lead = text[begin : part.start]
        return (lead if not lead.strip() else "") + text[part.start : part.end]


def readings(file: Syntax, target: Target, reply: str) -> Iterator[Reading]:
    """A reply as it can be read: by itself, and in the target's place (a method alone is no code in many languages)."""
    opening = _OPENINGS.get(file.language.id, "")
    opening = "" if "<?" in reply else opening
    alone = syntax(file.language, f"{opening}{reply}\n")
    if alone is not None:
        yield Reading(alone, len(opening), len(opening) + len(reply))
    text = file.text
    begin = text.rfind("\n", 0, target.start) + 1
    begin = begin if not text[begin : target.start].strip() else target.start
    inside = syntax(file.language, applied(text, [Splice(begin, target.end, reply)]))
    if inside is not None:
        yield Reading(inside, begin, begin + len(reply))


@dataclass(frozen=True)
class Freedom:
    """What of a definition may become another.

    Attributes:
        signature: its signature, and a type's kind (a class that becomes a record).
        names: names that it may get.
    """

    signature: bool = False
    names: frozenset[str] = frozenset()


def picked(reading: Reading, target: Target, freedom: Freedom) -> Part | None:
    """The definition of the target's kind and name; of several the one that stands and begins like it."""
    name, broken = own_name(target), _is_broken(target)
    around = target.name[: -len(name) - 1]
    fitting = [each for each in reading.parts if _is_like(each, target, freedom) and (broken or not each.broken)]
    found = [each for each in fitting if each.name == name] or [each for each in fitting if each.name in freedom.names]
    first = target.text.partition("\n")[0].strip()
    for fits in (
        lambda each: each.container == around,
        lambda each: around and each.container.rpartition(".")[2] == around.rpartition(".")[2],
        lambda each: not each.container,
    ):
        some = [each for each in found if fits(each)]
        same = [each for each in some if reading.syntax.text[each.start : each.end].startswith(first)]
        if some:
            return (same or some)[0]
    return found[0] if len(found) == 1 and around else None


def _is_like(part: Part, target: Target, freedom: Freedom) -> bool:
    """Whether a definition is of the target's kind; in Python with a body: the grammar takes a head alone for one."""
    empty = part.type in _HEADED and not part.body < part.end
    kinds = freedom.signature and any(part.kind in some and target.kind in some for some in _AKIN)
    return not empty and (part.kind == target.kind or kinds)


def own_name(target: Target) -> str:
    """The name of a target without what is around it; some have dots in themselves (`namespace Shop.Orders`)."""
    part = _own(target)
    return part.name if part else target.name.rpartition(".")[2]


def _is_broken(target: Target) -> bool:
    """Whether a place in the target does not parse: macros of C, or what is to be mended."""
    part = _own(target)
    return part is not None and part.broken


def _own(target: Target) -> Part | None:
    file = syntax_of(target.original.path, target.original.text)
    parts = file.parts if file else ()
    return next((each for each in parts if (each.start, each.full_name) == (target.start, target.name)), None)


def comments_above(syntax: Syntax, place: int, least: int = 0) -> str:
    """The comment lines right above a line, without their indentation; none above `least`."""
    start = comments_begin(syntax, place, least)
    begin = syntax.text.rfind("\n", 0, place) + 1
    return (
        "\n".join(line.strip() for line in syntax.text[start:begin].rstrip("\n").split("\n")) if start < begin else ""
    )


def comments_begin(syntax: Syntax, place: int, least: int = 0) -> int:
    """Where the line begins with which the comments right above a place begin; its own line's begin without any."""
    text = syntax.text
    begin = text.rfind("\n", 0, place) + 1
    row = text.count("\n", 0, begin) - 1
    data = syntax.captures.data
    while begin > least:
        comment = syntax.captures.comments.get(row)
        if comment is None or data[comment.start_byte - comment.start_point.column : comment.start_byte].strip():
            break
        above = begin
        for _ in range(row - comment.start_point.row + 1):
            above = text.rfind("\n", 0, above - 1) + 1
        if above < least:
            break
        begin, row = above, comment.start_point.row - 1
    return begin


def own_comments(lines: Sequence[str]) -> str:
    """Comments of a reply without what only says that here is the code."""
    return "\n".join(line for line in lines if line and not (line.startswith("#!") or _NOISE.search(line)))
