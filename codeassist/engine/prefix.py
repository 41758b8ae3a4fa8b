"""What two token sequences share: as much of one is in the KV cache for the other."""

from __future__ import annotations

from collections.abc import Sequence


def common(left: Sequence[object], right: Sequence[object]) -> int:
    """How many tokens (or characters) both begin with."""
    for index, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return index
    return min(len(left), len(right))
