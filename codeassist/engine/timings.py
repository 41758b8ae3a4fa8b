"""What a generation cost, as commands report it."""

from __future__ import annotations

import time

import msgspec

from codeassist.engine.api import Usage


class Timings(msgspec.Struct, frozen=True, kw_only=True):
    """What a generation cost. Milliseconds of wall-clock time; tokens as in `engine.api.Usage`."""

    total_ms: float
    ttft_ms: float  # until the first text came
    prompt_tokens: int
    cached_tokens: int
    evaluated_tokens: int
    generated_tokens: int

    @classmethod
    def of(cls, usage: Usage, began: float, first: float) -> Timings:
        """Timings of a generation that began at `began` (monotonic seconds) and whose first text came at `first`."""
        return cls(
            total_ms=round((time.monotonic() - began) * 1000, 1),
            ttft_ms=round((first - began) * 1000, 1),
            prompt_tokens=usage.prompt_tokens,
            cached_tokens=usage.cached_tokens,
            evaluated_tokens=usage.evaluated_tokens,
            generated_tokens=usage.generated_tokens,
        )
