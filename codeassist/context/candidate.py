"""What the model could be shown: a stretch of a file, why, and how much it is worth."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """A stretch of the repository.

    Attributes:
        start, end: lines, from 1, both included.
        reason: in a few words.
        lines: what is shown of it: its lines, or a signature.
        above: the class it is a member of, in one line; shown once before all that share it. A class has no other line.
        value: what it is worth, compared with others of its kind.
    """

    path: str
    start: int
    end: int
    reason: str
    lines: tuple[str, ...]
    value: float
    above: tuple[str, ...] = ()
