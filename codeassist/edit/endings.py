"""Line endings of a file of which stretches are replaced: lines that stay keep theirs, new ones take a neighbour's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from codeassist.review.hunks import Effort, compare
from codeassist.text import SourceText

if TYPE_CHECKING:
    from codeassist.edit.original import Splice

_NEWLINE = re.compile(r"\r\n|\n|\r")


class _Region(NamedTuple):
    """Whole lines, numbered from 0, the last included, and what they become; neither with the last one's end."""

    first: int
    last: int
    old: str
    new: str


_Line = tuple[str, str]  # and its end


def rejoined(raw: str, source: SourceText, splices: Sequence[Splice]) -> str:
    """The characters of a file after splices, which are in order and do not overlap.

    `raw` are those of now, with their own line endings; `source.text` has LF in their place.
    """
    text = source.text
    if "\r" not in raw:
        return _spliced(text, 0, len(text), splices)
    if raw == text.replace("\n", source.newline):
        return _spliced(text, 0, len(text), splices).replace("\n", source.newline)
    ends = [*_NEWLINE.findall(raw), ""]
    lines = list(zip(text.split("\n"), ends, strict=True))
    found: list[_Line] = []
    at = 0
    for region in _regions(text, splices):
        found += [*lines[at : region.first], *_ended(region, ends, source.newline)]
        at = region.last + 1
    return "".join(_apart([*found, *lines[at:]]))


def _spliced(text: str, start: int, end: int, splices: Sequence[Splice]) -> str:
    """Characters `start` to `end` of the text, with what is replaced in them."""
    parts = []
    for each in splices:
        parts += [text[start : each.start], each.text]
        start = each.end
    return "".join([*parts, text[start:end]])


def _regions(text: str, splices: Sequence[Splice]) -> Iterator[_Region]:
    """The lines that splices touch; splices on a line that both touch are one region."""
    group: list[Splice] = []
    first = last = at = 0
    for each in splices:
        begin = last + text.count("\n", at, each.start)
        if group and begin > last:
            yield _region(text, group, first, last)
            group = []
        first = first if group else begin
        last, at = begin + text.count("\n", each.start, each.end), each.end
        group.append(each)
    if group:
        yield _region(text, group, first, last)


def _region(text: str, group: Sequence[Splice], first: int, last: int) -> _Region:
    start = text.rfind("\n", 0, group[0].start) + 1
    end = text.find("\n", group[-1].end)
    end = len(text) if end < 0 else end
    return _Region(first, last, text[start:end], _spliced(text, start, end, group))


def _ended(region: _Region, ends: Sequence[str], usual: str) -> Iterator[_Line]:
    """The new lines of a region with their ends; the last one's was never touched."""
    lines = region.new.split("\n")
    same = _same(region)
    before = ends[region.first - 1] if region.first else ""
    for number, line in enumerate(lines[:-1]):
        own = ends[region.first + same[number]] if number in same else ""
        before = own or before or ends[region.first] or usual
        yield line, before
    yield lines[-1], ends[region.last]


def _same(region: _Region) -> dict[int, int]:
    """The new lines that are old ones, by their numbers in the region."""
    found: dict[int, int] = {}
    old = new = 0
    end = region.new.count("\n") + 1
    for hunk in [*compare(f"{region.old}\n", f"{region.new}\n", Effort()), None]:
        until = hunk.new_start - 1 if hunk else end
        found.update((line, old + line - new) for line in range(new, until))
        if hunk:
            old, new = hunk.old_start - 1 + hunk.old_count, until + hunk.new_count
    return found


def _apart(lines: Iterable[_Line]) -> Iterator[str]:
    """Lines with their ends; a CR and an LF that come to stand behind each other would be one end."""
    before = ""
    for line, end in lines:
        before = "\r" if (before, line, end) == ("\r", "", "\n") else end
        yield line
        yield before
