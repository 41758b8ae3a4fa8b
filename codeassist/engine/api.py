"""The engine's Protocol and the values that cross it.

Every engine (the native one inside the resident process, the client that reaches that process, the
scripted fake) satisfies `Engine`. Prompts are token ids: text of users becomes tokens with specials
off, so a file that contains `<|im_start|>` cannot forge a turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Protocol

import msgspec


class Priority(IntEnum):
    """Who goes first. A lower number preempts a higher one."""

    COMPLETION = 0
    INTERACTIVE = 1  # ask, edit
    REVIEW = 2
    WARMUP = 3


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One turn of a conversation.

    Attributes:
        role: "system", "user" or "assistant".
        images: files (PNG or JPEG), shown before the content; `render_chat` leaves them out.
    """

    role: str
    content: str
    images: tuple[bytes, ...] = ()


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One generation.

    Attributes:
        prompt: token ids, the markers included; none where there are `turns`.
        turns: a conversation with images, which have no token ids; a last turn of the assistant is the answer so far.
        begin: text that the output must begin with (a word the cursor is inside of).
        scored: token ids; if there are any, nothing is generated: the one chunk with a finish carries `Scores` of them.
        watched: token ids whose probabilities are told at each place of what is scored.
        stop: texts that end the output; they are not part of it.
        alternatives: how many likely tokens to name beside each generated one (`Chunk.alternatives`).
        session: a newer request of the same session cancels this one.
        deadline_ms: milliseconds from arrival after which it is cancelled; 0 is never.
    """

    prompt: tuple[int, ...]
    max_tokens: int
    turns: tuple[Message, ...] = ()
    begin: str = ""
    scored: tuple[int, ...] = ()
    watched: tuple[int, ...] = ()
    alternatives: int = 0
    stop: tuple[str, ...] = ()
    temperature: float = 0.0
    seed: int = 0
    priority: Priority = Priority.INTERACTIVE
    session: str = ""
    deadline_ms: int = 0


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens so far. `cached_tokens + evaluated_tokens` reaches `prompt_tokens` when prefill is done."""

    prompt_tokens: int = 0
    cached_tokens: int = 0  # taken from the KV cache or from the result cache
    evaluated_tokens: int = 0  # put through the model
    generated_tokens: int = 0


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """What the model thinks of each token of a text; natural logarithms of probabilities, in the text's order.

    Attributes:
        tokens: as they were scored: mostly those of the request, or others that are the same text.
        lengths: bytes (UTF-8) of each token.
        logprobs: of the tokens themselves.
        best, best_logprobs: the likeliest token at each place, and its own.
        watched: at each place, of the tokens that were to be watched, in the order they were given.
    """

    tokens: tuple[int, ...]
    lengths: tuple[int, ...]
    logprobs: tuple[float, ...]
    best: tuple[int, ...]
    best_logprobs: tuple[float, ...]
    watched: tuple[tuple[float, ...], ...] = ()
    evaluated_tokens: int = 0
    cached_tokens: int = 0


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of the output, or a sign of progress (no text, no finish).

    Attributes:
        tokens, logprobs: the ids and natural logarithms of the probabilities of generated tokens of this piece.
            Text that was held back (an unfinished character, the beginning of a stop text) comes without them.
        alternatives: for the last token of this piece, the likeliest tokens (text, natural logarithm of the
            probability), the likeliest first; empty unless the request asked for them.
        scores: of a request that was to be scored, with its finish.
        finish: "" while going on, then "stop", "length" or "cancelled".
    """

    text: str = ""
    tokens: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()
    finish: str = ""
    usage: Usage = Usage()
    scores: Scores | None = None


class Vectors(msgspec.Struct, frozen=True):
    """One vector for each text, all of one length, and how many tokens were evaluated for them."""

    vectors: list[list[float]]
    tokens: int


class ModelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The model an engine runs. `context_tokens` is what one request may use, prompt and output together."""

    id: str
    context_tokens: int


class Counters(msgspec.Struct, kw_only=True):
    """Totals since the engine started."""

    requests: int = 0
    evaluated_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0
    cancelled: int = 0
    preempted: int = 0


Emit = Callable[[Chunk], bool]
"""Receives each chunk as it comes, and chunks without text several times a second during prefill and waiting;
returning True ends the generation there, which is also how a caller's cancel token and deadline act."""


class Engine(Protocol):
    """Runs a model. Methods raise EngineError; EngineGoneError if a retry may help.

    A model either writes or embeds: the other methods raise UnsupportedError.
    """

    def info(self) -> ModelInfo:
        """The model that runs."""
        ...

    def tokenize(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Token ids of each text, specials off, nothing added."""
        ...

    def render_chat(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """The token ids of a conversation in the model's own template, up to where the answer begins."""
        ...

    def generate(self, request: Request, emit: Emit) -> None:
        """Generate, calling `emit` on this thread for every chunk; the last one has a finish, unless emit ended it."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A vector of each text (none may be empty), which is cut to the model's context."""
        ...

    def cancel(self, session: str) -> None:
        """Cancel what a session waits for or generates, within one batch; from any thread. Never raises."""
        ...

    def close(self) -> None:
        """Let go of what is held."""
        ...
