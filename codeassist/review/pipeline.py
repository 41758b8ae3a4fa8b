"""One review: checks, then the model, then what is suppressed or known is taken out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from codeassist.review.change import Snapshot
from codeassist.review.finding import Finding
from codeassist.review.report import NotReviewed, Report, Stats
from codeassist.review.rule import Around


class Reviewer(Protocol):
    """The model's part: `review.model.ModelReviewer`, or nothing where there is no model."""

    def look(
        self, snapshot: Snapshot, seconds: float, cancelled: Callable[[], bool], stats: Stats
    ) -> tuple[list[Finding], list[NotReviewed]]:
        """Findings of the model, the riskiest functions first, within about `seconds`; what was left out is told."""
        ...


def review(snapshot: Snapshot, around: Around, reviewer: Reviewer | None, seconds: float) -> Report:
    """Review a change.

    A check that fails becomes a notice; the others go on. With `reviewer` None the model is left out, which is no
    notice of this function's: who calls it knows why.
    """
    raise NotImplementedError
