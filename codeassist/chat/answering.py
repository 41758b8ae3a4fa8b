"""One generation in a chat: the answer as it comes, checked, with what it cites and what it cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from codeassist.chat.citations import joined, of_names, of_paths
from codeassist.chat.evidence import closest, copied
from codeassist.chat.excerpts import Excerpt
from codeassist.chat.repetition import Repetition
from codeassist.chat.revising import Revision
from codeassist.chat.sources import Citation, Sources
from codeassist.context.chunk import Shown
from codeassist.context.index import Cancel, never
from codeassist.engine.api import Chunk, Message, Priority, Request, Usage
from codeassist.engine.timings import Timings
from codeassist.session import Session

MARGIN_TOKENS = 64  # turn markers of the chat template


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The contract's answer."""

    schema: int = 1
    answer: str
    citations: list[Citation]
    timings: Timings
    model: str
    truncated: list[str] = []  # files that were cut to fit the context
    context: list[Shown] = []


def _unwatched(_usage: Usage) -> None:
    """Nobody looks."""


def _unsaid(_shown: Sequence[Shown]) -> None:
    """Nobody is told."""


@dataclass(frozen=True)
class Listener:
    """Who is told of an answer: the places it is made from, how far the prompt is read, its text as it comes.

    `cancel` ends it early; what came is kept.
    """

    text: Callable[[str], None]
    progress: Callable[[Usage], None] = _unwatched
    sources: Callable[[Sequence[Shown]], None] = _unsaid
    cancel: Cancel = never


@dataclass(frozen=True)
class Material:
    """What a prompt was made of.

    Attributes:
        sources: what the answer may cite.
        excerpts: what is shown of the repository in this prompt; `seen`: what it holds from before.
        cut: names of files that were cut.
    """

    messages: Sequence[Message]
    question: str
    sources: Sources
    excerpts: Sequence[Excerpt] = ()
    seen: Sequence[Citation] = ()
    cut: Sequence[str] = ()


def room_of(session: Session, max_tokens: int | None) -> tuple[int, int]:
    """The tokens that a prompt may have, and those that its answer may have."""
    size = session.engine.info().context_tokens
    limit = min(max_tokens or session.settings.ask.max_tokens, size // 3)
    return size - limit - MARGIN_TOKENS, limit


def answer(session: Session, material: Material, listener: Listener, limit: int, began: float) -> tuple[Answer, str]:
    """The answer to what was asked at `began` (monotonic seconds), and the text as the model wrote it.

    Raises:
        EngineError: the engine failed.
    """
    shown = [
        Shown(each.place.path, each.place.start, each.place.end, each.reason, each.tokens) for each in material.excerpts
    ]
    listener.sources(shown)
    places = [*(each.place for each in material.excerpts), *material.seen]
    writing = _Writing(listener, Revision(material.sources, [each.path for each in places], listener.text))
    seen = any(message.images for message in material.messages)
    request = Request(
        prompt=() if seen else session.engine.render_chat(material.messages),
        turns=tuple(material.messages) if seen else (),
        max_tokens=limit,
        priority=Priority.INTERACTIVE,
    )
    session.engine.generate(request, writing.take)
    writing.revision.end()
    text = writing.revision.text.strip()
    told = Answer(
        answer=text,
        citations=_citations(writing.revision, material, places),
        timings=Timings.of(writing.usage, began, writing.first or time.monotonic()),
        model=session.engine.info().id,
        truncated=list(material.cut),
        context=shown,
    )
    return told, writing.raw


def _citations(revision: Revision, material: Material, places: Sequence[Citation]) -> list[Citation]:
    """What the answer cites, and what it rests on as far as a program can tell."""
    text, question, sources = revision.text, material.question, material.sources
    defined, others = of_names(text, sources, places)
    told = joined(revision.citations, defined)
    found = joined(joined(told, others), copied(text, question, sources, places))
    cited = {each.path for each in found}
    found = joined(found, [each for each in of_paths(text, sources, places) if each.path not in cited])
    return found if told else joined(found, closest(text, question, sources, places))


class _Writing:
    """Follows one generation."""

    def __init__(self, listener: Listener, revision: Revision) -> None:
        self._listener = listener
        self._repetition = Repetition()
        self.revision = revision
        self.raw = ""
        self.usage = Usage()
        self.first = 0.0

    def take(self, chunk: Chunk) -> bool:
        """One chunk; True if the person wants no more, or the model only repeats itself."""
        self.usage = chunk.usage
        self._listener.progress(chunk.usage)
        if chunk.text:
            self.first = self.first or time.monotonic()
            self.raw += chunk.text
            self.revision.take(chunk.text)
        return self._listener.cancel() or self._repetition.found(chunk.text)
