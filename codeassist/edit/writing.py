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
    """What the model wrote, with what it had to begin with; `whole`: it came to an end by itself, or at a stop text."""

    text: str
    whole: bool
    usage: Usage


@dataclass(frozen=True)
class Asked:
    """What is asked of the model.

    Attributes:
        opening: what the answer begins with: it is part of the prompt, so it costs no decoding. It must end where a
            token does, such as behind a name.
        begin: what the answer must begin with (after the opening), by a grammar.
        stop: texts that end it; they are not part of it.
        enough: says of all that was written so far whether it is complete: then writing ends there. It is asked at the
            ends of lines.
    """

    messages: Sequence[Message]
    max_tokens: int
    opening: str = ""
    begin: str = ""
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
    said: list[str] = [asked.opening]
    size = last_line = 0
    enough = stopped = False
    finish, usage = "", Usage()

    def take(chunk: Chunk) -> bool:
        nonlocal size, last_line, enough, stopped, finish, usage
        said.append(chunk.text)
        finish, usage = chunk.finish, chunk.usage
        progress(usage)
        size += len(chunk.text)
        last_line = len(chunk.text) - chunk.text.rfind("\n") - 1 if "\n" in chunk.text else last_line + len(chunk.text)
        enough = "\n" in chunk.text and asked.enough("".join(said))
        stopped = cancelled()
        return stopped or enough or size > _MOST_CHARACTERS or last_line > _LONGEST_LINE

    (opening,) = engine.tokenize([asked.opening])
    request = Request(
        prompt=engine.render_chat(asked.messages) + opening,
        max_tokens=asked.max_tokens,
        begin=asked.begin,
        stop=asked.stop,
        temperature=temperature(attempt),
        seed=attempt,
        priority=Priority.INTERACTIVE,
    )
    engine.generate(request, take)
    if stopped or finish == "cancelled":
        raise CancelledError("interrupted", "nothing was changed")
    return Said("".join(said), enough or finish == "stop", usage)


def temperature(attempt: int) -> float:
    """The temperature of a draft, counted from 0."""
    return _TEMPERATURES[min(attempt, len(_TEMPERATURES) - 1)]
