"""One secret in a line, and how it may be shown."""

from __future__ import annotations

from typing import NamedTuple

_SHOWN, _SHORT = 3, 12  # characters
_LENGTHS = ((20, "short"), (50, "medium"), (200, "long"))


class Secret(NamedTuple):
    """A secret in a line of text; `value` is in no output, only `masked` is.

    Attributes:
        kind: a name in lower case with hyphens, such as "github-token", "generic".
        about: what it is, for people, such as "GitHub token".
        start, end: where the value is, in characters of the line.
        key: the name that it is given to; "" if there is none.
        confidence: 0 to 1.
    """

    kind: str
    about: str
    start: int
    end: int
    value: str
    key: str = ""
    confidence: float = 0.9


def masked(value: str) -> str:
    """The first characters of a value that is long enough, and how long it is, by class."""
    length = next((name for most, name in _LENGTHS if len(value) <= most), "very long")
    head = value[:_SHOWN] if len(value) >= _SHORT else ""
    return f"{head}… ({length})"
