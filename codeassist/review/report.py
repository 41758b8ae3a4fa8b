"""What came of a review."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from codeassist.review.finding import Finding


class NotReviewed(NamedTuple):
    """A stretch that the model did not look at, or a file that nothing looked at, and why."""

    path: str
    line: int
    reason: str


class Stats(msgspec.Struct, kw_only=True):
    """Counts of one review. Times in milliseconds of wall clock."""

    files: int = 0
    hunks: int = 0
    added_lines: int = 0
    suppressed: int = 0  # by a comment in the code
    baselined: int = 0  # known before
    scored: int = 0  # functions that the model looked at
    remembered: int = 0  # of those, how many it had looked at before
    model_calls: int = 0
    not_reviewed: int = 0
    checks_ms: float = 0.0
    model_ms: float = 0.0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Findings in the order of paths and lines, with what else people should know.

    `masked`: lines (path, number) that hold a secret, told or not, and what may be shown in their place.
    """

    title: str
    findings: tuple[Finding, ...]
    not_reviewed: tuple[NotReviewed, ...]
    notices: tuple[str, ...]  # one sentence each: a check failed, the model is missing
    stats: Stats
    masked: dict[tuple[str, int], str] = {}
