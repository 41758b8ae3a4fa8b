"""Anchored completion sessions: what a person feels while typing. Independent of any editor's protocol.

A document has a few anchors (one for each place it is worked at). A keystroke after an anchor evaluates what was typed;
what was suggested and is being typed costs nothing; what comes next is computed while a suggestion is looked at.
"""

from __future__ import annotations

import time
from pathlib import Path

from codeassist.completion.ahead import Ahead
from codeassist.completion.anchored import Anchored
from codeassist.completion.decoding import Cancel, Effort, Place, never
from codeassist.completion.filters.confidence import DEFAULT
from codeassist.completion.suggestion import Counters, Suggestion
from codeassist.completion.surroundings import Surroundings
from codeassist.completion.warmup import Progress
from codeassist.engine.api import Usage
from codeassist.engine.timings import Timings
from codeassist.session import Session

_PATIENCE_SECONDS = 0.35


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
        self.surroundings = surroundings or Surroundings(lambda _folder: None, session.engine, 0)
        self._session = session
        self._patience = patience_s
        self._anchored = Anchored(session)
        self._ahead = Ahead(self._anchored, self.surroundings, progress, patience_s)

    @property
    def counters(self) -> Counters:
        """Totals since it was made."""
        return self._anchored.counters

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
        self._ahead.background.keep(document, place)
        known = self.lookup(document, place)
        here = self._anchored.document(document)
        with self._anchored.lock:
            self.counters.requests += 1
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
        filled = self._anchored.fill(document, place, effort)
        with self._anchored.lock:
            self.counters.cancelled += filled.finish == "cancelled"
        self._ahead.completed(document, place)
        timings = Timings.of(filled.usage, began, filled.first or time.monotonic())
        text = "" if filled.finish == "cancelled" else filled.text
        return Suggestion(text, filled.finish, filled.confidence, "engine", timings)

    def lookup(self, document: str, place: Place) -> Suggestion | None:
        """What is known without asking the engine: cached, or the rest of what was suggested. Takes no time."""
        with self._anchored.lock:
            known, origin = self._anchored.cache.exact(document, place.before, place.after), "cache"
            if known is None:
                known, origin = self._anchored.cache.typed_through(document, place.before, place.after), "typed"
            if known is None:
                return None
            self.counters.cache_hits += origin == "cache"
            self.counters.typed_through += origin == "typed"
        now = time.monotonic()
        return Suggestion(known.text, known.finish, known.confidence, origin, Timings.of(Usage(), now, now))

    def shown(self, document: str, place: Place, suggestion: Suggestion) -> None:
        """The suggestion is on the screen: count it, and compute the next one early, in the background."""
        with self._anchored.lock:
            self.counters.shown += 1
        self._ahead.shown(document, place, suggestion)

    def warm(self, document: str, place: Place) -> None:
        """Evaluate the prompt of a place in the background, before anybody asks. Returns at once."""
        self._ahead.warm(document, place)

    def opened(self, path: Path) -> None:
        """A document was opened: what is known of its repository is brought up to date. Blocking, perhaps for long."""
        self.surroundings.refresh(path)
        self._anchored.look_again()  # at what was looked for before the index knew it

    def saved(self, path: Path) -> None:
        """A file was written. Blocking."""
        self.surroundings.saved(path)
        self._anchored.look_again()

    def cancel(self, document: str) -> None:
        """Nobody waits for this document any more. Returns at once."""
        here = self._anchored.document(document)
        with self._anchored.lock:
            here.turn += 1
        self._session.engine.cancel(here.session)

    def forget(self, document: str) -> None:
        """The document was closed."""
        self.cancel(document)
        self._ahead.stop(document)
        self._anchored.forget(document)

    def close(self) -> None:
        """End background work and close the engine's client."""
        self.surroundings.close()
        self._ahead.background.close()
        self._session.engine.close()
