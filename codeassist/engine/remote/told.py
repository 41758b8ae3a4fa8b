"""What a server's event says, whichever server it is; and what both flavours of server must be able to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import msgspec

from codeassist.engine.api import Message, Request, Scores
from codeassist.engine.events import Count

MAX_IDS = 4_000_000  # token ids of one text


@dataclass(frozen=True)
class Told:
    """One event of a generation. Counts are None where it says nothing of them.

    Attributes:
        finish: "" while going on, then "stop" or "length".
        ended: no further event follows.
    """

    text: str = ""
    tokens: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()
    finish: str = ""
    cached: int | None = None
    evaluated: int | None = None
    generated: int | None = None
    ended: bool = False


class Tokenized(msgspec.Struct):
    """The answer of `/tokenize` of both servers."""

    tokens: Annotated[list[Count], msgspec.Meta(max_length=MAX_IDS)]
    token_strs: list[str] | None = None  # of vLLM's, where it is asked for them


class Flavour(Protocol):
    """One kind of server. Methods raise EngineError as `Connection.post` does."""

    kind: str  # for people
    model: str  # its name there
    context_tokens: int

    def tokenize(self, text: str, *, special: bool, ends: bool = False) -> tuple[int, ...]:
        """Token ids; `special`: markers in the text may become control tokens; `ends`: the model's own first and last
        tokens are added. Without `special` no part of the text becomes one."""
        ...

    def format(self, messages: Sequence[Message]) -> str | None:
        """A conversation in the model's own template, up to where the answer begins; None if it has none."""
        ...

    def body(self, request: Request, ends: Sequence[int]) -> dict[str, Any]:
        """The body of `/v1/completions`; generation stops at `ends`, where the server takes any."""
        ...

    def read(self, data: bytes, alternatives: int) -> Told:
        """One event. Raises EngineError where it is an error or no such event."""
        ...

    def score(self, request: Request, stop: Callable[[], bool]) -> Scores:
        """Of `request.scored`. Raises UnsupportedError where the server cannot."""
        ...


def finish_of(reason: str | None) -> str:
    """A finish as the engine's Protocol has it."""
    return "length" if reason == "length" else "stop" if reason else ""


def plain(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Turns as both servers take them."""
    return [{"role": turn.role, "content": turn.content} for turn in messages]
