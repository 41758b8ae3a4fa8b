"""One completion, from a place in a file to the text to insert."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from codeassist.completion import prompt as prompts
from codeassist.completion.extent import first_line, one_line, paragraph
from codeassist.completion.postprocess import Filtered, clean, finished
from codeassist.context.languages import Language, language_for
from codeassist.engine.api import Chunk, Priority, Request, Usage
from codeassist.engine.timings import Timings
from codeassist.session import Session


@dataclass(frozen=True)
class Place:
    """Where to complete: a file's name, its text before and after the cursor (LF newlines), its own newline."""

    path: Path
    before: str
    after: str
    newline: str = "\n"


_SPEAKS_FOR_ITSELF = 300  # characters


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """The contract's completion. `context` lists chunks of other files that the model was shown."""

    schema: int = 1
    text: str
    finish: str  # "stop", "length", "scope", "filtered" or "cancelled"
    model: str
    confidence: float
    timings: Timings
    context: list[dict[str, object]] = []


def complete(session: Session, place: Place, max_tokens: int | None = None) -> Completion:
    """Complete at a place.

    Raises:
        EngineError: the engine failed.
    """
    began = time.monotonic()
    settings = session.settings.completion
    language = language_for(place.path)
    limit = max_tokens or settings.max_tokens
    prompt = prompts.plan(
        place.before, place.after, session.manifest, settings, session.engine, limit, _header(place, language)
    )
    middle = _Middle(place, language, prompt.begin, session.manifest.fim.end if session.manifest.fim else ())
    request = Request(
        prompt=prompt.tokens, max_tokens=prompt.max_tokens, begin=prompt.begin, priority=Priority.COMPLETION
    )
    session.engine.generate(request, middle.take)
    result = middle.result()
    return Completion(
        text=result.text.replace("\n", place.newline),
        finish=result.finish,
        model=session.engine.info().id,
        confidence=middle.confidence,
        timings=Timings.of(middle.usage, began, middle.first or time.monotonic()),
    )


def _header(place: Place, language: Language | None) -> str:
    """A comment with the file's name, where little else tells the model what it writes.

    In a file that speaks for itself it is left out: it did not help there (single-line infilling with the 0.5B, n=40:
    0.50 with it, 0.55 without).
    """
    if language is not None and len(place.before) + len(place.after) > _SPEAKS_FOR_ITSELF:
        return ""
    name = place.path.name if place.path.is_absolute() else place.path.as_posix()
    name = " ".join(name.encode("utf-8", "replace").decode().split())
    return f"{language.line_comment if language else '#'} {name}\n"


class _Middle:
    """Collects the output while it is decoded, and ends it when the code at the cursor is complete."""

    def __init__(self, place: Place, language: Language | None, begin: str, end_tokens: tuple[int, ...]) -> None:
        self._place = place
        self._language = language
        self._begin = begin
        self._end_tokens = frozenset(end_tokens)
        self._one_line = one_line(place.before, place.after, language)
        self._raw = ""
        self._finish = ""
        self._complete: Filtered | None = None
        self._logprobs: list[float] = []
        self.usage = Usage()
        self.first = 0.0

    def take(self, chunk: Chunk) -> bool:
        """One chunk; True once no more is needed."""
        self.usage = chunk.usage
        self._finish = chunk.finish or self._finish
        if self._end_tokens.intersection(chunk.tokens):
            self._finish = "stop"
            return True
        if not chunk.text:
            return False
        self.first = self.first or time.monotonic()
        self._raw += chunk.text
        self._logprobs += chunk.logprobs
        if "\n" in self._text:  # a line's first character may show that the code has left its block
            self._complete = self._finished()
        return self._complete is not None

    def _finished(self) -> Filtered | None:
        """The result, if the code at the cursor is complete."""
        before, after = self._place.before, self._place.after
        bound = first_line if self._one_line else None if self._language else paragraph
        ended = bound(self._text) if bound else None
        if ended is not None:
            done = clean(before, after, ended, self._language)
            return Filtered(done.text, done.finish or "scope")
        return finished(before, after, self._text, self._language)

    @property
    def _text(self) -> str:
        """The output without the word that it had to begin with."""
        return self._raw[len(self._begin) :] if self._raw.startswith(self._begin) else ""

    @property
    def confidence(self) -> float:
        """The geometric mean of the generated tokens' probabilities, 0 to 1."""
        if not self._logprobs:
            return 0.0
        return round(min(1.0, math.exp(sum(self._logprobs) / len(self._logprobs))), 4)

    def result(self) -> Filtered:
        """The filtered output with the reason of its end."""
        done = self._complete or clean(self._place.before, self._place.after, self._text, self._language)
        return Filtered(done.text, done.finish or self._finish or "stop")
