"""A suggestion as it is shown, and the totals that are reported of them."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from codeassist.engine.timings import Timings


class Counters(msgspec.Struct, kw_only=True):
    """Totals since the completer was made, as `codeassist.status` reports them."""

    requests: int = 0
    shown: int = 0
    cache_hits: int = 0
    typed_through: int = 0
    cancelled: int = 0
    evaluated_tokens: int = 0
    generated_tokens: int = 0
    anchors: int = 0


@dataclass(frozen=True)
class Suggestion:
    """What to show at a place.

    Attributes:
        text: to insert at the cursor, with LF newlines; "" if nothing is worth showing.
        finish: as in the contract: "stop", "length", "scope", "filtered" or "cancelled".
        origin: "engine", "cache" (computed before, or early), or "typed" (the rest of what was suggested before).
        timings: what it cost; all zero where no engine was asked.
    """

    text: str
    finish: str
    confidence: float
    origin: str
    timings: Timings
