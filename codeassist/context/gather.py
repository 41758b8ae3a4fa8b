"""Gathers what the model is shown of the repository beside the code around the cursor."""

from __future__ import annotations

from codeassist.context.budget import Counter, pack
from codeassist.context.chunk import Gathered
from codeassist.context.closeness import closeness
from codeassist.context.contents import lines_of
from codeassist.context.declared import declared
from codeassist.context.here import Here
from codeassist.context.imported import imported
from codeassist.context.index import File, Index
from codeassist.context.resolve import Resolver
from codeassist.context.similar import similar
from codeassist.engine.api import Engine

_SHARES = (2.0, 1.0, 1.0)  # imports, declarations, similar code


class Gatherer:
    """Gathers from one repository for one model. The same place of the same repository gives the same bytes."""

    def __init__(self, index: Index, engine: Engine) -> None:
        self.index = index
        self._counter = Counter(engine)
        self._known: tuple[int, list[File], Resolver] | None = None

    def gather(self, here: Here, budget: int) -> Gathered:
        """The chunks for a place, at most `budget` tokens.

        Raises:
            EngineError: the engine failed to count tokens.
        """
        if budget <= 0:
            return Gathered()
        files, resolver = self._files()
        language = here.language.id if here.language is not None else ""
        meant = ((each, resolver.files(here.path, each, language)) for each in here.tags.imports)
        resolved = [(each, paths) for each, paths in meant if paths]
        close = closeness(self.index, files, resolved, here)
        kinds = (
            imported(resolved, here),
            declared(self.index, resolved, here, close),
            similar(self.index, here, lambda path: lines_of(self.index.root, path), close),
        )
        return pack(kinds, _SHARES, budget, self._counter, here.language)

    def _files(self) -> tuple[list[File], Resolver]:
        """All files, and what imports mean among them: listed once for each state of the index."""
        generation = self.index.generation
        if self._known is None or self._known[0] != generation:
            files = self.index.files()
            self._known = (generation, files, Resolver([file.path for file in files]))
        return self._known[1:]
