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
        above: lines that say where it is, such as "class Runner:"; shown once before all that share them.
        value: what it is worth, compared with others of its kind.
    """

    path: str
    start: int
    end: int
    reason: str
    lines: tuple[str, ...]
    value: float
    above: tuple[str, ...] = ()
