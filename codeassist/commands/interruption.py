"""Ctrl-C as a wish to stop what runs, not the program; and signals that end it, but not what it has to clear away."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SHELLS_ADD = 128  # to a signal's number, as exit code


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Yields what says whether Ctrl-C was pressed; pressed again, it interrupts at once, as usual."""
    pressed = False

    def press(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def ending() -> Iterator[None]:
    """SIGTERM, and SIGHUP of a terminal that is closed, unwind the program, so that a check's processes and its copy
    of the tree go with it. One that is ignored (`nohup`) stays so."""

    def end(number: int, _frame: FrameType | None) -> None:
        sys.exit(_SHELLS_ADD + number)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number in [number for number, handler in before.items() if handler is not signal.SIG_IGN]:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
