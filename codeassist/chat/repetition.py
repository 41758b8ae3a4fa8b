"""Notices that a model says the same lines over and over: a small one then never stops by itself."""

from __future__ import annotations

from collections import Counter

_TIMES = 4
_LEAST = 12  # characters: shorter lines ("}", "- yes") are repeated for good reasons
_LONGEST = 400  # characters of a line that are compared


class Repetition:
    """Follows the lines of a text."""

    def __init__(self) -> None:
        self._line = ""
        self._seen: Counter[str] = Counter()

    def found(self, piece: str) -> bool:
        """Whether a line has now been said so often that nothing new is to be expected."""
        *finished, rest = piece.split("\n")
        for part in finished:
            line = (self._line + part)[:_LONGEST].strip()
            self._line = ""
            if len(line) >= _LEAST:
                self._seen[line] += 1
                if self._seen[line] >= _TIMES:
                    return True
        self._line = (self._line + rest)[:_LONGEST]
        return False
