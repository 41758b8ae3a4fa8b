"""One output while it is decoded: collects it, and ends it when the code at the cursor is complete."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from codeassist.completion.extent import Extent, extent, first_line, paragraph, statements
from codeassist.completion.filters.confidence import Thresholds, confident, mean_probability
from codeassist.completion.fits import fits, next_line
from codeassist.completion.postprocess import Filtered, clean, finished
from codeassist.context.languages import Language
from codeassist.engine.api import Chunk, Priority, Usage

Cancel = Callable[[], bool]
_HOLE_LINES, _BEGUN_LINES = 12, 6  # written in search of the suffix; where the person has begun the line


def never() -> bool:
    """A cancel token that is never pulled."""
    return False


@dataclass(frozen=True)
class Place:
    """Where to complete: a file's name, its text before and after the cursor (LF newlines), its own newline."""

    path: Path
    before: str
    after: str
    newline: str = "\n"

    @property
    def line(self) -> str:
        """What stands before the cursor on its line."""
        return self.before[self.before.rfind("\n") + 1 :]


@dataclass(frozen=True)
class Effort:
    """What a completion may cost.

    Attributes:
        max_lines: 0 is as many as the syntax at the cursor asks for.
        patience_s: seconds after which whole statements are enough; None: everything that the syntax asks for.
        session: a newer request of the same session cancels this one.
        candidates: further outputs may be tried where the first one does not fit what follows.
        thresholds: how sure the model must be for decoding to go on; None: whatever it writes is wanted.
    """

    max_tokens: int
    max_lines: int = 0
    patience_s: float | None = None
    priority: Priority = Priority.COMPLETION
    session: str = ""
    candidates: bool = True
    thresholds: Thresholds | None = None
    cancel: Cancel = never


class Decoding:
    """Collects the output; `take` is the engine's `emit`."""

    def __init__(
        self, place: Place, language: Language | None, begin: str, end_tokens: frozenset[int], effort: Effort
    ) -> None:
        self._place = place
        self._language = language
        self._begin = begin
        self._end_tokens = end_tokens
        self._effort = effort
        self.extent = extent(place.before, place.after, language)
        self._most_lines = _BEGUN_LINES if place.line.strip() else _HOLE_LINES
        self._started = time.monotonic()
        self._raw = ""
        self._finish = ""
        self._complete: Filtered | None = None
        self._seen: tuple[int, bool] | None = None
        self._unfit: set[str] = set()  # statements that do not fit what follows
        self._first: Filtered | None = None  # of a hole, the first statement, whether what follows fits it or not
        self._tokens: list[tuple[int, float]] = []  # characters of the output after it, log-probability
        self.alternatives: tuple[str, ...] = ()  # other beginnings of the output, the likeliest first
        self.usage = Usage()
        self.first = 0.0

    def take(self, chunk: Chunk) -> bool:
        """One chunk; True once no more is needed."""
        self.usage = chunk.usage
        self._finish = chunk.finish or self._finish
        if self._end_tokens.intersection(chunk.tokens):
            self._finish = "stop"
            return True
        if chunk.text:
            self.first = self.first or time.monotonic()
            self._branch(chunk)
            self._raw += chunk.text
            self._tokens += [(len(self.text), logprob) for logprob in chunk.logprobs]
            if self._doubtful:
                self._complete = Filtered("", "filtered")
            elif self._news():
                self._complete = self._finished()
        if self._complete is None and self._effort.cancel():
            self._finish = "cancelled"
            return True
        return self._complete is not None

    @property
    def _doubtful(self) -> bool:
        """True if the model is not sure enough of what it has written so far."""
        limits = self._effort.thresholds
        if limits is None:
            return False
        logprobs = [logprob for end, logprob in self._tokens if end > 0]
        return not confident(logprobs, limits, forced=bool(self._begin.strip()))

    def _news(self) -> bool:
        """True once for each new line, and once its first character shows whether the code has left its block."""
        lines, _, last = self.text.rpartition("\n")
        seen = (lines.count("\n"), bool(last.strip())) if "\n" in self.text else None
        changed, self._seen = seen is not None and seen != self._seen, seen
        return changed

    def _branch(self, chunk: Chunk) -> None:
        """Keep what could have stood instead of the first token that is more than blanks."""
        if self.alternatives or self.text.strip() or not chunk.alternatives:
            return
        texts = (self._raw + text for text, _ in chunk.alternatives if text.strip() and text != chunk.text)
        if (self._raw + chunk.text)[len(self._begin) :].strip():
            self.alternatives = tuple(text for text in texts if text.startswith(self._begin))

    @property
    def indent(self) -> str:
        """The blanks that the output's first line of code begins with."""
        line = next((line for line in self.text.split("\n") if line.strip()), "")
        return line[: len(line) - len(line.lstrip(" \t"))]

    @property
    def text(self) -> str:
        """The output without what it had to begin with."""
        return self._raw[len(self._begin) :] if self._raw.startswith(self._begin) else ""

    def _finished(self) -> Filtered | None:
        """The result, if the code at the cursor is complete."""
        before, after = self._place.before, self._place.after
        if self.extent in (Extent.LINE, Extent.PARAGRAPH):
            ended = first_line(self.text) if self.extent is Extent.LINE else paragraph(self.text)
            return None if ended is None else self._cleaned(ended)
        done = finished(before, after, self.text, self._language)
        if done is not None:
            return done if self.extent is not Extent.HOLE or self._meets(done) else self._statements() or done
        written = self.text.count("\n")
        if 0 < self._effort.max_lines <= written:
            return self._cleaned("".join(self.text.splitlines(keepends=True)[: self._effort.max_lines]))
        if self.extent is Extent.HOLE and written >= self._most_lines:
            return self._statements() or self._first
        return self._statements() if self._impatient else None

    def _meets(self, done: Filtered) -> bool:
        """True if the output went on with the line that follows the hole."""
        rest = self.text[len(done.text) :].lstrip("\n").lstrip().partition("\n")[0].rstrip()
        line = next_line(self._place.after).strip()
        return not done.text.strip() or (bool(rest) and line.startswith(rest))

    @property
    def _impatient(self) -> bool:
        patience = self._effort.patience_s
        return patience is not None and (self.extent is Extent.HOLE or time.monotonic() - self._started >= patience)

    def _statements(self) -> Filtered | None:
        """In a hole the fewest statements that fit what follows, elsewhere all of them; None if there are none."""
        place = self._place
        if self._language is None:
            return None
        written = statements(self.text, self._language, begun=bool(place.line.strip()))
        if self.extent is not Extent.HOLE:
            *_, longest = ("", *written)
            done = self._cleaned(longest)
            return done if done.text.strip() else None
        for text in written:
            if text in self._unfit:
                continue
            done = self._cleaned(text)
            self._first = self._first or done
            if done.text.strip() and fits(place.before, done.text, place.after, self._language):
                return done
            self._unfit.add(text)
        return None

    def _cleaned(self, text: str) -> Filtered:
        done = clean(self._place.before, self._place.after, text, self._language)
        return Filtered(done.text, done.finish or "scope")

    def _whole(self) -> Filtered:
        """All of the output, cut back where the limit of tokens broke it off."""
        return clean(self._place.before, self._place.after, self.text, self._language, finish=self._finish)

    def result(self) -> Filtered:
        """The filtered output with the reason of its end."""
        done = self._complete
        if done is None and self.extent is Extent.HOLE:
            done = self._statements() or self._first
        done = done or self._whole()
        if self.extent is Extent.BLOCK:
            done = self._fitting(done)
        cancelled = self._complete is None and self._finish == "cancelled"
        return Filtered(done.text, "cancelled" if cancelled else done.finish or self._finish or "stop")

    def _fitting(self, done: Filtered) -> Filtered:
        """An output for the end of a block, cut back to statements after which the next line can stand."""
        place, language = self._place, self._language
        if language is None or not done.text.strip() or fits(place.before, done.text, place.after, language):
            return done
        for text in reversed([*statements(done.text, language, begun=False)]):
            shorter = self._cleaned(text)
            if shorter.text.strip() and fits(place.before, shorter.text, place.after, language):
                return shorter
        return Filtered("", "filtered")

    def confidence(self, kept: str) -> float:
        """The geometric mean of the probabilities of the tokens of what is kept, 0 to 1."""
        logprobs = [logprob for end, logprob in self._tokens if end <= len(kept)] or [p for _, p in self._tokens[:1]]
        return round(mean_probability(logprobs), 4)
