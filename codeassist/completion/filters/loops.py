"""The output goes round in a loop: equal lines or blocks, lines that grow, the same words in a line."""

from __future__ import annotations

import re
from itertools import pairwise

from codeassist.completion.filters.hole import Cut, Hole

MAX_BLOCK = 8  # lines of a block that is looked for three times in a row
_ROWS = 6  # equal rows of a table (`[0, 0, 0],`) that are a loop
_ROW = re.compile(r"\s*[\[({\"'\d-][^a-zA-Z_]*,\s*\Z|\s*[\[({].*[\])}],\s*\Z")
_GROWING = 4  # lines, each the one before it and once more the same
_LEAST_GROWTH = 3  # characters
_LAST = 400  # characters of a line in which a loop is looked for
_IN_LINE = re.compile(r"(?=(?P<unit>.{3,60}?)(?P=unit){4,}.{0,60}\Z)")


def repetition(_hole: Hole, middle: str) -> Cut | None:
    """Cut after the first of three or more equal lines, or blocks of up to `MAX_BLOCK` lines, in a row.

    A table may have a few equal rows.
    """
    lines = [line.rstrip() for line in middle.split("\n")]
    ends = _ends(middle)
    for start in range(len(lines)):
        for size in range(1, min(MAX_BLOCK, (len(lines) - start) // 3) + 1):
            block = lines[start : start + size]
            times = _ROWS if size == 1 and _ROW.match(block[0]) else 3
            again = all(block == lines[start + size * turn : start + size * (turn + 1)] for turn in range(1, times))
            if again and block[0] and any(re.search(r"\w", line) for line in block):
                return Cut(ends[start + size - 1], "filtered")
    return None


def growth(_hole: Hole, middle: str) -> Cut | None:
    """Cut after the first of four or more lines each of which is the one before it with the same text put in again."""
    lines = middle.split("\n")
    grown = [_put_in(first, second) for first, second in pairwise(lines)]
    for start in range(len(grown) - _GROWING + 2):
        more = grown[start]
        if len(more.strip()) >= _LEAST_GROWTH and grown[start : start + _GROWING - 1] == [more] * (_GROWING - 1):
            return Cut(_ends(middle)[start], "filtered")
    return None


def _put_in(first: str, second: str) -> str:
    """What was put into the first line, in one place, to make the second; "" if more was done."""
    size = len(second) - len(first)
    if size <= 0 or len(second) > _LAST:
        return ""
    common = next((at for at, (one, two) in enumerate(zip(first, second, strict=False)) if one != two), len(first))
    return second[common : common + size] if first[common:] == second[common + size :] else ""


def loop_in_line(_hole: Hole, middle: str) -> Cut | None:
    """Cut a line that ends in five or more times the same after the first time.

    Numbers only (`0, 0, 0, 0, 0`) are data.
    """
    offset = 0
    for line in middle.split("\n"):
        skipped = max(0, len(line) - _LAST)
        for match in _IN_LINE.finditer(line[skipped:]):
            unit = match["unit"]
            if re.search(r"[^\W\d]", unit) and len(set(unit)) > 1:
                return Cut(offset + skipped + match.start() + len(unit), "filtered")
        offset += len(line) + 1
    return None


def _ends(text: str) -> list[int]:
    """Where each line ends, before its newline."""
    return [match.start() for match in re.finditer(r"\n|\Z", text)]
