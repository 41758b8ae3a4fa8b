"""Tokenises texts with a tokenizer that reads markers in them, so that none becomes a control token.

A tokenizer finds a marker only where it stands whole. So a text is cut inside everything that looks like one and is a
single token for the tokenizer; the parts are tokenised by themselves. What looks like one and is none stays whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from codeassist.engine.leading import Leading
from codeassist.errors import EngineError

_LONGEST = 64  # characters of a marker
# <s>, <|im_start|>, <｜User｜>, [INST], ▁<PRE>, and what is left of one inside of another.
_LOOKS = re.compile(rf"(?=(▁?(?:<[^<>\s]{{1,{_LONGEST}}}>|\[[^\[\]\s]{{1,{_LONGEST}}}\])))")
_ASKED = 64  # new ones, one by one, for a text: beyond that every one is cut without asking
_KNOWN = 4096  # remembered
_PARTS = 512  # of a text: each is a request

Ids = Callable[[str], tuple[int, ...]]
"""A tokenizer that reads markers: token ids, nothing added."""
Names = Callable[[str], "list[str] | None"]
"""The same tokens by their names, which for a control token is its text; None if it does not tell them."""


class Neutral:
    """A tokenizer that reads no markers, made of one that does. Thread-safe."""

    def __init__(self, ids: Ids, names: Names) -> None:
        self._ids = ids
        self._names = names
        self._leading = Leading(ids)
        self._known: dict[str, bool] = {}

    def ids(self, text: str) -> tuple[int, ...]:
        """Token ids of a text, of which no part becomes a control token.

        Raises:
            EngineError: it holds too many of them.
        """
        looks = [(match.start() + 1, match.group(1)) for match in _LOOKS.finditer(text)]
        marked = self._marked({marker for _, marker in looks})
        cuts = sorted({cut for cut, marker in looks if marker in marked})
        parts = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        first, rest = parts[0], parts[1:]
        if len(set(rest)) > _PARTS:
            raise EngineError("the text holds too many control tokens of the model", "leave them out")
        told = {part: self._leading.piece(part) for part in dict.fromkeys(rest)}
        return (self._ids(first) if first else ()) + tuple(token for part in rest for token in told[part])

    def _marked(self, looks: set[str]) -> set[str]:
        """Those that are control tokens, or may be."""
        unknown = [marker for marker in looks if marker not in self._known]
        if len(self._known) > _KNOWN:
            self._known = {}
        told = self._known
        if unknown:
            told = self._known | self._asked(unknown)
            self._known = told
        return {marker for marker in looks if told.get(marker, True)}

    def _asked(self, looks: list[str]) -> dict[str, bool]:
        """Whether each is one token wherever it stands. An ordinary one (`[0]`) is joined with signs beside it."""
        names = self._names("\n".join(map(_everywhere, looks)))
        if names is not None:
            count = Counter(names)
            return {marker: count[marker] >= _TIMES for marker in looks}
        return {} if len(looks) > _ASKED else {marker: self._is_control(marker) for marker in looks}

    def _is_control(self, marker: str) -> bool:
        ids = self._ids(marker)
        return not ids or (len(ids) == 1 and self._ids(_everywhere(marker)).count(ids[0]) >= _TIMES)


_TIMES = 4


def _everywhere(marker: str) -> str:
    return f"<{marker}>[{marker}]{marker}{marker}"
