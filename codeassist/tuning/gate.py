"""The quality gate: whether another layout of a model's weights loses anything that a person could notice.

Both layouts read the same items. A layout passes if, of the lines that the model would have written itself, it loses
at most MARGIN, and its log-probabilities lose at most LOSS for each token, both with the whole of a 95 % interval
(bootstrap over items: lines of one function are not independent). It fails as soon as either is shown to be lost;
where neither is shown after all items, it fails too: the burden of proof is on the change.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from codeassist.tuning.reading import Reading

MARGIN = 0.02  # of lines
LOSS = 0.03  # natural logarithms for each token: three per cent of perplexity
_FEWEST = 8  # items, before anything is decided
_DRAWS = 2000
_SEED = 20261125


class Interval(msgspec.Struct, frozen=True):
    """A difference, with its 95 % interval."""

    value: float
    low: float
    high: float


class Verdict(msgspec.Struct, frozen=True):
    """What two readings of the same items show.

    Attributes:
        before, after: shares of lines exactly right.
        lines: the difference of these shares; logprob: of the log-probability of a token.
    """

    items: int
    before: float
    after: float
    lines: Interval
    logprob: Interval

    @property
    def passed(self) -> bool:
        """Shown to lose no more than is allowed."""
        return self.items >= _FEWEST and self.lines.low >= -MARGIN and self.logprob.low >= -LOSS

    @property
    def failed(self) -> bool:
        """Shown to lose more than is allowed: further items would change nothing."""
        return self.items >= _FEWEST and (self.lines.high < -MARGIN or self.logprob.high < -LOSS)


def judge(before: Sequence[Reading], after: Sequence[Reading]) -> Verdict:
    """Compare readings of the same items in the same order; at least one."""
    first, second = _table(before), _table(after)
    draws = np.random.default_rng(_SEED).integers(0, len(first), (_DRAWS, len(first)))
    return Verdict(
        len(first),
        _share(first, 1, 0),
        _share(second, 1, 0),
        _interval(first, second, draws, (1, 0)),
        _interval(first, second, draws, (2, 3)),
    )


def _table(readings: Sequence[Reading]) -> np.ndarray:
    return np.array([(each.lines, each.exact, each.logprob, each.tokens) for each in readings], dtype=float)


def _share(table: np.ndarray, of: int, per: int) -> float:
    return float(table[:, of].sum() / table[:, per].sum())


def _interval(first: np.ndarray, second: np.ndarray, draws: np.ndarray, columns: tuple[int, int]) -> Interval:
    of, per = columns
    difference = second[:, of] - first[:, of]
    drawn = difference[draws].sum(axis=1) / first[:, per][draws].sum(axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Interval(float(difference.sum() / first[:, per].sum()), float(low), float(high))
