"""A conversation about files and a repository, held to what the context can hold.

The prompt only ever grows at its end: the instructions, then each question with what was shown for it, and its answer.
So the KV cache holds all of it but the newest question. When it no longer fits, the oldest questions go, so many that
this happens rarely: everything has to be evaluated again then.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from codeassist import templates
from codeassist.chat.answering import Answer, Listener, Material, answer, room_of
from codeassist.chat.documents import Document, clip, fence, fit, label
from codeassist.chat.excerpts import Excerpt, find_excerpts, rendered
from codeassist.chat.followup import query_for
from codeassist.chat.images import Image, showing
from codeassist.chat.sources import Citation, Sources
from codeassist.context.chunk import Shown
from codeassist.context.embeddings import by_meaning
from codeassist.context.index import Index
from codeassist.engine.api import Message
from codeassist.engine.images import IMAGE_TOKENS
from codeassist.session import Session
from codeassist.terminal import one_line

_TURN_TOKENS = 12  # of the markers around a question and its answer
_FOLLOW_UP = 2  # a later question is shown this much less: it mostly speaks of what is there, and waits for the rest
_TITLE = 60  # characters of a question, where it is told
_KEPT = 0.6  # of the room, when old questions have to go


@dataclass
class Turn:
    """A question and its answer.

    Attributes:
        content: what the model was shown, without the files; `raw`: what it wrote. Both stay as they were, for the
            KV cache; `answer` is what the person saw.
        tokens: of content and raw.
    """

    question: str
    content: str
    raw: str
    answer: str
    citations: list[Citation] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    tokens: int = 0


@dataclass(frozen=True)
class Held:
    """A part of the next prompt, for people: what it is, and its tokens."""

    what: str
    tokens: int


class Conversation:
    """Asks one question after another.

    Attributes:
        documents: the files that every prompt holds.
        turns: every question that was answered.
        first: the oldest turn that the next prompt still holds.
    """

    def __init__(self, session: Session, index: Index | None = None, *, reserve: int = 0) -> None:
        """`reserve`: tokens kept for a question, so that files are cut the same whatever its length."""
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
        if document.path in self._added:
            self.documents = [document if each.path == document.path else each for each in self.documents]
        else:
            self._added[document.path] = len(self.turns)
            self.documents.append(document)

    def drop(self, path: str) -> bool:
        """Show a file no longer; False if it was not shown."""
        self.documents = [each for each in self.documents if each.path != path]
        return self._added.pop(path, None) is not None

    def clear(self) -> None:
        """Forget questions and answers; files stay."""
        self.turns, self.first = [], 0
        self._added = dict.fromkeys(self._added, 0)

    def resume(self, turns: Sequence[tuple[str, str]]) -> None:
        """Begin with questions and answers of before; what was shown for them is looked up anew."""
        for question, said in turns:
            content = self._content(question, [])
            size = sum(self._count([content, said])) + _TURN_TOKENS
            self.turns.append(Turn(question, content, said, said, tokens=size))

    def ask(
        self, question: str, listener: Listener, max_tokens: int | None = None, images: Sequence[Image] = ()
    ) -> Answer:
        """Answer a question; what came of an answer that was cancelled is kept. Images are shown for this one alone.

        Raises:
            EngineError: the engine failed.
        """
        began = time.monotonic()
        room, limit = room_of(self._session, max_tokens)
        sources = Sources(self.documents, self._index)
        content, material = self._plan(question, sources, room - len(images) * IMAGE_TOKENS)
        material = replace(material, messages=showing(material.messages, images, self._prompt.images))
        told, raw = answer(self._session, material, listener, limit, began)
        if told.answer:
            size = sum(self._count([content, raw])) + _TURN_TOKENS
            self.turns.append(Turn(question, content, raw, told.answer, told.citations, told.context, size))
        return told

    def held(self) -> tuple[list[Held], int]:
        """What the next prompt holds before its question, and the tokens that the context has."""
        room, _ = room_of(self._session, None)
        files = self._fitted("", room)
        sizes = self._count([self._prompt.system, *map(self._file, files)])
        parts = [Held("instructions", sizes[0])]
        cut = [each != full for each, full in zip(files, self.documents, strict=True)]
        for each, size, short in zip(files, sizes[1:], cut, strict=True):
            parts.append(Held(each.path + (" (cut)" if short else ""), size))
        for turn in self.turns[self.first :]:
            places = sum(each.tokens for each in turn.shown)
            parts.append(Held(f"question: {one_line(turn.question, _TITLE)}", turn.tokens - places))
            parts += [Held(f"  {each.path}:{each.start}-{each.end}", each.tokens) for each in turn.shown]
        return parts, self._session.engine.info().context_tokens

    def _plan(self, question: str, sources: Sources, room: int) -> tuple[str, Material]:
        """What the next prompt says after the files, and the prompt, of at most `room` tokens."""
        files = self._fitted(question, room)
        cut = [each.path for each, full in zip(files, self.documents, strict=True) if each != full]
        room -= sum(self._count([self._prompt.system, question, *map(self._file, files)])) + _TURN_TOKENS
        excerpts = self._excerpts(question, sources, room)
        if room > 0 and self._turns_tokens() + _tokens(excerpts) > room:  # else not even the question fits
            self._let_go(int(room * _KEPT) - _tokens(excerpts))
            excerpts = self._excerpts(question, sources, room)
        content = self._content(question, excerpts)
        return content, Material(self._messages(files, content), question, sources, excerpts, self._seen(), cut)

    def _turns_tokens(self) -> int:
        return sum(each.tokens for each in self.turns[self.first :])

    def _let_go(self, room: int) -> None:
        """Drop the oldest turns until the others fit."""
        while self.first < len(self.turns) and self._turns_tokens() > room:
            self.first += 1

    def _seen(self) -> list[Citation]:
        """The places of the repository that the turns hold."""
        return [Citation(each.path, each.start, each.end) for turn in self.turns[self.first :] for each in turn.shown]

    def _fitted(self, question: str, room: int) -> list[Document]:
        if not self.documents:
            return []
        size = self._session.engine.info().context_tokens
        reserved = max(0, self._reserve - sum(self._count([question])))
        clipped = [clip(each, size) for each in self.documents]
        return fit(self._session.engine, clipped, room - reserved, question, self._prompt)

    def _excerpts(self, question: str, sources: Sources, room: int) -> list[Excerpt]:
        budget = min(self._session.settings.ask.context_tokens // (_FOLLOW_UP if self._seen() else 1), room)
        if self._index is None or budget <= 0:
            return []
        whole = [Citation(each.path, 1, len(sources.lines(each.path))) for each in self.documents]
        query = query_for(question, self.turns[-1].answer if self.turns else "")
        seen = [*whole, *self._seen()]
        nearest = by_meaning(self._index, self._session.embedder, query)
        return find_excerpts(self._session.engine, self._index, sources, query, budget, seen, nearest)

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
            messages.append(Message("user", f"{here}\n{turn.content if turn else content}".strip()))
            if turn is not None:
                messages.append(Message("assistant", turn.raw))
        return messages

    def _count(self, texts: Sequence[str]) -> list[int]:
        return [len(each) for each in self._session.engine.tokenize(texts)]


def _tokens(excerpts: Sequence[Excerpt]) -> int:
    return sum(each.tokens for each in excerpts)
