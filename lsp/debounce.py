"""How long to wait after a keystroke before asking the engine.

Prompts are anchored, so a keystroke costs about one token, and cancelling is cheap: the best wait is mostly none. A
wait pays only where the answer takes longer than the next keystroke, and then only a little.
"""

from __future__ import annotations

_LONGEST = 0.075  # seconds
_SHARE = 0.25  # of the interval between keystrokes
_PAUSE = 1.5  # seconds: longer gaps are pauses, not typing
_WEIGHT = 0.2  # of the newest value in the running means


class Debounce:
    """Running means of the interval between keystrokes and of the engine's latency. Times are in seconds."""

    def __init__(self) -> None:
        self._last: float | None = None
        self._interval = 0.2
        self._latency = 0.0

    def expect(self, seconds: float) -> None:
        """How long answers take here as far as is known before the first; 0 is not known."""
        self._latency = self._latency or seconds

    def keystroke(self, now: float) -> None:
        """The person changed the text."""
        if self._last is not None and 0 < now - self._last < _PAUSE:
            self._interval += _WEIGHT * (now - self._last - self._interval)
        self._last = now

    def answered(self, seconds: float) -> None:
        """The engine took so long for an answer."""
        self._latency = seconds if not self._latency else self._latency + _WEIGHT * (seconds - self._latency)

    def wait(self, *, busy: bool, fixed_ms: float | None = None) -> float:
        """How long to wait now. `busy`: the engine still works on an older request."""
        if fixed_ms is not None:
            return fixed_ms / 1000
        late = self._latency - self._interval  # by how much the answer would miss the next keystroke
        if late <= 0 and not busy:
            return 0.0
        return max(0.0, min(_LONGEST, _SHARE * self._interval, late if not busy else _LONGEST))
