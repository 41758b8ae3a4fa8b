"""Anchored completion sessions: what a person feels while typing. Independent of any editor's protocol.

A document has a few anchors (one for each place it is worked at). A keystroke after an anchor evaluates what was typed;
what was suggested and is being typed costs nothing; what comes next is computed while a suggestion is looked at.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from codeassist.completion.anchor import Anchor
from codeassist.completion.background import Background
from codeassist.completion.cache import Known, SuggestionCache
from codeassist.completion.decoding import Cancel, Effort, Place, never
from codeassist.completion.documents import Document, Documents
from codeassist.completion.filters.confidence import DEFAULT
from codeassist.completion.pipeline import STALE_LINES, Filled, fill, header
from codeassist.completion.prompt import Planner
from codeassist.completion.suggestion import Counters, Suggestion
from codeassist.completion.surroundings import Surroundings
from codeassist.completion.warmup import Progress, warm_up
from codeassist.context.languages import language_for
from codeassist.engine.api import Priority, Usage
from codeassist.engine.timings import Timings
from codeassist.session import Session

_PATIENCE_SECONDS = 0.35
_FAR_LINES = 40  # typed since an anchor, from which on a nearer one is prepared in the background
_SURE = 0.5  # confidence of a suggestion from which on the next one is worth computing
_CHANGED = 0.5  # of the chunks must be others, or the ones that are evaluated already go on to serve


class Completer:
    """Completions for many documents over one engine, from any thread. Blocking; a newer call ends an older one."""

    def __init__(
        self,
        session: Session,
        *,
        patience_s: float | None = _PATIENCE_SECONDS,
        progress: Progress = lambda _text: None,
        surroundings: Surroundings | None = None,
    ) -> None:
        """`progress` is told what a long warm-up does, and "" when it is over. Without `surroundings` nothing but the
        documents is looked at."""
        self._progress = progress
        self._surroundings = surroundings
        self._session = session
        self._planner = Planner(session.manifest, session.settings.completion, session.engine)
        self._patience = patience_s
        self._lock = threading.RLock()  # of all that follows
        self._documents = Documents()
        self._cache = SuggestionCache()
        self._background = Background()
        self.counters = Counters()

    def complete(
        self, document: str, place: Place, *, max_lines: int = 0, max_tokens: int | None = None, cancel: Cancel = never
    ) -> Suggestion:
        """The suggestion at a place of a document (any stable name, such as its URI).

        `max_lines`: 0 is as many as the syntax at the cursor asks for. `cancel` is asked several times a second. A
        newer call for the document, and `cancel`, end this one at once; its finish is then "cancelled".

        Raises:
            CodeassistError: the engine is missing or failed.
        """
        began = time.monotonic()
        self._background.keep(document, place)
        known = self.lookup(document, place)
        with self._lock:
            self.counters.requests += 1
            here = self._documents.get(document)
            here.turn += 1
            turn = here.turn
        if known is not None:
            return known
        effort = Effort(
            max_tokens or self._session.settings.completion.max_tokens,
            max_lines=max_lines,
            patience_s=self._patience,
            session=here.session,
            thresholds=DEFAULT,
            cancel=lambda: cancel() or here.turn != turn,
        )
        filled = self._fill(here, place, effort)
        answer = self._answer(document, place, filled, began)
        self._advance(document, place)
        self._look_around(document, place)
        return answer

    def _advance(self, document: str, place: Place) -> None:
        """Prepare a nearer anchor in the background, if much was typed since the one in use."""
        with self._lock:
            here = self._documents.get(document)
            typed = here.anchors[0].typed(place.before, place.after) if here.anchors else None
        if typed is not None and typed.count("\n") > _FAR_LINES and self._background.idle(0):
            self._background.run(document, place, lambda cancel: self._warm(document, place, cancel, fresh=True))

    def _answer(self, document: str, place: Place, filled: Filled, began: float) -> Suggestion:
        with self._lock:
            self._count(filled.usage)
            if filled.finish == "cancelled":
                self.counters.cancelled += 1
                filled = replace(filled, text="")
            else:
                self._cache.put(document, place.before, place.after, _known(filled))
        timings = Timings.of(filled.usage, began, filled.first or time.monotonic())
        return Suggestion(filled.text, filled.finish, filled.confidence, "engine", timings)

    def _count(self, usage: Usage) -> None:
        self.counters.evaluated_tokens += usage.evaluated_tokens
        self.counters.generated_tokens += usage.generated_tokens

    def _fill(self, here: Document, place: Place, effort: Effort) -> Filled:
        language = language_for(place.path)
        return fill(self._planner, place, language, self._anchor(here, place), effort)

    def _anchor(self, here: Document, place: Place) -> Anchor:
        """An anchor of the document that fits the place, or a new one."""
        with self._lock:
            known = here.fitting(place, STALE_LINES)
        if known is not None:
            return known
        anchor = self._new_anchor(here, place)
        self._keep(here, anchor)
        return anchor

    def _new_anchor(self, here: Document, place: Place) -> Anchor:
        with self._lock:
            previous, context = (here.anchors[0] if here.anchors else None), here.context
        language = language_for(place.path)
        return self._planner.anchor(place.before, place.after, language, header(place, language), previous, context)

    def _keep(self, here: Document, anchor: Anchor) -> None:
        with self._lock:
            here.keep(anchor)
            self.counters.anchors += 1

    def lookup(self, document: str, place: Place) -> Suggestion | None:
        """What is known without asking the engine: cached, or the rest of what was suggested. Takes no time."""
        with self._lock:
            known, origin = self._cache.exact(document, place.before, place.after), "cache"
            if known is None:
                known, origin = self._cache.typed_through(document, place.before, place.after), "typed"
            if known is None:
                return None
            self.counters.cache_hits += origin == "cache"
            self.counters.typed_through += origin == "typed"
        now = time.monotonic()
        return Suggestion(known.text, known.finish, known.confidence, origin, Timings.of(Usage(), now, now))

    def shown(self, document: str, place: Place, suggestion: Suggestion) -> None:
        """The suggestion is on the screen: count it, and compute the next one early, in the background."""
        with self._lock:
            self.counters.shown += 1
        if suggestion.origin == "typed" or suggestion.confidence < _SURE or place.after.partition("\n")[0].strip():
            return
        following = replace(place, before=place.before + suggestion.text)
        with self._lock:
            if self._cache.exact(document, following.before, following.after) is not None:
                return
        self._background.run(document, following, lambda cancel: self._prefetch(document, following, cancel))

    def _prefetch(self, document: str, place: Place, cancel: Cancel) -> None:
        with self._lock:
            here = self._documents.get(document)
        effort = Effort(
            self._session.settings.completion.max_tokens,
            patience_s=0.0 if self._patience is not None else None,
            priority=Priority.WARMUP,
            session=f"{here.session}-next",
            candidates=False,
            thresholds=DEFAULT,
            cancel=cancel,
        )
        filled = self._fill(here, place, effort)
        with self._lock:
            self._count(filled.usage)
            if filled.finish != "cancelled" and not cancel():
                self._cache.put(document, place.before, place.after, _known(filled))

    def warm(self, document: str, place: Place) -> None:
        """Evaluate the prompt of a place in the background, before anybody asks. Returns at once."""
        with self._lock:
            self._documents.get(document)
        self._background.run(document, place, lambda cancel: self._warm(document, place, cancel))

    def _look_around(self, document: str, place: Place) -> None:
        """Gather in the background what the prompt should begin with, if the person stays at this place."""
        with self._lock:
            due = self._surroundings is not None and self._documents.get(document).due()
        if due:
            self._background.run(_context_of(document), place, lambda cancel: self._gather(document, place, cancel))

    def _gather(self, document: str, place: Place, cancel: Cancel) -> None:
        """Chunks that are others than before are taken into use as soon as they are evaluated."""
        with self._lock:
            here = self._documents.get(document)
        if self._gathered(here, place):
            self._warm(document, place, cancel, fresh=True)
            with self._lock:
                here.considered = here.anchors[0] if here.anchors else None

    def _gathered(self, here: Document, place: Place) -> bool:
        """True if the document's chunks have changed."""
        with self._lock:
            anchor = here.anchors[0] if here.anchors else None
        anchor = anchor or self._new_anchor(here, place)
        shown = (max(0, len(place.before) - anchor.start), len(anchor.after))
        texts = tuple(self._surroundings.gather(place, shown).texts) if self._surroundings is not None else ()
        with self._lock:
            same = len(set(texts) & set(here.context))
            if not texts or same > _CHANGED * len(texts):
                return False
            here.context = texts
            return True

    def _warm(self, document: str, place: Place, cancel: Cancel, *, fresh: bool = False) -> None:
        with self._lock:
            here = self._documents.get(document)
            new = not here.anchors
        if new:
            self._gathered(here, place)
        anchor = self._new_anchor(here, place) if fresh else self._anchor(here, place)
        prompt = self._planner.prompt(anchor, anchor.typed(place.before, place.after) or "", 1)
        seen = warm_up(self._session.engine, prompt.tokens, f"{here.session}-warm", cancel, self._progress)
        with self._lock:
            self._count(seen)
        if fresh and not cancel():
            self._keep(here, anchor)  # from now on it is the quicker one

    def cancel(self, document: str) -> None:
        """Nobody waits for this document any more. Returns at once."""
        with self._lock:
            here = self._documents.get(document)
            here.turn += 1
        self._session.engine.cancel(here.session)

    def forget(self, document: str) -> None:
        """The document was closed."""
        self.cancel(document)
        self._background.stop(document)
        self._background.stop(_context_of(document))
        with self._lock:
            self._documents.forget(document)
            self._cache.forget(document)

    def close(self) -> None:
        """End background work and close the engine's client."""
        self._background.close()
        self._session.engine.close()


def _known(filled: Filled) -> Known:
    return Known(filled.text, filled.finish, filled.confidence)


def _context_of(document: str) -> str:
    """The name of the background task that gathers: typing on does not end it."""
    return f"{document}\0context"
