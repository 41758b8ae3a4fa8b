"""Work that nobody waits for: one thread, the newest task of each document only, given up as soon as it is wrong."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from codeassist.completion.decoding import Cancel, Place
from codeassist.errors import CodeassistError

_JOIN_SECONDS = 2.0


@dataclass(eq=False)
class _Task:
    """Work for a place; `work` is given a cancel token."""

    document: str
    place: Place
    work: Callable[[Cancel], None]
    cancelled: bool = False


class Background:
    """Runs tasks one after the other. Failures are dropped: whoever asks in the foreground meets them and is told."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: OrderedDict[str, _Task] = OrderedDict()
        self._running: _Task | None = None
        self._closed = False
        self._thread: threading.Thread | None = None

    def run(self, document: str, place: Place, work: Callable[[Cancel], None]) -> None:
        """Queue a task; it replaces the document's older ones."""
        with self._changed:
            self._drop(document)
            if self._closed:
                return
            self._waiting[document] = _Task(document, place, work)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="background", daemon=True)
                self._thread.start()
            self._changed.notify()

    def keep(self, document: str, place: Place) -> None:
        """The person is at this place now: give up what was begun for a place that they are not typing towards."""
        with self._changed:
            for task in (self._waiting.get(document), self._running):
                if task is not None and task.document == document and not _towards(place, task.place):
                    self._cancel(task)

    def stop(self, document: str) -> None:
        """Give up the document's tasks."""
        with self._changed:
            self._drop(document)

    def close(self) -> None:
        """Give up everything and wait for the thread, a little."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            if self._running is not None:
                self._running.cancelled = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join(_JOIN_SECONDS)

    def idle(self, seconds: float) -> bool:
        """Wait until nothing runs or waits; False if that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: self._running is None and not self._waiting, seconds)

    def _drop(self, document: str) -> None:
        for task in (self._waiting.get(document), self._running):
            if task is not None and task.document == document:
                self._cancel(task)

    def _cancel(self, task: _Task) -> None:
        task.cancelled = True
        if self._waiting.get(task.document) is task:
            del self._waiting[task.document]

    def _work(self) -> None:
        while True:
            with self._changed:
                self._running = None
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                _, task = self._waiting.popitem(last=False)
                self._running = task
            with contextlib.suppress(CodeassistError):
                task.work(lambda task=task: task.cancelled)  # type: ignore[misc]


def _towards(here: Place, there: Place) -> bool:
    """True if `there` is this place, or is reached by typing on."""
    return here.after == there.after and there.before.startswith(here.before)
