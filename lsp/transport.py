"""Standard input and output of the server: each has a thread, so the event loop never waits for the client."""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

_READ_BYTES = 65536
_T = TypeVar("_T")


def claim_standard_output() -> int:
    """A descriptor of its own for the protocol; whatever else writes to standard output lands in standard error."""
    protocol = os.dup(1)
    os.dup2(2, 1)
    return protocol


def read_forever(descriptor: int, loop: asyncio.AbstractEventLoop, take: Callable[[bytes], None]) -> None:
    """Hand what is read to `take` on the loop; b"" at the end."""

    def work() -> None:
        data = b"-"
        while data:
            try:
                data = os.read(descriptor, _READ_BYTES)
            except OSError:
                data = b""
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(take, data)

    threading.Thread(target=work, name="stdin", daemon=True).start()


class Writer:
    """Writes in order, off the loop. `lost` is called from its thread once nobody reads any more."""

    def __init__(self, descriptor: int, lost: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._lost = lost
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="stdout", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Queue bytes."""
        self._queue.put(data)

    def close(self) -> None:
        """Write what is queued, unless the client does not read it in a second."""
        self._queue.put(None)
        self._thread.join(timeout=1)

    def _work(self) -> None:
        while (data := self._queue.get()) is not None:
            view = memoryview(data)
            try:
                while view:
                    view = view[os.write(self._descriptor, view) :]
            except OSError:
                self._lost()
                return


async def in_thread(function: Callable[[], _T]) -> _T:
    """Run a blocking function in a daemon thread: one that hangs does not keep the server from leaving."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_T] = loop.create_future()

    def settle(result: _T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        result, error = None, None
        try:
            result = function()
        except Exception as failure:  # noqa: BLE001  carried over to who awaits it
            error = failure
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=work, name="worker", daemon=True).start()
    return await future
