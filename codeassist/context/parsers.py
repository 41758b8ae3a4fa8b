"""Contents turned into what is stored of them: a few in this process, many in processes of their own.

The processes are plain programs on pipes (`worker.py`): nothing is forked from a process with threads, nothing of the
caller's `__main__` is run again, and a worker ends when the pipe does, however its parent ended.
"""

from __future__ import annotations

import contextlib
import queue
import selectors
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, NamedTuple

import msgspec

from codeassist.context.parsed import Parsed, parse
from codeassist.machine import processors

if TYPE_CHECKING:
    from typing_extensions import Self

_PROCESSES = 2
_SECONDS = 120.0  # for a batch; a worker that is silent for longer hangs
_HEADER = struct.Struct("!I")
_DECODER = msgspec.msgpack.Decoder(list[Parsed])


class Job(NamedTuple):
    """A content to parse. `key` is whatever the caller wants to see again."""

    key: object
    language: str
    data: bytes


Batch = Sequence[Job]
Done = list[tuple[Job, Parsed]]


def parse_here(batches: Iterable[Batch]) -> Iterator[Done]:
    """Parse in this process."""
    for batch in batches:
        yield [(job, parse(job.language, job.data)) for job in batch]


class Workers:
    """Processes that parse; they end with the block."""

    def __init__(self, count: int = 0) -> None:
        self._count = count or max(1, min(_PROCESSES, processors()))
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._all = [_Worker() for _ in range(self._count)]
        for worker in self._all:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(self._count, thread_name_prefix="index")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._all:
            worker.close()
        self._threads.shutdown(cancel_futures=True)

    def parse(self, batches: Iterable[Batch]) -> Iterator[Done]:
        """What comes of each batch, in order. A few batches are under way at a time, so memory is bounded."""
        pending: deque[Future[Done]] = deque()
        for batch in batches:
            pending.append(self._threads.submit(self._done, batch))
            while len(pending) > 2 * self._count:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    def _done(self, batch: Batch) -> Done:
        worker = self._idle.get()
        try:
            return self._asked(worker, batch)
        finally:
            self._idle.put(worker)

    def _asked(self, worker: _Worker, batch: Batch) -> Done:
        """Ask a worker. One that dies is asked again for each content alone; what kills it again is plain text."""
        found = worker.ask(batch)
        if found is not None:
            return list(zip(batch, found, strict=True))
        if len(batch) > 1:
            return [each for job in batch for each in self._asked(worker, [job])]
        return [(job, parse("", job.data)) for job in batch]


class _Worker:
    """One process, started when it is first asked."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    def ask(self, batch: Batch) -> list[Parsed] | None:
        """What comes of a batch; None if the process died or was silent for too long."""
        if self._closed:
            return None
        self._child = self._child or _start()
        try:
            request = msgspec.msgpack.encode([(job.language, job.data) for job in batch])
            send(self._child.stdin, request)
            answer = receive(self._child.stdout, _SECONDS)
            if answer is not None:
                return _DECODER.decode(answer)
        except (OSError, ValueError, msgspec.MsgspecError):
            pass
        self._end()
        return None

    def close(self) -> None:
        """End the process."""
        self._closed = True
        if self._child is not None:
            self._child.kill()  # it holds nothing; a thread that waits for it sees its pipe close
            self._end()

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                with contextlib.suppress(OSError, ValueError):
                    if pipe is not None:
                        pipe.close()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "codeassist.context.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parent,  # ours: `-m` puts the working directory on the import path
        start_new_session=True,  # Ctrl-C is for the parent
    )


def send(stream: IO[bytes] | None, message: bytes) -> None:
    """Write one message to a pipe."""
    if stream is not None:
        stream.write(_HEADER.pack(len(message)) + message)
        stream.flush()


def receive(stream: IO[bytes] | None, seconds: float | None = None) -> bytes | None:
    """Read one message from a pipe; None at its end, or if nothing comes for so long."""
    if stream is None:
        return None
    if seconds is not None:
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            if not selector.select(seconds):
                return None
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    (length,) = _HEADER.unpack(header)
    message = stream.read(length)
    return message if len(message) == length else None
