"""The repositories that the documents are in: each opened once, kept up to date, asked for what the model is shown."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from codeassist.completion.decoding import Place
from codeassist.context.chunk import Gathered
from codeassist.context.gather import Gatherer
from codeassist.context.here import Here
from codeassist.context.index import Cancel, Index, never
from codeassist.context.languages import language_for
from codeassist.engine.api import Engine

_FRESH_SECONDS = 30.0  # an index is taken to be up to date so long, but for files that are said to have changed
_TOLD_SECONDS = 1.0

Opener = Callable[[Path], Index | None]


class Surroundings:
    """Answers from any thread. A document outside of every repository has no surroundings."""

    def __init__(
        self, opener: Opener, engine: Engine, budget: int, progress: Callable[[str], None] = lambda _text: None
    ) -> None:
        """`opener` finds the index of the repository that a path is in; `budget`: tokens of one gathering.

        `progress` is told, where indexing takes longer than a second, how far it is, and "" when it is over.
        """
        self._progress = progress
        self._opener = opener
        self._engine = engine
        self._budget = budget
        self._lock = threading.RLock()
        self._gatherers: dict[Path, Gatherer] = {}  # by root
        self._folders: dict[Path, Gatherer | None] = {}
        self._refreshed: dict[Path, float] = {}
        self._closed = False

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

    def known(self, path: Path) -> bool:
        """True if a path is in a repository."""
        return self._gatherer(path) is not None

    def refresh(self, path: Path, cancel: Cancel = never) -> None:
        """Bring the index of the repository that a path is in up to date, unless that was done a moment ago."""
        gatherer = self._gatherer(path)
        began = time.monotonic()
        if gatherer is None or began - self._refreshed.get(gatherer.index.root, -_FRESH_SECONDS) < _FRESH_SECONDS:
            return
        self._refreshed[gatherer.index.root] = began
        told = False

        def tell(done: int, files: int) -> None:
            nonlocal told
            if time.monotonic() - began > _TOLD_SECONDS:
                told = True
                self._progress(f"indexing the repository: {done} of {files} files")

        try:
            gatherer.index.refresh(progress=tell, cancel=lambda: self._closed or cancel())
        finally:
            if told:
                self._progress("")

    def saved(self, path: Path) -> None:
        """A file was written."""
        gatherer = self._gatherer(path)
        within = _within(path, gatherer.index.root) if gatherer else None
        if gatherer is not None and within is not None:
            gatherer.index.refresh(only=[within])

    def close(self) -> None:
        """Let go of the indexes."""
        self._closed = True
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
