"""Fills places from the anchors of their documents, over one engine."""

from __future__ import annotations

import threading

from codeassist.completion.anchor import Anchor
from codeassist.completion.cache import Known, SuggestionCache
from codeassist.completion.decoding import Effort, Place
from codeassist.completion.documents import Document, Documents
from codeassist.completion.pipeline import STALE_LINES, Filled, fill, header
from codeassist.completion.prompt import Planner
from codeassist.completion.suggestion import Counters
from codeassist.context.languages import language_for
from codeassist.engine.api import Usage
from codeassist.session import Session


class Anchored:
    """Documents, their anchors and what was suggested in them. From any thread: `lock` guards all of it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.planner = Planner(session.manifest, session.settings.completion, session.engine)
        self.lock = threading.RLock()
        self.cache = SuggestionCache()
        self.counters = Counters()
        self._documents = Documents()

    def document(self, name: str) -> Document:
        """What is known of a document."""
        with self.lock:
            return self._documents.get(name)

    def forget(self, name: str) -> None:
        """The document was closed."""
        with self.lock:
            self._documents.forget(name)
            self.cache.forget(name)

    def look_again(self) -> None:
        """The repository has changed: each document's surroundings are looked at again."""
        with self.lock:
            self._documents.look_again()

    def fill(self, name: str, place: Place, effort: Effort) -> Filled:
        """Write at a place; what is written is remembered, unless it was cancelled.

        Raises:
            EngineError: the engine failed.
        """
        here = self.document(name)
        filled = fill(self.planner, place, language_for(place.path), self.anchor(here, place), effort)
        with self.lock:
            self.count(filled.usage)
            if filled.finish != "cancelled":
                known = Known(filled.text, filled.finish, filled.confidence)
                self.cache.put(name, place.before, place.after, known)
        return filled

    def anchor(self, here: Document, place: Place) -> Anchor:
        """An anchor of the document that fits the place, or a new one."""
        with self.lock:
            known = here.fitting(place, STALE_LINES)
        if known is not None:
            return known
        anchor = self.new_anchor(here, place)
        self.keep(here, anchor)
        return anchor

    def new_anchor(self, here: Document, place: Place) -> Anchor:
        """An anchor that the document does not have yet."""
        with self.lock:
            previous, context = (here.anchors[0] if here.anchors else None), [each.text for each in here.context]
        language = language_for(place.path)
        return self.planner.anchor(place.before, place.after, language, header(place, language), previous, context)

    def keep(self, here: Document, anchor: Anchor) -> None:
        """Take an anchor into use."""
        with self.lock:
            here.keep(anchor)
            self.counters.anchors += 1

    def count(self, usage: Usage) -> None:
        """Add what a request cost."""
        with self.lock:
            self.counters.evaluated_tokens += usage.evaluated_tokens
            self.counters.generated_tokens += usage.generated_tokens
