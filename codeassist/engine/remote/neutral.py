"""Tokenises texts with a tokenizer that reads markers in them, so that none becomes a control token.

A tokenizer finds a marker only where it stands whole. So a text is cut inside everything that looks like one and is a
single token for the tokenizer; the parts are tokenised by themselves. What looks like one and is none stays whole.
"""

from __future__ import annotations

import re
from typing import Protocol

_LONGEST = 64  # characters of a marker
# <s>, <|im_start|>, <｜User｜>, [INST], and what is left of one inside of another.
_LOOKS = re.compile(rf"(?=(<[^<>\s]{{1,{_LONGEST}}}>|\[[^\[\]\s]{{1,{_LONGEST}}}\]))")
_ASKED = 64  # new ones for a text: beyond that every one is cut without asking
_KNOWN = 4096  # remembered


class Ids(Protocol):
    """A tokenizer that reads markers."""

    def __call__(self, text: str) -> tuple[int, ...]:
        """Token ids, nothing added."""
        ...


class Neutral:
    """A tokenizer that reads no markers, made of one that does. Thread-safe."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._known: dict[str, bool] = {}

    def ids(self, text: str) -> tuple[int, ...]:
        """Token ids of a text, of which no part becomes a control token."""
        looks = [(match.start() + 1, match.group(1)) for match in _LOOKS.finditer(text)]
        marked = self._marked({marker for _, marker in looks})
        cuts = sorted({cut for cut, marker in looks if marker in marked})
        parts = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        return tuple(token for part in parts if part for token in self._ids(part))

    def _marked(self, looks: set[str]) -> set[str]:
        """Those that are control tokens, or may be."""
        unknown = [marker for marker in looks if marker not in self._known]
        if len(unknown) > _ASKED:
            return {marker for marker in looks if self._known.get(marker, True)}
        if len(self._known) > _KNOWN:
            self._known = {}
        told = self._known | {marker: self._is_control(marker) for marker in unknown}
        self._known = told
        return {marker for marker in looks if told.get(marker, True)}

    def _is_control(self, marker: str) -> bool:
        """True if it is one token wherever it stands. An ordinary one (`[0]`) is joined with signs beside it."""
        ids = self._ids(marker)
        if len(ids) > 1:
            return False
        return not ids or self._ids(f"<{marker}>[{marker}]{marker}{marker}").count(ids[0]) >= 4
