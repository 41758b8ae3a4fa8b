"""Gathers what the model is shown of the repository beside the code around the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from codeassist import text
from codeassist.context.budget import Counter, pack
from codeassist.context.chunk import Gathered
from codeassist.context.closeness import closeness
from codeassist.context.declared import declared
from codeassist.context.here import Here
from codeassist.context.imported import imported
from codeassist.context.index import Index
from codeassist.context.resolve import Resolver
from codeassist.context.similar import similar
from codeassist.engine.api import Engine
from codeassist.errors import CodeassistError

_SHARES = (2.0, 1.0, 1.0)  # imports, declarations, similar code


class Gatherer:
    """Gathers from one repository for one model. The same place of the same repository gives the same bytes."""

    def __init__(self, index: Index, engine: Engine) -> None:
        self.index = index
        self._counter = Counter(engine)
        self._resolver: tuple[int, Resolver] | None = None

    def gather(self, here: Here, budget: int) -> Gathered:
        """The chunks for a place, at most `budget` tokens.

        Raises:
            EngineError: the engine failed to count tokens.
        """
        if budget <= 0:
            return Gathered()
        resolver = self._resolve()
        close = closeness(self.index, resolver, here)
        kinds = (
            imported(resolver, here),
            declared(self.index, resolver, here, close),
            similar(self.index, here, self._lines, close),
        )
        return pack(kinds, _SHARES, budget, self._counter, here.language)

    def _resolve(self) -> Resolver:
        generation = self.index.generation
        if self._resolver is None or self._resolver[0] != generation:
            self._resolver = (generation, Resolver([file.path for file in self.index.files()]))
        return self._resolver[1]

    def _lines(self, path: str) -> Sequence[str]:
        try:
            return text.read_source(self.index.root / PurePosixPath(path)).text.split("\n")
        except CodeassistError:
            return ()
