"""Whether the model was sure enough for its output to be shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Least probabilities, 0 to 1. The defaults drop next to nothing.

    Attributes:
        mean: the geometric mean over the tokens.
        first: the first token's; nothing else is known of a suggestion when its first word is wrong.
        short: the geometric mean over an output of one or two tokens, which has little to say.
    """

    mean: float = 0.2
    first: float = 0.02
    short: float = 0.1


DEFAULT = Thresholds()
_SHORT = 2  # tokens


def mean_probability(logprobs: Sequence[float]) -> float:
    """The geometric mean of the tokens' probabilities; 0 without tokens."""
    if not logprobs:
        return 0.0
    mean = sum(logprobs) / len(logprobs)
    return 0.0 if math.isnan(mean) else math.exp(min(0.0, mean))


def confident(logprobs: Sequence[float], thresholds: Thresholds = DEFAULT) -> bool:
    """Whether to show an output, by the natural logarithms of its tokens' probabilities, in order.

    Without tokens there is nothing to doubt.
    """
    if not logprobs:
        return True
    least = thresholds.short if len(logprobs) <= _SHORT else thresholds.mean
    return mean_probability(logprobs) >= least and mean_probability(logprobs[:1]) >= thresholds.first
