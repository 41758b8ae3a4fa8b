"""The place that is filled, bounded: what every rule looks at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from codeassist.context.languages import Language

MAX_LINES = 400
MAX_CHARACTERS = 16 * 1024
TOP_LEVEL_WORD = re.compile(r"^[A-Za-z@]", re.MULTILINE)


@dataclass(frozen=True)
class Hole:
    """Text around the cursor, at most `MAX_LINES` lines and `MAX_CHARACTERS` code points on either side.

    Attributes:
        truncated: the file goes on after `suffix`.
        context: chunks of other files that the model was shown.
    """

    prefix: str
    suffix: str
    language: Language | None
    truncated: bool = False
    context: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """What stands before the cursor on its line."""
        return self.prefix[self.prefix.rfind("\n") + 1 :]

    @property
    def rest(self) -> str:
        """What stands after the cursor on its line."""
        return self.suffix.partition("\n")[0]

    @property
    def following(self) -> str:
        """The lines after the cursor's line; they begin with the rest of it if nothing stands before the cursor."""
        return self.suffix.partition("\n")[2] if self.line.strip() or not self.rest.strip() else self.line + self.suffix


@dataclass(frozen=True)
class Cut:
    """A rule's verdict: the output ends at `offset`, for the reason `finish`."""

    offset: int
    finish: str  # "scope" or "filtered"


def hole(prefix: str, suffix: str, language: Language | None, context: Sequence[str] = ()) -> Hole:
    """Bound the text around the cursor.

    A cut prefix begins at a line that starts with a letter in the first column, if there is one: rarely the inside
    of a string or a comment.
    """
    near = prefix[-MAX_CHARACTERS:]
    lines = near.split("\n")
    if len(near) < len(prefix) or len(lines) > MAX_LINES:
        near = "\n".join(lines[-MAX_LINES:])
        start = TOP_LEVEL_WORD.search(near)
        near = near[start.start() if start and start.start() <= near.rfind("\n") else 0 :]
    after = "\n".join(suffix[:MAX_CHARACTERS].split("\n")[:MAX_LINES])
    return Hole(near, after, language, len(after) < len(suffix), tuple(context))


def width(line: str) -> int:
    """Columns of a line's indentation; a tab reaches the next multiple of eight."""
    return len(line[: len(line) - len(line.lstrip(" \t"))].expandtabs(8))
