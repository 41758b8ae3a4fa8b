"""What is done before anybody asks: prompts evaluated, chunks gathered, the next suggestion computed.

All of it at warm-up priority, in one thread, given up as soon as it is wrong.
"""

from __future__ import annotations

from dataclasses import replace

from codeassist.completion.anchored import Anchored
from codeassist.completion.background import Background
from codeassist.completion.decoding import Cancel, Effort, Place
from codeassist.completion.documents import Document
from codeassist.completion.filters.confidence import DEFAULT
from codeassist.completion.suggestion import Suggestion
from codeassist.completion.surroundings import Surroundings
from codeassist.completion.warmup import Progress, warm_up
from codeassist.engine.api import Priority

_FAR_LINES = 40  # typed since an anchor, from which on a nearer one is prepared
_SURE = 0.5  # confidence of a suggestion from which on the next one is worth computing


class Ahead:
    """Works ahead of the person in many documents."""

    def __init__(
        self, anchored: Anchored, surroundings: Surroundings, progress: Progress, patience_s: float | None
    ) -> None:
        self._anchored = anchored
        self._surroundings = surroundings
        self._progress = progress
        self._patience = patience_s
        self.background = Background()

    def warm(self, document: str, place: Place) -> None:
        """Evaluate the prompt of a place."""
        self._anchored.document(document)
        self.background.run(document, place, lambda cancel: self._warm(document, place, cancel))

    def completed(self, document: str, place: Place) -> None:
        """A suggestion was made there: prepare a nearer anchor, if much was typed since the one in use; look around,
        if the person stays."""
        here = self._anchored.document(document)
        with self._anchored.lock:
            typed = here.anchors[0].typed(place.before, place.after) if here.anchors else None
            due = here.due()
        if typed is not None and typed.count("\n") > _FAR_LINES and self.background.idle(0):
            self.background.run(document, place, lambda cancel: self._warm(document, place, cancel, fresh=True))
        if due:
            # A name of its own: typing on does not end it.
            self.background.run(_context_of(document), place, lambda cancel: self._gather(document, place, cancel))

    def shown(self, document: str, place: Place, suggestion: Suggestion) -> None:
        """Compute what will follow the suggestion, if it is likely to be taken."""
        if suggestion.origin == "typed" or suggestion.confidence < _SURE or place.after.partition("\n")[0].strip():
            return
        following = replace(place, before=place.before + suggestion.text)
        with self._anchored.lock:
            if self._anchored.cache.exact(document, following.before, following.after) is not None:
                return
        self.background.run(document, following, lambda cancel: self._next(document, following, cancel))

    def stop(self, document: str) -> None:
        """The document was closed."""
        self.background.stop(document)
        self.background.stop(_context_of(document))

    def _next(self, document: str, place: Place, cancel: Cancel) -> None:
        effort = Effort(
            self._anchored.session.settings.completion.max_tokens,
            patience_s=0.0 if self._patience is not None else None,
            priority=Priority.WARMUP,
            session=f"{self._anchored.document(document).session}-next",
            candidates=False,
            thresholds=DEFAULT,
            cancel=cancel,
        )
        self._anchored.fill(document, place, effort)

    def _gather(self, document: str, place: Place, cancel: Cancel) -> None:
        """Chunks that are others than before are taken into use as soon as they are evaluated."""
        here = self._anchored.document(document)
        considered = here.considered
        self._gathered(here, place)
        if here.outdated():
            self._warm(document, place, cancel, fresh=True)
            with self._anchored.lock:
                if here.considered is considered and not here.outdated():  # nothing was written meanwhile
                    here.considered = here.anchors[0] if here.anchors else None

    def _gathered(self, here: Document, place: Place) -> None:
        """Choose what the document's new anchors begin with."""
        with self._anchored.lock:
            anchor = here.anchors[0] if here.anchors else None
        anchor = anchor or self._anchored.new_anchor(here, place)
        chunks = tuple(self._surroundings.gather(place, anchor.shown(place.before)).chunks)
        with self._anchored.lock:
            here.take(chunks)

    def _warm(self, document: str, place: Place, cancel: Cancel, *, fresh: bool = False) -> None:
        anchored, here = self._anchored, self._anchored.document(document)
        if not here.anchors:
            self._gathered(here, place)
        anchor = anchored.new_anchor(here, place) if fresh else anchored.anchor(here, place)
        prompt = anchored.planner.prompt(anchor, anchor.typed(place.before, place.after) or "", 1)
        anchored.count(warm_up(anchored.session.engine, prompt.tokens, f"{here.session}-warm", cancel, self._progress))
        if fresh and not cancel():
            anchored.keep(here, anchor)  # from now on it is the quicker one


def _context_of(document: str) -> str:
    return f"{document}\0context"
