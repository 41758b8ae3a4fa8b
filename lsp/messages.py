"""What the person sees besides suggestions: a message, once; progress while a model loads."""

from __future__ import annotations

import asyncio
import itertools

from codeassist.lsp.protocol import Protocol
from codeassist.terminal import one_line

ERROR, WARNING, INFO = 1, 2, 3  # of window/showMessage


class Messages:
    """Shows messages and progress. Used from the event loop only."""

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._told: set[str] = set()
        self._numbers = itertools.count(1)
        self._progress: str | None = None
        self._begun = False  # the client has agreed to be told
        self._tasks: set[asyncio.Task[None]] = set()
        self.progress_supported = False

    def show(self, kind: int, text: str) -> None:
        """A message."""
        self._protocol.tell("window/showMessage", {"type": kind, "message": f"codeassist: {one_line(text)}"})

    def show_once(self, kind: int, text: str) -> None:
        """A message that has not been shown yet."""
        if text not in self._told:
            self._told.add(text)
            self.show(kind, text)

    def working(self, text: str) -> None:
        """Something that takes a while is going on."""
        if not self.progress_supported:
            return
        if self._progress is not None:
            if self._begun:
                self._report({"kind": "report", "message": one_line(text)})
            return
        self._begun = False
        self._progress = f"codeassist-{next(self._numbers)}"
        task = asyncio.create_task(self._begin(self._progress, text))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def done(self) -> None:
        """It is over."""
        if self._progress is not None:
            token, self._progress = self._progress, None
            if self._begun:
                self._report({"kind": "end"}, token)

    async def _begin(self, token: str, text: str) -> None:
        creating = asyncio.create_task(self._protocol.ask("window/workDoneProgress/create", {"token": token}))
        self._tasks.add(creating)
        creating.add_done_callback(self._tasks.discard)
        await creating
        if self._progress == token:
            self._begun = True
            self._report({"kind": "begin", "title": "codeassist", "message": one_line(text), "cancellable": False})

    def _report(self, value: dict[str, object], token: str | None = None) -> None:
        self._protocol.tell("$/progress", {"token": token or self._progress, "value": value})
