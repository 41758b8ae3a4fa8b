"""Answers one question about given files, and cites the lines of them that the answer speaks of."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from codeassist import templates
from codeassist.context.languages import language_for
from codeassist.context.scope import definitions
from codeassist.engine.api import Chunk, Engine, Message, Priority, Request, Usage
from codeassist.engine.timings import Timings
from codeassist.session import Session
from codeassist.templates import AskPrompt

_CHARACTERS_PER_TOKEN = 12  # no text needs more on average: what is tokenised is bounded by it
_MARGIN_TOKENS = 64  # turn markers of the chat template
_CITED = re.compile(r"([\w./-]+\.\w+):L?(\d{1,6})(?:-L?(\d{1,6}))?")
_NAMED = re.compile(r"`([A-Za-z_]\w*)(?:\(\))?`")
_CITATIONS = 12


@dataclass(frozen=True)
class Document:
    """A file the model is shown: its name as the user gave it, and its text (LF newlines)."""

    path: str
    text: str


class Citation(msgspec.Struct, frozen=True):
    """Lines that exist, 1-based, both ends included."""

    path: str
    start: int
    end: int


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The contract's answer."""

    schema: int = 1
    answer: str
    citations: list[Citation]
    timings: Timings
    model: str
    truncated: list[str] = []  # files that were cut to fit the context


def ask(
    session: Session,
    question: str,
    documents: Sequence[Document],
    on_text: Callable[[str], None],
    max_tokens: int | None = None,
) -> Answer:
    """Answer, calling `on_text` with each piece as it comes.

    Raises:
        EngineError: the engine failed.
    """
    began = time.monotonic()
    engine, prompt = session.engine, templates.ask_prompt()
    limit = min(max_tokens or session.settings.ask.max_tokens, engine.info().context_tokens // 3)
    clipped = [
        Document(each.path, each.text[: engine.info().context_tokens * _CHARACTERS_PER_TOKEN]) for each in documents
    ]
    shown = fit(engine, clipped, engine.info().context_tokens - limit - _MARGIN_TOKENS, question, prompt)
    files = "".join(prompt.file.replace("{path}", each.path).replace("{content}", each.text) for each in shown)
    content = prompt.question.replace("{question}", question).replace("{files}", files).strip()
    tokens = engine.render_chat([Message("system", prompt.system), Message("user", content)])
    listener = _Listener(on_text)
    engine.generate(Request(prompt=tokens, max_tokens=limit, priority=Priority.INTERACTIVE), listener.take)
    cut = [each.path for each, full in zip(shown, documents, strict=True) if each != full]
    return Answer(
        answer=listener.text.strip(),
        citations=citations(listener.text, documents),
        timings=Timings.of(listener.usage, began, listener.first or time.monotonic()),
        model=engine.info().id,
        truncated=cut,
    )


class _Listener:
    """Passes the answer on as it comes."""

    def __init__(self, on_text: Callable[[str], None]) -> None:
        self._on_text = on_text
        self.text = ""
        self.usage = Usage()
        self.first = 0.0

    def take(self, chunk: Chunk) -> bool:
        """One chunk; the answer is never ended early."""
        self.usage = chunk.usage
        if chunk.text:
            self.first = self.first or time.monotonic()
            self.text += chunk.text
            self._on_text(chunk.text)
        return False


def fit(engine: Engine, documents: Sequence[Document], budget: int, question: str, prompt: AskPrompt) -> list[Document]:
    """The documents, the largest cut at a line's end until all fit into `budget` tokens with the question."""
    fixed = [question, prompt.system, prompt.question, *(prompt.file + each.path for each in documents)]
    counts = [len(tokens) for tokens in engine.tokenize([*fixed, *(each.text for each in documents)])]
    room = max(0, budget - sum(counts[: len(fixed)]))
    sizes = counts[len(fixed) :]
    level = _level(sizes, room)
    marker = len(engine.tokenize([prompt.truncated])[0]) + 1
    return [
        each if size <= level else _cut(engine, each, max(0, level - marker), prompt.truncated)
        for each, size in zip(documents, sizes, strict=True)
    ]


def _level(sizes: Sequence[int], room: int) -> int:
    """The size at which the largest must be cut so that all together fit into `room`."""
    left, rest = room, sorted(sizes)
    while rest:
        share = left // len(rest)
        if rest[0] > share:
            return share
        left -= rest.pop(0)
    return max(sizes, default=0)


def _cut(engine: Engine, document: Document, tokens: int, marker: str) -> Document:
    """The beginning of a document, whole lines of at most so many tokens, and the marker."""
    lines = document.text.split("\n")
    sizes = [len(each) + 1 for each in engine.tokenize(lines)]
    kept, used = 0, 0
    while kept < len(lines) and used + sizes[kept] <= tokens:
        used += sizes[kept]
        kept += 1
    return Document(document.path, "\n".join([*lines[:kept], marker]))


def citations(answer: str, documents: Sequence[Document]) -> list[Citation]:
    """The places of the documents that an answer speaks of, every one checked to exist.

    Taken from `path:line` in the answer, and from names in backticks that a document defines. A small model
    names things well and counts lines badly, so the lines of names come from the syntax tree.
    """
    lengths = {each.path: each.text.count("\n") + 1 for each in documents}
    found: dict[Citation, None] = {}
    for path, first, last in _CITED.findall(answer):
        start, end = int(first), int(last or first)
        if 1 <= start <= end <= lengths.get(path, 0):
            found[Citation(path, start, end)] = None
    named = dict.fromkeys(_NAMED.findall(answer))
    for document in documents:
        language = language_for(document.path)
        for each in definitions(language, document.text) if language else ():
            if each.name in named:
                found[Citation(document.path, each.start_line, each.end_line)] = None
    return list(found)[:_CITATIONS]
