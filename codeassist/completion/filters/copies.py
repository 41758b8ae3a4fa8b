"""The output copies what the model has read: the lines above the cursor, or a chunk of another file."""

from __future__ import annotations

import re
from typing import NamedTuple

from codeassist.completion.filters.hole import Cut, Hole

_COPIED = 3  # lines in a row of a chunk
_ABOVE = 8  # lines above that are looked at
_TYPED = 8  # characters of the cursor's line from which on the user, not the model, wrote the line
_IMPORT = re.compile(r"\s*(?:import|from|use|#\s*include|require|package|export \*)\b")


class Line(NamedTuple):
    """A line that is not blank, and where it begins in the output."""

    offset: int
    text: str


def copies_above(hole: Hole, middle: str) -> Cut | None:
    """Cut everything where the output begins as the lines just above, one or more in a row.

    A line with another indentation, or with a change in it (a row of a table), is another line.
    """
    if len(hole.line.strip()) >= _TYPED:
        return None
    above = [line.rstrip() for line in hole.prefix.split("\n")[:-1] if line.strip()][-_ABOVE:]
    written = [line.text for line in _lines(hole, middle)]
    for size in range(1, min(len(above), len(written)) + 1):
        if written[:size] == above[-size:] and sum(map(_words, above[-size:])) >= _TYPED:
            return Cut(0, "filtered")
    return None


def copies_context(hole: Hole, middle: str) -> Cut | None:
    """Cut before three telling lines in a row that stand so in a chunk of another file; imports are no copies."""
    if not hole.context:
        return None
    lines = [line for line in _lines(hole, middle) if _telling(line.text)]
    chunks = [[line.strip() for line in chunk.split("\n") if _telling(line)] for chunk in hole.context]
    known = {tuple(chunk[at : at + _COPIED]) for chunk in chunks for at in range(len(chunk) - _COPIED + 1)}
    for at in range(len(lines) - _COPIED + 1):
        if tuple(line.text.strip() for line in lines[at : at + _COPIED]) in known:
            return Cut(lines[at].offset, "filtered")
    return None


def _lines(hole: Hole, middle: str) -> list[Line]:
    found: list[Line] = []
    offset = 0
    for index, line in enumerate(middle.split("\n")):
        whole = (hole.line + line if index == 0 else line).rstrip()
        if whole.strip():
            found.append(Line(offset, whole))
        offset += len(line) + 1
    return found


def _telling(line: str) -> bool:
    """True if a line says something that is hardly written twice."""
    return _words(line) >= _TYPED and not _IMPORT.match(line)


def _words(line: str) -> int:
    return len(re.findall(r"\w", line))
