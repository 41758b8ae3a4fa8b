"""From what the model finds likely to the probability that changed lines are wrong: a logistic regression, as data.

`judgement.toml` is written by `benchmarks/judgement.py`, from changes of packages that are in no evaluation set.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from codeassist import toml
from codeassist.review.likelihood import Reading, alike


class Judgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fitted classifier.

    Attributes:
        names, mean, scale, weights: of the features; `bias` is the intercept.
        scores, probabilities: the isotonic calibration, steps from the lowest score (log-odds) up.
        threshold: the score from which on a finding is told.
    """

    names: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    scores: tuple[float, ...]
    probabilities: tuple[float, ...]
    threshold: float

    def score(self, features: Mapping[str, float]) -> float:
        """Log-odds."""
        parts = zip(self.names, self.mean, self.scale, self.weights, strict=True)
        return self.bias + sum(weight * (features[name] - mean) / scale for name, mean, scale, weight in parts)

    def probability(self, score: float) -> float:
        """The calibrated probability of a score."""
        return self.probabilities[max(0, bisect.bisect_right(self.scores, score) - 1)]


@cache
def judgement() -> Judgement:
    """The classifier that is shipped."""
    return toml.load_data(Path(__file__).with_name("judgement.toml"), Judgement, "review/judgement.toml")


def features(reading: Reading) -> dict[str, float]:
    """What the classifier looks at; nats are bounded, since one surprising word must not decide alone."""
    best = max(reading.tried, key=lambda each: each.gain, default=None)
    gaps = sorted((top - own for top, own in zip(reading.best_logprobs, reading.logprobs, strict=True)), reverse=True)
    own, after = _mean(reading.logprobs), _mean(reading.after)
    old_gain = reading.old_gain if reading.old_gain is not None and alike(reading.unit) else None
    return {
        "gain": _bounded(best.gain if best else -2.0, -6.0, 15.0),
        "rest": _bounded(best.rest if best else 0.0, -6.0, 10.0),
        "local": _bounded(max((each.local for each in reading.tried), default=-1.0), -1.0, 10.0),
        "old_gain": _bounded(old_gain or 0.0, -15.0, 25.0),
        "alike": float(old_gain is not None),
        "gap": _bounded(gaps[0] if gaps else 0.0, 0.0, 12.0),
        "second_gap": _bounded(gaps[1] if len(gaps) > 1 else 0.0, 0.0, 12.0),
        "surprise": _bounded(after - own, -3.0, 5.0),
        "after": _bounded(-after, 0.0, 5.0),
        "tokens": math.log(1 + len(reading.logprobs)),
        "places": math.log(1 + reading.places),
        "sign": float(best is not None and best.lexeme.kind in ("sign", "number")),
    }


def _mean(values: tuple[float, ...]) -> float:
    return sum(values) / len(values) if values else 0.0


def _bounded(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))
