"""From speeds to settings: pure arithmetic, so that every choice can be told and tested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from codeassist.config import CompletionSettings
from codeassist.tuned import Speeds
from codeassist.tuning.speed import Speed

DEFAULT_TARGET_MS = 500
ANCHOR_SHARE = 8  # of the target: what a new place may take, which mostly happens while nobody waits
_LARGEST_CONTEXT, _STEP = 512, 64  # tokens
WORTH = 1.05  # a change must gain so much: less is noise
_DEFAULTS = CompletionSettings()
_Key = TypeVar("_Key")


def context_tokens(speed: Speed, target_ms: int) -> int:
    """How many tokens of the repository a completion may be shown so that a new place is read in ANCHOR_SHARE times
    the target: in steps, so that small changes of speed change nothing."""
    room = int(speed.prefill * target_ms * ANCHOR_SHARE / 1000) - _DEFAULTS.prefix_tokens - _DEFAULTS.suffix_tokens
    return max(0, min(_LARGEST_CONTEXT, room // _STEP * _STEP))


def completion(speed: Speed, target_ms: int) -> dict[str, int]:
    """The settings of completions that follow from a speed."""
    return {"context_tokens": context_tokens(speed, target_ms), "expected_ms": round(speed.suggestion_ms())}


def speeds_of(model: str, speed: Speed) -> Speeds:
    """What is kept of a speed."""
    return Speeds(model, round(speed.prefill, 1), round(speed.decode, 1))


def wait_ms(speed: Speed, batch: int, prompt_tokens: int) -> float:
    """What a new place costs with batches of that size: reading it, and the half batch that a request before it is in
    on average when it is cancelled."""
    return speed.anchor_ms(prompt_tokens) + speed.anchor_ms(batch) / 2


def best_batch(speeds: Mapping[int, Speed], current: int) -> int:
    """The size of batches with the shortest wait; the current one unless another is clearly shorter."""
    prompt = _DEFAULTS.prefix_tokens + _DEFAULTS.suffix_tokens
    waits = {batch: wait_ms(speed, batch, prompt) for batch, speed in speeds.items()}
    best = min(waits, key=lambda batch: (waits[batch], batch))
    return best if current not in waits or waits[current] > waits[best] * WORTH else current


def cost_ms(speed: Speed) -> float:
    """What a keystroke costs: a suggestion, and a tenth of a new place (a new anchor is needed once in many)."""
    return speed.suggestion_ms() + speed.anchor_ms(_DEFAULTS.prefix_tokens + _DEFAULTS.suffix_tokens) / 10


def fastest(speeds: Mapping[_Key, Speed], current: _Key) -> _Key:
    """The candidate whose keystrokes cost least; the current one unless another is clearly faster."""
    costs = {key: cost_ms(speed) for key, speed in speeds.items()}
    best = min(costs, key=costs.__getitem__)
    return best if current not in costs or costs[current] > costs[best] * WORTH else current


def best_model(speeds: Mapping[str, Speed], sizes: Mapping[str, int], target_ms: int) -> str:
    """The largest model (bytes) whose suggestions come within the target; if none does, the fastest."""
    within = [model for model, speed in speeds.items() if speed.suggestion_ms() <= target_ms]
    if within:
        return max(within, key=lambda model: sizes[model])
    return min(speeds, key=lambda model: speeds[model].suggestion_ms())
