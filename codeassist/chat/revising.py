"""Passes an answer on while it is written, its citations checked before they are seen.

Text goes on at once, but for what may still become a citation: a path is held back until it is complete, a citation
until its sentence ends, since what it claims may follow it. No more than `_HELD` characters are ever held back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from codeassist.chat.citations import Checker, cited, sentence_end
from codeassist.chat.sources import Citation, Sources

_HELD = 600  # characters
_GROWING = re.compile(  # what may become a citation with the next piece
    r"(?<![\w./@+-])[\w./@+-]{1,300}[`*]{0,3}(?:[:,]? ?\(?l?i?n?e?s? ?|[:#]L?)\d{0,7}[-–]?L?\d{0,7}:?\d{0,5}$"
)
_SAID = 600  # characters of the sentence so far that are remembered


class Revision:
    """Takes pieces of an answer; `on_text` gets what may be shown."""

    def __init__(self, sources: Sources, near: Sequence[str], on_text: Callable[[str], None]) -> None:
        self._sources = sources
        self._checker = Checker(sources, near)
        self._on_text = on_text
        self._said = ""
        self._held = ""
        self._parts: list[str] = []

    @property
    def text(self) -> str:
        """What was passed on."""
        return "".join(self._parts)

    @property
    def citations(self) -> list[Citation]:
        """The places that the text names, checked."""
        return self._checker.citations

    def take(self, piece: str) -> None:
        """One more piece."""
        self._held += piece
        end = sentence_end(self._held)
        if end:
            self._release(end)
            self._said = ""
        if self._held:
            self._release(self._safe())

    def end(self) -> None:
        """The answer is complete."""
        self._release(len(self._held))

    def _safe(self) -> int:
        """How much of an unfinished sentence can no longer change."""
        first = next(cited(self._held, self._sources), None)
        tail = _GROWING.search(self._held, max(0, len(self._held) - _HELD))
        safe = min(
            first.start() if first else len(self._held),
            tail.start() if tail else len(self._held),
        )
        return safe if len(self._held) - safe <= _HELD else len(self._held)

    def _release(self, end: int) -> None:
        if not end:
            return
        text, self._held = self._held[:end], self._held[end:]
        shown = self._checker.revise(self._said, text)
        self._said = (self._said + text)[-_SAID:]
        self._parts.append(shown)
        self._on_text(shown)
