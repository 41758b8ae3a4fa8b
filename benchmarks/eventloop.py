"""An editor's event loop: answers come from other threads, timers fire, and all of it runs on one thread in turn."""

from __future__ import annotations

import heapq
import itertools
import queue
import time
from collections.abc import Callable

Callback = Callable[[], None]
Clock = Callable[[], float]


class Timer:
    """A timer; it has a callback until it fires or is stopped."""

    def __init__(self, callback: Callback) -> None:
        self.callback: Callback | None = callback

    def stop(self) -> None:
        """Never fire."""
        self.callback = None


class EventLoop:
    """Runs callbacks on the thread that calls `run_until`."""

    def __init__(self, clock: Clock = time.perf_counter) -> None:
        self.now = clock
        self._posted: queue.SimpleQueue[Callback] = queue.SimpleQueue()
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()

    def post(self, callback: Callback) -> None:
        """Run it as soon as the loop runs; from any thread."""
        self._posted.put(callback)

    def after(self, seconds: float, callback: Callback) -> Timer:
        """Run it after so many seconds; from the loop's thread."""
        timer = Timer(callback)
        heapq.heappush(self._timers, (self.now() + seconds, next(self._order), timer))
        return timer

    def run_until(self, moment: float, done: Callable[[], bool] = lambda: False) -> None:
        """Run what comes until a moment of the clock, or until `done` says so after a callback."""
        while not done():
            self._fire()
            wait = min(moment, self._timers[0][0] if self._timers else moment) - self.now()
            try:
                callback = self._posted.get(timeout=wait) if wait > 0 else self._posted.get_nowait()
            except queue.Empty:
                if self.now() >= moment:
                    return
                continue
            callback()

    def _fire(self) -> None:
        while self._timers and self._timers[0][0] <= self.now():
            timer = heapq.heappop(self._timers)[2]
            callback, timer.callback = timer.callback, None
            if callback is not None:
                callback()
