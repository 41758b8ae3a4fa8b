"""A conversation about files and a repository, held to what the context can hold.

The prompt only ever grows at its end: the instructions, then each question with what was shown for it, and its answer.
So the KV cache holds all of it but the newest question. When it no longer fits, the oldest questions go, so many that
this happens rarely: everything has to be evaluated again then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from codeassist import templates
from codeassist.chat.citations import joined, of_names
from codeassist.chat.documents import Document, clip, fence, fit, label
from codeassist.chat.excerpts import Excerpt, find_excerpts, rendered
from codeassist.chat.followup import query_for
from codeassist.chat.revising import Revision
from codeassist.chat.sources import Citation, Sources
from codeassist.context.index import Cancel, Index, never
from codeassist.engine.api import Chunk, Message, Priority, Request, Usage
from codeassist.engine.timings import Timings
from codeassist.session import Session

_MARGIN_TOKENS = 64  # turn markers of the chat template
_TURN_TOKENS = 12  # of the markers around a question and its answer
_KEPT = 0.6  # of the room, when old questions have to go


class Shown(msgspec.Struct, frozen=True):
    """Lines of the repository that the model was shown, why, and the tokens that they cost."""

    path: str
    start: int
    end: int
    reason: str
    tokens: int


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The contract's answer."""

    schema: int = 1
    answer: str
    citations: list[Citation]
    timings: Timings
    model: str
    truncated: list[str] = []  # files that were cut to fit the context
    context: list[Shown] = []


def no_progress(_usage: Usage) -> None:
    """Nobody looks."""


@dataclass(frozen=True)
class Listener:
    """Who is told of an answer: its text as it comes, how far the prompt is read; `cancel` ends it early."""

    text: Callable[[str], None]
    progress: Callable[[Usage], None] = no_progress
    sources: Callable[[Sequence[Shown]], None] = lambda _shown: None
    cancel: Cancel = never


@dataclass
class Turn:
    """A question and its answer. `content` is what the model was shown, without the files; `raw` what it wrote."""

    question: str
    content: str
    raw: str
    answer: str
    citations: list[Citation] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    tokens: int = 0


@dataclass(frozen=True)
class _Plan:
    messages: list[Message]
    content: str
    excerpts: list[Excerpt]
    cut: list[str]


class Conversation:
    """Asks one question after another.

    Attributes:
        documents: the files that every prompt holds.
        turns: every question that was answered.
        first: the oldest turn that the next prompt still holds.
    """

    def __init__(self, session: Session, index: Index | None = None, *, reserve: int = 0) -> None:
        """`reserve`: tokens kept for the question, so that files are cut the same whatever its length."""
        self._session = session
        self._index = index
        self._reserve = reserve
        self._prompt = templates.ask_prompt()
        self._added: dict[str, int] = {}  # path -> the turn whose question it precedes
        self.documents: list[Document] = []
        self.turns: list[Turn] = []
        self.first = 0

    def add(self, document: Document) -> None:
        """Show a file from now on; one of the same name is replaced."""
        kept = [each for each in self.documents if each.path != document.path]
        if len(kept) == len(self.documents):
            self._added[document.path] = len(self.turns)
            self.documents.append(document)
        else:
            self.documents = [document if each.path == document.path else each for each in self.documents]

    def drop(self, path: str) -> bool:
        """Show a file no longer; False if it was not shown."""
        self.documents = [each for each in self.documents if each.path != path]
        return self._added.pop(path, None) is not None

    def clear(self) -> None:
        """Forget questions and answers; files stay."""
        self.turns, self.first = [], 0
        self._added = dict.fromkeys(self._added, 0)

    def ask(self, question: str, listener: Listener, max_tokens: int | None = None) -> Answer:
        """Answer a question; what came of an answer that was cancelled is kept.

        Raises:
            EngineError: the engine failed.
        """
        began = time.monotonic()
        engine = self._session.engine
        room = engine.info().context_tokens
        limit = min(max_tokens or self._session.settings.ask.max_tokens, room // 3)
        sources = Sources(self.documents, self._index)
        plan = self._plan(question, sources, room - limit - _MARGIN_TOKENS)
        places = [each.place for each in plan.excerpts]
        shown = [
            Shown(each.place.path, each.place.start, each.place.end, each.reason, each.tokens) for each in plan.excerpts
        ]
        listener.sources(shown)
        writing = _Writing(listener, Revision(sources, [each.path for each in places], listener.text))
        tokens = engine.render_chat(plan.messages)
        engine.generate(Request(prompt=tokens, max_tokens=limit, priority=Priority.INTERACTIVE), writing.take)
        writing.revision.end()
        seen = [*places, *self._seen()]
        citations = joined(writing.revision.citations, of_names(writing.revision.text, sources, seen))
        text = writing.revision.text.strip()
        if text:
            size = sum(self._count([plan.content, writing.raw])) + _TURN_TOKENS
            self.turns.append(Turn(question, plan.content, writing.raw, text, citations, shown, size))
        return Answer(
            answer=text,
            citations=citations,
            timings=Timings.of(writing.usage, began, writing.first or time.monotonic()),
            model=engine.info().id,
            truncated=plan.cut,
            context=shown,
        )

    def _seen(self) -> list[Citation]:
        """The places of the repository that the prompt holds already."""
        return [Citation(each.path, each.start, each.end) for turn in self.turns[self.first :] for each in turn.shown]

    def _count(self, texts: Sequence[str]) -> list[int]:
        return [len(each) for each in self._session.engine.tokenize(texts)]

    def _plan(self, question: str, sources: Sources, room: int) -> _Plan:
        """What the next prompt holds, in `room` tokens."""
        files = self._fitted(question, room)
        cut = [each.path for each, full in zip(files, self.documents, strict=True) if each != full]
        fixed = sum(self._count([self._prompt.system, question, *map(self._file, files)])) + _TURN_TOKENS
        room -= fixed
        excerpts = self._excerpts(question, sources, room)
        turns = sum(each.tokens for each in self.turns[self.first :])
        if self.first < len(self.turns) and turns + sum(each.tokens for each in excerpts) > room:
            self._let_go(int(room * _KEPT) - sum(each.tokens for each in excerpts))
            excerpts = self._excerpts(question, sources, room)
        content = self._content(question, excerpts)
        return _Plan(self._messages(files, content), content, excerpts, cut)

    def _fitted(self, question: str, room: int) -> list[Document]:
        size = self._session.engine.info().context_tokens
        clipped = [clip(each, size) for each in self.documents]
        reserved = max(0, self._reserve - sum(self._count([question])))
        return fit(self._session.engine, clipped, room - reserved, question, self._prompt) if clipped else []

    def _excerpts(self, question: str, sources: Sources, room: int) -> list[Excerpt]:
        budget = min(self._session.settings.ask.context_tokens, room)
        if self._index is None or budget <= 0:
            return []
        whole = [Citation(each.path, 1, len(sources.lines(each.path))) for each in self.documents]
        query = query_for(question, self.turns[-1].answer if self.turns else "")
        return find_excerpts(self._session.engine, self._index, sources, query, budget, [*whole, *self._seen()])

    def _let_go(self, room: int) -> None:
        """Drop the oldest turns until the others fit."""
        while self.first < len(self.turns) and sum(each.tokens for each in self.turns[self.first :]) > room:
            self.first += 1

    def _content(self, question: str, excerpts: Sequence[Excerpt]) -> str:
        filled = self._prompt.question.replace("{question}", question)
        return filled.replace("{files}", rendered(excerpts, self._prompt), 1).strip()

    def _file(self, document: Document) -> str:
        block = self._prompt.file.replace("{path}", label(document.path)).replace("{fence}", fence(document.text))
        return block.replace("{content}", document.text)

    def _messages(self, files: Sequence[Document], content: str) -> list[Message]:
        messages = [Message("system", self._prompt.system)]
        for number, turn in enumerate([*self.turns[self.first :], None], self.first):
            here = "".join(self._file(each) for each in files if max(self._added[each.path], self.first) == number)
            messages.append(Message("user", (here + "\n" + (turn.content if turn else content)).strip()))
            if turn is not None:
                messages.append(Message("assistant", turn.raw))
        return messages


def _shown(excerpt: Excerpt) -> Shown:
    place = excerpt.place
    return Shown(place.path, place.start, place.end, excerpt.reason, excerpt.tokens)


class _Writing:
    """Follows one generation."""

    def __init__(self, listener: Listener, revision: Revision) -> None:
        self._listener = listener
        self.revision = revision
        self.raw = ""
        self.usage = Usage()
        self.first = 0.0

    def take(self, chunk: Chunk) -> bool:
        """One chunk; True if the person wants no more."""
        self.usage = chunk.usage
        self._listener.progress(chunk.usage)
        if chunk.text:
            self.first = self.first or time.monotonic()
            self.raw += chunk.text
            self.revision.take(chunk.text)
        return self._listener.cancel()
