"""Whether a changed text is what it was but for the places that were to change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from codeassist.edit.original import Splice
from codeassist.edit.parts import Part, Syntax


class Change(NamedTuple):
    """A text before and after splices, parsed."""

    old: Syntax
    new: Syntax
    splices: Sequence[Splice]


def applied(text: str, splices: Sequence[Splice]) -> str:
    """A text after splices that do not overlap."""
    at, parts = 0, []
    for each in sorted(splices, key=lambda one: (one.start, one.end)):
        parts += [text[at : each.start], each.text]
        at = each.end
    return "".join([*parts, text[at:]])


def bare_lines(text: str) -> list[str]:
    """The lines of a text without blanks at their ends, and without blank lines at its own."""
    return [line.rstrip() for line in text.rstrip().split("\n")]


def shifted(splices: Sequence[Splice], place: int, *, behind: bool = False) -> int:
    """Where a character is after splices; what is entered just there comes before it, unless it is `behind`."""
    delta = sum(
        len(each.text) - (each.end - each.start)
        for each in splices
        if each.end <= place and not (behind and each.start == each.end == place)
    )
    return place + delta


def others_stay(change: Change) -> bool:
    """Whether every definition outside of the splices is what it was, and no other one is there."""
    splices, stretches = change.splices, ranges(change.splices)
    outside = (each for each in change.new.parts if not any(begin <= each.start < end for begin, end in stretches))
    new = {_key(each): each for each in outside}
    for part in change.old.parts:
        if any(_holds(one, part) for one in splices):
            continue
        found = new.pop(_key(part._replace(start=shifted(splices, part.start))), None)
        ends = {shifted(splices, part.end), shifted(splices, part.end, behind=True)}
        if found is None or found.end not in ends:
            return False
    return not new


def ranges(splices: Sequence[Splice]) -> list[tuple[int, int]]:
    """Where what splices bring is in the new text, in their order there."""
    found, grown = [], 0
    for each in sorted(splices, key=lambda one: (one.start, one.end)):
        begin = each.start + grown
        found.append((begin, begin + len(each.text)))
        grown += len(each.text) - (each.end - each.start)
    return found


def _key(part: Part) -> tuple[str, str, int]:
    return part.kind, part.full_name, part.start


def _holds(splice: Splice, part: Part) -> bool:
    return splice.start <= part.start and part.end <= splice.end and splice.start < splice.end
