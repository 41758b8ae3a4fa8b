"""Review by likelihood: how likely the model finds the old and the new version of each changed function."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from codeassist.context.index import Index
from codeassist.engine.api import Engine
from codeassist.models.manifest import Manifest
from codeassist.review.change import Snapshot
from codeassist.review.finding import Finding
from codeassist.review.report import NotReviewed, Stats


class ModelReviewer:
    """A `pipeline.Reviewer`. `directory`: where results are remembered (state/review)."""

    def __init__(self, engine: Engine, manifest: Manifest, index: Index | None, directory: Path) -> None:
        self._engine = engine
        self._manifest = manifest
        self._index = index
        self._directory = directory

    def look(
        self, snapshot: Snapshot, seconds: float, cancelled: Callable[[], bool], stats: Stats
    ) -> tuple[list[Finding], list[NotReviewed]]:
        """See `pipeline.Reviewer`."""
        raise NotImplementedError
