"""The repositories that the documents are in: each opened once, kept up to date, asked for what the model is shown."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

from codeassist.completion.decoding import Place
from codeassist.context.chunk import Gathered
from codeassist.context.gather import Gatherer
from codeassist.context.here import Here
from codeassist.context.index import Cancel, Index, Progress, never
from codeassist.context.languages import language_for
from codeassist.engine.api import Engine

Opener = Callable[[Path], Index | None]


class Surroundings:
    """Answers from any thread. A document outside of every repository has no surroundings."""

    def __init__(self, opener: Opener, engine: Engine, budget: int) -> None:
        """`opener` finds the index of the repository that a path is in; `budget`: tokens of one gathering."""
        self._opener = opener
        self._engine = engine
        self._budget = budget
        self._lock = threading.RLock()
        self._gatherers: dict[Path, Gatherer] = {}  # by root
        self._folders: dict[Path, Gatherer | None] = {}

    def gather(self, place: Place, shown: tuple[int, int]) -> Gathered:
        """The chunks for a place. `shown`: characters before and after the cursor that the prompt shows anyway.

        Raises:
            EngineError: the engine failed to count tokens.
        """
        gatherer = self._gatherer(place.path)
        path = _within(place.path, gatherer.index.root) if gatherer else None
        if gatherer is None or path is None:
            return Gathered()
        here = Here(path, place.before, place.after, language_for(place.path), shown)
        return gatherer.gather(here, min(self._budget, self._engine.info().context_tokens // 4))

    def refresh(self, path: Path, *, progress: Progress | None = None, cancel: Cancel = never) -> None:
        """Bring the index of the repository that a path is in up to date."""
        gatherer = self._gatherer(path)
        if gatherer is not None:
            gatherer.index.refresh(progress=progress, cancel=cancel)

    def saved(self, path: Path) -> None:
        """A file was written."""
        gatherer = self._gatherer(path)
        within = _within(path, gatherer.index.root) if gatherer else None
        if gatherer is not None and within is not None:
            gatherer.index.refresh(only=[within])

    def close(self) -> None:
        """Let go of the indexes."""
        with self._lock:
            for gatherer in self._gatherers.values():
                gatherer.index.close()
            self._gatherers.clear()
            self._folders.clear()

    def _gatherer(self, path: Path) -> Gatherer | None:
        folder = _real(path).parent
        with self._lock:
            if folder not in self._folders:
                index = self._opener(folder)
                known = self._gatherers.get(index.root) if index is not None else None
                if index is not None and known is not None:
                    index.close()
                elif index is not None:
                    known = self._gatherers[index.root] = Gatherer(index, self._engine)
                self._folders[folder] = known
            return self._folders[folder]


def _real(path: Path) -> Path:
    """The path without links in its folder's name; the file itself may be one, or be missing."""
    whole = Path(os.path.abspath(path))  # noqa: PTH100  Path.absolute keeps ".."
    return Path(os.path.realpath(whole.parent)) / whole.name


def _within(path: Path, root: Path) -> str | None:
    """The path as the index names it; None if it is outside."""
    try:
        return _real(path).relative_to(os.path.realpath(root)).as_posix()
    except ValueError:
        return None
