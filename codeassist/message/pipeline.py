"""One draft of a commit message: what the model is told, how often it is asked, what becomes of its answers."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from codeassist import templates
from codeassist.engine.api import Chunk, Engine, Message, Priority, Request
from codeassist.errors import EngineError, UsageError
from codeassist.message.checking import Evidence, problem
from codeassist.message.facts import FileFacts, facts
from codeassist.message.fallback import fallback
from codeassist.message.masking import masked
from codeassist.message.style import Style
from codeassist.message.subject import body, in_style, taken_apart
from codeassist.message.summary import summary
from codeassist.review.change import Snapshot

SUMMARY_TOKENS = 900  # a processor evaluates 100 to 300 a second, and somebody waits
_SUBJECT_TOKENS, _MESSAGE_TOKENS = 64, 200  # that an answer may have
_MARGIN_TOKENS = 64  # of the template around the messages
_LADDER = ((0.0, 0), (0.4, 1), (0.8, 2))  # temperature and seed of each try
_CHARACTERS_PER_WORD = 7
_WIDTH = 72


@dataclass(frozen=True)
class Draft:
    """A message.

    Attributes:
        body: paragraphs below the subject, without newlines; mostly none.
        rejected: why each candidate of the model was not taken.
        by_program: none of them was: the subject is told by the files alone.
    """

    subject: str
    body: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    by_program: bool = False

    @property
    def message(self) -> str:
        """The whole, its lines at most 72 characters long where they can be, without a last newline.

        No line begins with the sign of git's comments.
        """
        paragraphs = [textwrap.wrap(each, _WIDTH, break_long_words=False, break_on_hyphens=False) for each in self.body]
        lines = [self.subject, *(line for each in paragraphs for line in ("", *each))]
        return "\n".join(f" {line}" if line.startswith("#") else line for line in lines)


def draft(
    engine: Engine,
    snapshot: Snapshot,
    style: Style,
    branch: str = "",
    *,
    seconds: float = 120.0,
    cancelled: Callable[[], bool] = lambda: False,
) -> Draft:
    """A message for a change, in a style. The first answer that can be true is taken, else what a program can tell.

    Raises:
        UsageError: nothing is changed.
        EngineError: the engine failed, or took more than so many seconds.
    """
    if not snapshot.files:
        raise UsageError("nothing is staged", "stage what is to be committed: git add PATH")
    until = time.monotonic() + seconds
    found = masked(facts(snapshot))
    evidence = Evidence(found)
    prompt = request(engine, found, style)
    rejected: list[str] = []
    for temperature, seed in _LADDER:
        limit = _MESSAGE_TOKENS if style.body else _SUBJECT_TOKENS
        answer = _answer(engine, prompt, limit, (temperature, seed), _Writing(until, cancelled, whole=style.body))
        written = taken_apart(answer)
        subject = in_style(written, found, style, branch)
        reason = problem(written.text, evidence) if subject else "it cannot be made a subject"
        if not reason:
            more = [each for each in body(written) if not problem(each, evidence)] if style.body else []
            return Draft(subject, (" ".join(more),) if more else (), tuple(rejected))
        rejected.append(reason)
    return Draft(fallback(found, style, branch), (), tuple(rejected), by_program=True)


def request(engine: Engine, found: Sequence[FileFacts], style: Style) -> tuple[int, ...]:
    """The token ids of the prompt, which holds no more of the change than there is room for."""
    prompt = templates.commit_prompt()
    shape = prompt.body if style.body else prompt.subject
    phrases = [getattr(prompt.mood, style.mood), prompt.plain]
    if style.language != "English":
        phrases = [prompt.language.replace("{language}", style.language), prompt.plain]
    asked = " ".join([*phrases, shape.replace("{words}", str(style.limit // _CHARACTERS_PER_WORD))])
    text = prompt.change.replace("{style}", asked)
    used = sum(len(each) for each in engine.tokenize([prompt.system, text])) + _MARGIN_TOKENS
    limit = _MESSAGE_TOKENS if style.body else _SUBJECT_TOKENS
    room = engine.info().context_tokens - used - limit
    told = summary(engine, found, max(0, min(SUMMARY_TOKENS, room)))
    content = text.replace("{summary}", told).strip()
    return engine.render_chat([Message("system", prompt.system), Message("user", content)])


class _Writing:
    """Follows one answer to the end of its first line that says something, or to its end if the `whole` is wanted."""

    def __init__(self, until: float, cancelled: Callable[[], bool], *, whole: bool) -> None:
        self._until = until
        self._cancelled = cancelled
        self._whole = whole
        self.text = ""
        self.late = False

    def take(self, chunk: Chunk) -> bool:
        """One chunk; True if no more is wanted."""
        self.text += chunk.text
        self.late = time.monotonic() > self._until
        done = not self._whole and "\n" in chunk.text and bool(taken_apart(self.text.rpartition("\n")[0]).text)
        return self.late or done or self._cancelled()


def _answer(engine: Engine, prompt: tuple[int, ...], limit: int, draw: tuple[float, int], writing: _Writing) -> str:
    temperature, seed = draw
    request = Request(
        prompt=prompt, max_tokens=limit, temperature=temperature, seed=seed, priority=Priority.INTERACTIVE
    )
    engine.generate(request, writing.take)
    if writing.late:
        raise EngineError("the model took too long for a message", "write it yourself, or use a smaller model")
    return writing.text
