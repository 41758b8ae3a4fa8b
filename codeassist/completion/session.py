"""Anchored completion sessions: what a person feels while typing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from codeassist.completion.pipeline import Place, complete
from codeassist.engine.timings import Timings
from codeassist.session import Session

Cancel = Callable[[], bool]


class Counters(msgspec.Struct, kw_only=True):
    """Totals since the completer was made, as `codeassist.status` reports them."""

    requests: int = 0
    shown: int = 0
    cache_hits: int = 0
    typed_through: int = 0
    cancelled: int = 0
    evaluated_tokens: int = 0
    generated_tokens: int = 0


@dataclass(frozen=True)
class Suggestion:
    """What to show at a place.

    Attributes:
        text: to insert at the cursor, with LF newlines; "" if nothing is worth showing.
        finish: as in the contract: "stop", "length", "scope", "filtered" or "cancelled".
        origin: "engine", "cache" (computed before, or early), or "typed" (the rest of what was suggested before).
        timings: what it cost; all zero where no engine was asked.
    """

    text: str
    finish: str
    confidence: float
    origin: str
    timings: Timings


def never() -> bool:
    """A cancel token that is never pulled."""
    return False


class Completer:
    """Completions for many documents over one engine, from any thread. Blocking; at most one call per document runs."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self.counters = Counters()

    def complete(
        self, document: str, place: Place, *, max_lines: int = 0, max_tokens: int | None = None, cancel: Cancel = never
    ) -> Suggestion:
        """The suggestion at a place of a document (any stable name, such as its URI).

        `max_lines`: 0 is as many as the syntax at the cursor asks for. `cancel` is asked several times a second; a newer
        call for the document, and `cancel_document`, end this one at once.

        Raises:
            CodeassistError: the engine is missing or failed.
        """
        del max_lines, cancel
        done = complete(self._session, place, max_tokens)
        with self._lock:
            self.counters.requests += 1
        return Suggestion(done.text, done.finish, done.confidence, "engine", done.timings)

    def lookup(self, document: str, place: Place) -> Suggestion | None:
        """What is known without asking the engine: cached, or the rest of what was suggested. Takes no time."""
        del document, place
        return None

    def shown(self, document: str, place: Place, suggestion: Suggestion) -> None:
        """The suggestion is on the screen: count it, and compute the next one early, in the background."""
        del document, place, suggestion
        with self._lock:
            self.counters.shown += 1

    def warm(self, document: str, place: Place) -> None:
        """Evaluate the prompt of a place in the background, before anybody asks. Returns at once."""

    def cancel(self, document: str) -> None:
        """Nobody waits for this document any more. Returns at once."""

    def forget(self, document: str) -> None:
        """The document was closed."""

    def close(self) -> None:
        """End background work and close the engine's client."""
        self._session.engine.close()
