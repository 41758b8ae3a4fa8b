"""From a model's logits to tokens and natural logarithms of probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from codeassist.engine.api import Scores
from codeassist.engine.pieces import Ids
from codeassist.errors import EngineError

Logits = npt.NDArray[np.float32]
# What llama.cpp's sampling does where nothing is asked of it (common/common.h: top_k, top_p, min_p).
_TOP_K, _TOP_P, _MIN_P = 40, 0.95, 0.05


def norm(row: Logits) -> float:
    """The logarithm of the sum of exponentials: a logit less this is a logarithm of a probability.

    Raises:
        EngineError: these are no numbers, as of a damaged model.
    """
    peak = row.max()
    value = float(peak + np.log(np.exp(row - peak).sum()))
    if not np.isfinite(value):
        raise EngineError("the model computes no numbers: its file is damaged", "codeassist model verify")
    return value


def choose(row: Logits, allowed: Ids | None, temperature: float, random: np.random.Generator | None) -> int:
    """The next token: the likeliest of those allowed, or by temperature one that is drawn at random.

    A draw is among the 40 likeliest that hold 0.95 of the probability, none under a twentieth of the likeliest's.
    """
    chances = row if allowed is None else row[allowed]
    if random is None:
        picked = int(chances.argmax())
    else:
        order = likeliest(chances, _TOP_K)
        shares = np.exp((chances[order] - chances[order[0]]).astype(np.float64))
        before = np.cumsum(shares / shares.sum()) - shares / shares.sum()
        kept = order[(before < _TOP_P) & (shares >= _MIN_P)]
        weights = np.exp((chances[kept] - chances[kept[0]]).astype(np.float64) / temperature)
        picked = int(random.choice(kept, p=weights / weights.sum()))
    return picked if allowed is None else int(allowed[picked])


def likeliest(row: Logits, count: int) -> Ids:
    """The `count` likeliest tokens, the likeliest first."""
    count = min(count, len(row))
    top = np.argpartition(row, len(row) - count)[len(row) - count :]
    return top[np.argsort(-row[top], kind="stable")]


class Reading(NamedTuple):
    """What is kept of the logits at successive places of a text that is scored; see `Scores`."""

    logprobs: Any
    best: Any
    best_logprobs: Any
    watched: Any


def read(rows: Logits, actual: Sequence[int], watched: Sequence[int]) -> Reading:
    """What is kept of logits (places x vocabulary) before these tokens."""
    peak = rows.max(axis=1)
    norms = peak + np.log(np.exp(rows - peak[:, None]).sum(axis=1))
    if not np.isfinite(norms).all():
        raise EngineError("the model computes no numbers: its file is damaged", "codeassist model verify")
    each = np.arange(len(actual))
    return Reading(
        rows[each, list(actual)] - norms,
        rows.argmax(axis=1),
        peak - norms,
        rows[:, list(watched)] - norms[:, None],
    )


def scores(readings: Sequence[Reading], tokens: Sequence[int], lengths: Sequence[int]) -> Scores:
    """All readings of one text, whose tokens have these lengths (bytes)."""
    return Scores(
        tokens=tuple(tokens),
        lengths=tuple(lengths),
        logprobs=tuple(float(each) for one in readings for each in one.logprobs),
        best=tuple(int(each) for one in readings for each in one.best),
        best_logprobs=tuple(float(each) for one in readings for each in one.best_logprobs),
        watched=tuple(tuple(float(chance) for chance in each) for one in readings for each in one.watched),
    )
