"""Which definitions of a file an instruction speaks of, by their names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from codeassist.edit.parts import BOUND, Part
from codeassist.edit.tables import tables, words

MOST = 6
_COMPARED = 100
_CHARACTERS = 4_000  # of an instruction
_KIND = "function|method|class|struct|enum|trait|interface|type|constructor|property|module|namespace|macro|component"
_NAME = re.compile(r"[A-Za-z_$~][\w$]*[?!]?(?:(?:\.|::|#|->)[A-Za-z_$~][\w$]*[?!]?)*")
_SPLIT = re.compile(r"\.|::|#|->")
_CODE = re.compile(r"_|[a-z\d][A-Z]|\d|^[A-Z]{2,}$|[?!]$")


def mentioned(parts: Sequence[Part], instruction: str) -> list[Part]:
    """The definitions that are meant, the innermost where one is in another; at most `MOST`, in the file's order.

    A name that several have, and of which nothing tells which one, is left out. Constants are meant only if nothing
    else is.
    """
    surely, perhaps = _words(instruction[:_CHARACTERS])
    for names in (surely, perhaps):
        found = [each for each in _of(parts, names) if not each.broken][:_COMPARED]
        code = [each for each in found if each.kind not in BOUND] or found
        inner = [each for each in code if not any(_inside(other, each) for other in code)]
        if inner:
            return inner[:MOST]
    return []


def _words(instruction: str) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Names as tuples of their parts: those that are code for sure, and those that may be."""
    surely, perhaps, prose = [], [], words(tables().prose)
    for match in _NAME.finditer(instruction):
        parts = tuple(_SPLIT.split(match[0]))
        before, after = instruction[: match.start()][-40:], instruction[match.end() :][:40]
        quoted = before.endswith(("`", "'", '"')) and after.startswith(("`", "'", '"', "(", "()"))
        called = after.startswith("(") or re.match(rf"`?\s+(?:{_KIND})\b", after)
        told = re.search(rf"\b(?:{_KIND})\s+`?$", before) and (match[0].lower() not in prose or quoted)
        if quoted or called or told or len(parts) > 1 or _CODE.search(match[0]):
            surely.append(parts)
        if match[0].lower() not in prose and len(match[0]) > 1:
            perhaps.append(parts)
    return surely, perhaps


def _of(parts: Sequence[Part], wanted: Sequence[tuple[str, ...]]) -> list[Part]:
    """The definitions with these names, in the order of the text."""
    by_name: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        by_name[part.name].append(part)
    alone = {name for names in wanted for name in names}
    found: dict[Part, None] = {}
    for names in wanted:
        for depth in range(len(names), 0, -1):  # `Runner.run`, else what of it is here
            some = _narrowed(by_name.get(names[depth - 1], []), (*names[: depth - 1],), alone)
            if len(some) == 1:
                found[some[0]] = None
                break
    return sorted(found, key=lambda each: each.start)


def _narrowed(some: Sequence[Part], before: tuple[str, ...], alone: set[str]) -> Sequence[Part]:
    """Those of one name that are meant: by what is around them, by having a body, by being at the top."""
    for fits in (
        lambda each: not before or tuple(each.container.split("."))[-len(before) :] == before,
        lambda each: each.container.split(".")[-1] in alone,
        lambda each: each.body >= 0,
        lambda each: not each.container,
    ):
        if len(some) > 1:
            some = [each for each in some if fits(each)] or some
    return some


def _inside(inner: Part, outer: Part) -> bool:
    return inner is not outer and outer.start <= inner.start and inner.end <= outer.end
