"""One text from the model, bounded; and the ladder of temperatures on which drafts differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from codeassist.edit.draft import Cancelled
from codeassist.engine.api import Chunk, Engine, Message, Priority, Request, Usage
from codeassist.errors import CancelledError

MARGIN_TOKENS = 64  # of the chat template
_TEMPERATURES = (0.0, 0.4, 0.7, 1.0)  # the first draft is the likeliest; the prompt's KV cache is shared by all
_MOST_CHARACTERS = 200_000
_LONGEST_LINE = 4_000


@dataclass(frozen=True)
class Said:
    """What the model wrote, with its opening; `whole`: it came to an end by itself, or where there was enough."""

    text: str
    whole: bool


@dataclass(frozen=True)
class Asked:
    """What is asked of the model.

    Attributes:
        opening: what the answer begins with: it is part of the prompt, so it costs no decoding. It must end where a
            token does, such as behind a name.
        stop: texts that end it; they are not part of it.
        enough: says of all that was written so far whether it is complete: then writing ends there. It is asked at the
            ends of lines.
    """

    messages: Sequence[Message]
    max_tokens: int
    opening: str = ""
    stop: tuple[str, ...] = ()
    enough: Callable[[str], bool] = lambda _said: False


def write(
    engine: Engine,
    asked: Asked,
    attempt: int,
    cancelled: Cancelled,
    progress: Callable[[Usage], None] = lambda _usage: None,
) -> Said:
    """Have the model answer. `attempt`, from 0, chooses temperature and seed: the same one writes the same again.

    Raises:
        EngineError: the engine failed.
        CancelledError: `cancelled` said so.
    """
    (opening,) = engine.tokenize([asked.opening])
    request = Request(
        prompt=engine.render_chat(asked.messages) + opening,
        max_tokens=asked.max_tokens,
        stop=asked.stop,
        temperature=temperature(attempt),
        seed=attempt,
        priority=Priority.INTERACTIVE,
    )
    writing = _Writing(asked, cancelled, progress)
    engine.generate(request, writing.take)
    if writing.stopped or writing.finish == "cancelled":
        raise CancelledError("interrupted", "nothing was changed")
    return Said(writing.text, writing.enough or writing.finish == "stop")


class _Writing:
    """Follows one answer, and ends it where it is complete or goes on too long."""

    def __init__(self, asked: Asked, cancelled: Cancelled, progress: Callable[[Usage], None]) -> None:
        self._asked = asked
        self._cancelled = cancelled
        self._progress = progress
        self._pieces = [asked.opening]
        self._size = self._line = 0  # characters, of all and of the last line
        self.enough = self.stopped = False
        self.finish = ""

    @property
    def text(self) -> str:
        """What was written so far."""
        return "".join(self._pieces)

    def take(self, chunk: Chunk) -> bool:
        """One more piece; True if that is all."""
        self._pieces.append(chunk.text)
        self.finish = chunk.finish
        self._progress(chunk.usage)
        _, newline, rest = chunk.text.rpartition("\n")
        self._size += len(chunk.text)
        self._line = len(rest) + (0 if newline else self._line)
        self.enough = bool(newline) and self._asked.enough(self.text)
        self.stopped = self._cancelled()
        return self.stopped or self.enough or self._size > _MOST_CHARACTERS or self._line > _LONGEST_LINE


def temperature(attempt: int) -> float:
    """The temperature of a draft, counted from 0."""
    return _TEMPERATURES[min(attempt, len(_TEMPERATURES) - 1)]
