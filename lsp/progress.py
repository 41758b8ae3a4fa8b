"""Progress of what a person asked for and can cancel, as far as the client shows any."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from codeassist.lsp.protocol import Protocol
from codeassist.terminal import one_line


@dataclass(frozen=True)
class Watch:
    """Who waits: whether still, and who is told of progress. Called in the worker's thread."""

    cancelled: Callable[[], bool]
    say: Callable[[str], None]


class Progress:
    """Shows work with a way to cancel it. Used from the event loop only."""

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._numbers = itertools.count(1)
        self._running: dict[str, Callable[[], object]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.supported = False

    @contextlib.contextmanager
    def showing(self, text: str, cancel: Callable[[], object]) -> Iterator[Callable[[str], None]]:
        """Tell of work for as long as the block runs; `cancel` is called if the person wants no more.

        What it gives is called with news of the work, on the loop; nothing happens once the block has ended.
        """
        if not self.supported:
            yield _silent
            return
        token = f"codeassist-work-{next(self._numbers)}"
        self._running[token] = cancel
        beginning = asyncio.create_task(self._begin(token, text))
        self._tasks.add(beginning)
        beginning.add_done_callback(self._tasks.discard)

        def say(news: str) -> None:
            if token in self._running and beginning.done():
                self._report(token, {"kind": "report", "message": one_line(news)})

        try:
            yield say
        finally:
            del self._running[token]
            if beginning.done():
                self._report(token, {"kind": "end"})

    def cancel(self, token: int | str) -> None:
        """The person wants no more of it."""
        wanted = self._running.get(str(token))
        if wanted is not None:
            wanted()

    async def _begin(self, token: str, text: str) -> None:
        await self._protocol.ask("window/workDoneProgress/create", {"token": token})
        if token in self._running:
            begin = {"kind": "begin", "title": "codeassist", "message": one_line(text), "cancellable": True}
            self._report(token, begin)

    def _report(self, token: str, value: dict[str, object]) -> None:
        self._protocol.tell("$/progress", {"token": token, "value": value})


def _silent(_news: str) -> None:
    """The client shows no progress."""
