"""When the server ends: the client says so, its pipe closes, its process is gone, or a signal comes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

_LOOK_SECONDS = 0.5
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Life:
    """`ended` resolves to the exit code. Made in the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.ended: asyncio.Future[int] = loop.create_future()
        self._loop = loop
        self._tasks: set[asyncio.Future[object]] = set()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self.end, 128 + number)

    def end(self, code: int) -> None:
        """It is over."""
        if not self.ended.done():
            self.ended.set_result(code)

    def end_soon(self) -> None:
        """Nobody reads any more; from any thread."""
        self.soon(lambda: self.end(0))

    def soon(self, call: Callable[[], None]) -> None:
        """Call on the loop, from any thread; nothing happens once it has ended."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call)

    def keep(self, task: asyncio.Future[object]) -> None:
        """Hold on to a task while it runs."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def watch(self, process: int) -> None:
        """End once a process is gone."""
        self.keep(asyncio.ensure_future(self._watch(process)))

    async def _watch(self, process: int) -> None:
        while _alive(process):
            await asyncio.sleep(_LOOK_SECONDS)
        self.end(0)


def _alive(process: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent does not."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError, ValueError):
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError, IndexError):  # where there is /proc
        return Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    return True
