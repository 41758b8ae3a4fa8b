"""How fast memory is read: what bounds decoding, which reads every weight for each token."""

from __future__ import annotations

import time

import numpy as np

_BYTES = 128 << 20  # more than caches hold
_TIMES = 5


def bandwidth() -> float:
    """GB/s of one thread that reads; the best of a few passes, since whatever disturbs only slows."""
    block = np.ones(_BYTES // 8, dtype=np.int64)
    best = min(_seconds(block) for _ in range(_TIMES))
    return round(_BYTES / best / 1e9, 1)


def _seconds(block: np.ndarray) -> float:
    began = time.perf_counter()
    block.max()
    return time.perf_counter() - began
