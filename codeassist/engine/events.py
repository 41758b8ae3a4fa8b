"""What llama.cpp's server says while it generates, with `return_progress`: its tools/server/README.md.

The build in the engine's own process and a team's `llama-server` speak alike; numbers are bounded, since either may be
anybody's.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

FLOOR = -100.0  # natural logarithm, of what a server calls impossible: JSON has none for it
Count = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]


class Alternative(msgspec.Struct):
    """A token that might have come."""

    token: str
    logprob: float | None = None


class Token(msgspec.Struct):
    """A token that came, and the likeliest ones in its place."""

    id: Count
    logprob: float | None = None
    top_logprobs: Annotated[list[Alternative], msgspec.Meta(max_length=64)] = []


class Logprobs(msgspec.Struct):
    """Of the tokens of one event."""

    content: list[Token] = []


class Choice(msgspec.Struct):
    """A piece of the output, in OpenAI's shape."""

    text: str = ""
    logprobs: Logprobs | None = None
    finish_reason: str | None = None


class Progress(msgspec.Struct):
    """Tokens of the prompt so far; `processed` counts those in the KV cache, too."""

    total: Count = 0
    cache: Count = 0
    processed: Count = 0


class Timings(msgspec.Struct):
    """Tokens in all, at the end: from the KV cache, evaluated, generated."""

    cache_n: Count = 0
    prompt_n: Count = 0
    predicted_n: Count = 0


class Failure(msgspec.Struct):
    """Why there is no more."""

    message: str = "the model failed"


class Event(msgspec.Struct):
    """One event of the OpenAI-shaped completion."""

    choices: list[Choice] = []
    prompt_progress: Progress | None = None
    timings: Timings | None = None
    error: Failure | None = None


def finite(logprob: float | None) -> float:
    """A log-probability as a number."""
    return FLOOR if logprob is None else max(FLOOR, logprob)
