"""The output of one generation on its way out: whole characters only, up to a stop text."""

from __future__ import annotations

import codecs
from collections.abc import Sequence


class Output:
    """Turns the bytes of tokens into text that may be shown. What may yet become a stop text is held back."""

    def __init__(self, stop: Sequence[str]) -> None:
        self._stop = tuple(text for text in stop if text)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self.stopped = False

    def add(self, piece: bytes) -> str:
        """The text that is sure now; `stopped` is set where a stop text came, which is not part of it."""
        self._held += self._decoder.decode(piece)
        found = min((at for text in self._stop if (at := self._held.find(text)) >= 0), default=-1)
        if found >= 0:
            self.stopped = True
            sure, self._held = self._held[:found], ""
            return sure
        keep = max((_overlap(self._held, text) for text in self._stop), default=0)
        cut = len(self._held) - keep
        sure, self._held = self._held[:cut], self._held[cut:]
        return sure

    def rest(self) -> str:
        """What was held back, at the end; half a character is not part of it."""
        rest, self._held = self._held, ""
        return rest


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of `text` are a beginning of `stop`."""
    return next((size for size in range(min(len(text), len(stop) - 1), 0, -1) if text.endswith(stop[:size])), 0)
