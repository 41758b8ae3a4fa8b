"""Tests of the benchmarks' pure parts: what they measure with must be right before a figure is believed."""

from __future__ import annotations

import random


def seeded(seed: int = 0) -> random.Random:
    """Chance that is the same each time."""
    return random.Random(seed)  # noqa: S311
