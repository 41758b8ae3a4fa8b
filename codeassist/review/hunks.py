"""Which lines of two texts differ, in bounded time.

Lines that occur once in both texts are matched first, as far as they stand in the same order (Bram Cohen's patience
diff); what lies between is compared exactly where it is short, and is one hunk where it is long.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from codeassist.review.change import Hunk

_EXACT = 2_500  # pairs of lines that are compared at once rather than matched first
_MOST_EXACT = 250_000  # pairs of lines that are compared if nothing matches
_EFFORT = 10_000_000  # pairs of lines for all the files of a change: a few seconds at the very worst
_DEPTH = 40
_UNENDED = "\r"  # marks a last line without a newline; texts hold no CR


class Effort:
    """How much comparing is still allowed, for all the files of a change."""

    def __init__(self, pairs: int = _EFFORT) -> None:
        self._left = pairs

    def take(self, pairs: int) -> bool:
        """True if that many pairs of lines may be compared."""
        if pairs > self._left:
            return False
        self._left -= pairs
        return True


def compare(old: str | None, new: str | None, effort: Effort) -> tuple[Hunk, ...]:
    """The hunks between two texts with LF newlines, in order; None is a text without lines."""
    before, after = _lines(old), _lines(new)
    numbers: dict[str, int] = {}
    first = [numbers.setdefault(line, len(numbers)) for line in before]
    second = [numbers.setdefault(line, len(numbers)) for line in after]
    regions = sorted(_regions(first, second, effort))
    return tuple(Hunk(top + 1, bottom - top, start + 1, end - start) for top, bottom, start, end in _joined(regions))


def in_all(hunks: Sequence[Hunk], others: Sequence[Sequence[Hunk]]) -> tuple[Hunk, ...]:
    """The hunks against a first parent, as far as the new lines also differ from every other parent.

    Where lines only went away, they have to be gone from every parent at that line.
    """
    touched = [{line for hunk in each for line in _new_lines(hunk)} for each in others]
    places = [{line for hunk in each for line in (hunk.new_start, hunk.new_start + hunk.new_count)} for each in others]
    found: list[Hunk] = []
    for hunk in hunks:
        if hunk.new_count == 0:
            if all(hunk.new_start in each for each in places):
                found.append(hunk)
            continue
        shared = [line for line in _new_lines(hunk) if all(line in each for each in touched)]
        found += _runs(hunk, shared)
    return tuple(found)


def _runs(hunk: Hunk, lines: Sequence[int]) -> Iterator[Hunk]:
    """A hunk's parts of neighbouring lines; the first of them stands for all of the old lines."""
    start = 0
    for index in range(1, len(lines) + 1):
        if index < len(lines) and lines[index] == lines[index - 1] + 1:
            continue
        if start == 0:
            yield Hunk(hunk.old_start, hunk.old_count, lines[start], index - start)
        else:
            yield Hunk(hunk.old_start + hunk.old_count, 0, lines[start], index - start)
        start = index


def _new_lines(hunk: Hunk) -> range:
    return range(hunk.new_start, hunk.new_start + hunk.new_count)


def _lines(text: str | None) -> list[str]:
    if not text:
        return []
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    else:
        lines[-1] += _UNENDED
    return lines


Region = tuple[int, int, int, int]  # from and to in the old lines, from and to in the new ones


def _regions(old: list[int], new: list[int], effort: Effort) -> Iterator[Region]:
    """The stretches that differ, in any order."""
    pending = [(0, len(old), 0, len(new), 0)]
    while pending:
        top, bottom, start, end, depth = pending.pop()
        while top < bottom and start < end and old[top] == new[start]:
            top, start = top + 1, start + 1
        while top < bottom and start < end and old[bottom - 1] == new[end - 1]:
            bottom, end = bottom - 1, end - 1
        pairs = (bottom - top) * (end - start)
        if pairs == 0:
            if top < bottom or start < end:
                yield top, bottom, start, end
            continue
        matches = _unique(old, new, (top, bottom, start, end)) if pairs > _EXACT and depth < _DEPTH else []
        if not matches:
            if pairs > _MOST_EXACT or not effort.take(pairs):
                yield top, bottom, start, end
                continue
            matches = _longest(old[top:bottom], new[start:end], top, start)
            if not matches:
                yield top, bottom, start, end
                continue
        for line, place in [*matches, (bottom, end)]:
            pending.append((top, line, start, place, depth + 1))
            top, start = line + 1, place + 1


def _unique(old: list[int], new: list[int], region: Region) -> list[tuple[int, int]]:
    """The lines that are once in both stretches: the longest row of them that stands in the same order in both."""
    top, bottom, start, end = region
    before, after = Counter(old[top:bottom]), Counter(new[start:end])
    where = {new[place]: place for place in range(start, end) if after[new[place]] == 1}
    pairs = [(line, where[old[line]]) for line in range(top, bottom) if before[old[line]] == 1 and old[line] in where]
    ends: list[int] = []  # of rows of each length, the smallest place that one ends at
    rows: list[int] = []  # which pair that is
    previous: list[int] = []
    for index, (_line, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        previous.append(rows[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        rows[length : length + 1] = [index]
    found: list[tuple[int, int]] = []
    at = rows[-1] if rows else -1
    while at >= 0:
        found.append(pairs[at])
        at = previous[at]
    return found[::-1]


def _longest(old: list[int], new: list[int], top: int, start: int) -> list[tuple[int, int]]:
    """The longest common subsequence of two short stretches, by the table of its lengths (Wagner and Fischer)."""
    width = len(new)
    table = [[0] * (width + 1)]
    for line in reversed(old):
        below, row = table[-1], [0] * (width + 1)
        for place in range(width - 1, -1, -1):
            row[place] = below[place + 1] + 1 if line == new[place] else max(below[place], row[place + 1])
        table.append(row)
    table.reverse()
    found, line, place = [], 0, 0
    while line < len(old) and place < width:
        if old[line] == new[place]:
            found.append((top + line, start + place))
            line, place = line + 1, place + 1
        elif table[line + 1][place] >= table[line][place + 1]:
            line += 1
        else:
            place += 1
    return found


def _joined(regions: list[Region]) -> list[Region]:
    """Regions that touch become one."""
    found: list[Region] = []
    for region in regions:
        if found and found[-1][1] == region[0] and found[-1][3] == region[2]:
            found[-1] = (found[-1][0], region[1], found[-1][2], region[3])
        else:
            found.append(region)
    return found
