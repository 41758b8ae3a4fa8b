"""One process at a time writes to an index; the others wait a little, and use what is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from codeassist.context.database import Database

_POLL_SECONDS = 0.05


@contextmanager
def turn(database: Database, patience: float, cancel: Callable[[], bool]) -> Iterator[bool]:
    """Whether it is this thread's turn to write, for as long as the block runs."""
    import filelock

    lock = filelock.FileLock(database.path.with_name("write.lock"), timeout=0)
    ours = False
    deadline = time.monotonic() + patience
    while not ours and not database.read_only:
        try:
            lock.acquire()
            ours = True
        except filelock.Timeout:
            if time.monotonic() > deadline or cancel():
                break
            time.sleep(_POLL_SECONDS)
        except OSError:  # the directory cannot be written
            break
    try:
        yield ours
    finally:
        if ours:
            lock.release()
