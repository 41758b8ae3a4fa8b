"""Runs a command of the user's: its output bounded, its end certain, and that of all it started."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

_OUTPUT = 8_192  # bytes, of the end
_LOOK_SECONDS = 0.05
_DRAIN_SECONDS = 0.5
_BLOCK = 65_536
_ROUNDS = 20  # in which processes that start others are looked for
_INTERRUPTED = 128  # what shells add to a signal's number


class Ran(NamedTuple):
    """How it went. `exit_code` is None if it was stopped."""

    exit_code: int | None
    seconds: float
    output: bytes


def run(command: str, folder: Path, variables: Mapping[str, str], seconds: float, cancelled: Callable[[], bool]) -> Ran:
    """Run a shell command in a folder of its own, with nothing on standard input, in a session of its own.

    What it started ends with it: processes of its group, and on Linux those that left it too. They are known by the
    folder, which no other program may speak of in its variables.

    Raises:
        OSError: there is no shell.
    """
    begin, process = time.monotonic(), None
    reading, writing = os.pipe()
    with open(reading, "rb", buffering=0), open(writing, "wb", buffering=0) as their_end:  # noqa: PTH123
        output = _End(reading)
        try:
            process = subprocess.Popen(
                ["/bin/sh", "-c", command],
                cwd=folder,
                env={**variables, "PWD": str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                start_new_session=True,
            )
            their_end.close()
            while process.poll() is None:
                if cancelled() or time.monotonic() - begin > seconds:
                    break
                output.read(_LOOK_SECONDS)
            code = process.returncode
        finally:
            _kill(process, folder)  # there may be one though it is not known yet: a signal came as it was begun
        output.drain(_DRAIN_SECONDS)
    spent = time.monotonic() - begin
    return Ran(_INTERRUPTED - code if code is not None and code < 0 else code, spent, output.text())


class _End:
    """The end of what comes from a pipe."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._kept = bytearray()
        self._open = True
        os.set_blocking(descriptor, False)

    def read(self, seconds: float) -> bool:
        """Take what comes within so many seconds; False if nothing came."""
        with selectors.DefaultSelector() as selector:
            if self._open:
                selector.register(self._descriptor, selectors.EVENT_READ)
            if not selector.select(max(0.0, seconds)):
                return False
        data = os.read(self._descriptor, _BLOCK)
        self._open = bool(data)
        self._kept += data
        del self._kept[: -2 * _OUTPUT]
        return self._open

    def drain(self, seconds: float) -> None:
        """Take what is left, for at most so many seconds."""
        until = time.monotonic() + seconds
        while self._open and time.monotonic() < until and self.read(until - time.monotonic()):
            pass

    def text(self) -> bytes:
        """What is kept, from the beginning of a line if something is missing."""
        if len(self._kept) <= _OUTPUT:
            return bytes(self._kept)
        end = bytes(self._kept[-_OUTPUT:])
        return end[end.find(b"\n") + 1 :]


def _kill(process: subprocess.Popen[bytes] | None, folder: Path) -> None:
    if process is not None:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for _ in range(_ROUNDS):
        if not sum(_ended(each, folder) for each in _processes()):
            break


def _processes() -> Iterator[int]:
    with contextlib.suppress(OSError):
        yield from (int(each.name) for each in Path("/proc").iterdir() if each.name.isdecimal())


def _ended(number: int, folder: Path) -> bool:
    """Kill a process if it was begun in the folder or is in it; whether it was."""
    if not hasattr(os, "pidfd_open") or number == os.getpid():
        return False
    try:
        handle = os.pidfd_open(number)  # which stays this process's, whoever gets its number
    except OSError:
        return False
    try:
        if not _is_of(Path("/proc") / str(number), folder):
            return False
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _is_of(process: Path, folder: Path) -> bool:
    """Whether it is in the folder, or one of its variables speaks of that."""
    place = os.fsencode(folder)
    with contextlib.suppress(OSError):
        where = os.fsencode(os.readlink(process / "cwd"))  # noqa: PTH115
        return where == place or where.startswith(place + b"/") or place in (process / "environ").read_bytes()
    return False
