"""One waiting request for each document: the newest. Older ones are answered with nothing at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from codeassist.lsp.transport import in_thread

DEADLINE_SECONDS = 15.0  # nobody looks at a suggestion that took longer; a hung engine is found in 10
_GRACE_SECONDS = 0.01  # a newer request ends the older one itself; without one, the engine is told
_MOST_THREADS = 16  # a hung engine holds one for each request that was given up
_T = TypeVar("_T")


class Ticket(Generic[_T]):
    """A request that waits: its answer, None as soon as nobody wants it, and the token that ends its work.

    `key` says what is asked for: who asks for the same (a menu and inline completion at one keystroke) shares it.
    """

    def __init__(self, key: object, loop: asyncio.AbstractEventLoop) -> None:
        self.key = key
        self.waiters = 0
        self.answer: asyncio.Future[_T | None] = loop.create_future()
        self.cancelled = threading.Event()

    def drop(self) -> None:
        """Answer with nothing, and end the work."""
        self.cancelled.set()
        if not self.answer.done():
            self.answer.set_result(None)


class Scheduler(Generic[_T]):
    """Runs blocking work for documents. `release` tells the engine that nobody waits for a document any more."""

    def __init__(self, release: Callable[[str], None]) -> None:
        self._release = release
        self._waiting: dict[str, Ticket[_T]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._releases: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._threads = asyncio.Semaphore(_MOST_THREADS)
        self.working = 0

    async def run(self, document: str, key: object, wait: float, work: Callable[[Callable[[], bool]], _T]) -> _T | None:
        """Do `work` after `wait` seconds, unless something newer comes; None if nobody wants it, or it took too long.

        Raises what `work` raises, and CancelledError if the client cancelled; the engine is then free at once.
        """
        ticket = self._waiting.get(document)
        if ticket is None or ticket.key != key:
            ticket = self._begin(document, key, wait, work)
        ticket.waiters += 1
        try:
            return await asyncio.wait_for(asyncio.shield(ticket.answer), DEADLINE_SECONDS)
        except (asyncio.CancelledError, asyncio.TimeoutError) as reason:
            if ticket.waiters == 1:
                self.drop(document, ticket)
            if isinstance(reason, asyncio.CancelledError):
                raise
            return None
        finally:
            ticket.waiters -= 1

    def _begin(self, document: str, key: object, wait: float, work: Callable[[Callable[[], bool]], _T]) -> Ticket[_T]:
        self.supersede(document)
        ticket: Ticket[_T] = Ticket(key, asyncio.get_running_loop())
        self._waiting[document] = ticket
        task = asyncio.create_task(self._work(document, wait, work, ticket))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        ticket.answer.add_done_callback(lambda _: self._answered(document, ticket))
        return ticket

    def _answered(self, document: str, ticket: Ticket[_T]) -> None:
        if self._waiting.get(document) is ticket:
            del self._waiting[document]

    def drop(self, document: str, ticket: Ticket[_T] | None = None) -> None:
        """Nobody waits for what a document asked for: answer it with nothing, and free the engine."""
        waiting = self._waiting.get(document)
        if waiting is None or (ticket is not None and waiting is not ticket):
            return
        self.supersede(document)
        timer = asyncio.get_running_loop().call_later(_GRACE_SECONDS, self._start_release, document)
        self._timers[document] = timer

    def close(self) -> None:
        """Answer everything with nothing."""
        for document in list(self._waiting):
            self.supersede(document)

    def supersede(self, document: str) -> None:
        """Answer what waits with nothing. Its work ends soon; what follows frees the engine at once."""
        timer = self._timers.pop(document, None)
        if timer is not None:
            timer.cancel()
        ticket = self._waiting.pop(document, None)
        if ticket is not None:
            ticket.drop()

    def _start_release(self, document: str) -> None:
        self._timers.pop(document, None)
        task = asyncio.create_task(in_thread(lambda: self._release(document)))
        self._releases[document] = task
        task.add_done_callback(lambda _: self._releases.pop(document, None))

    async def _work(
        self, document: str, wait: float, work: Callable[[Callable[[], bool]], _T], ticket: Ticket[_T]
    ) -> None:
        """Settle the ticket."""
        if wait:
            await asyncio.sleep(wait)
        releasing = self._releases.get(document)
        if releasing is not None:  # it would end this request as well
            await asyncio.wait([releasing])
        async with self._threads:
            if ticket.cancelled.is_set():
                return
            self.working += 1
            try:
                result = await in_thread(lambda: work(ticket.cancelled.is_set))
            except Exception as error:  # noqa: BLE001  carried over to who awaits the ticket
                if not ticket.answer.done():
                    ticket.answer.set_exception(error)
                return
            finally:
                self.working -= 1
        if not ticket.answer.done():
            ticket.answer.set_result(result)
