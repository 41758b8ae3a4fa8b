"""What the tests of commands share: processes on a pseudo-terminal, waiting, facts about JSON."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path

ANSI = re.compile(rb"\x1b")
COMMAND = (sys.executable, "-m", "codeassist")
DEADLINE_SECONDS = 120.0
TIMINGS = {
    "total_ms": float,
    "ttft_ms": float,
    "prompt_tokens": int,
    "cached_tokens": int,
    "evaluated_tokens": int,
    "generated_tokens": int,
}


def types_of(document: dict[str, object]) -> dict[str, type]:
    """The fields of a JSON object with their types."""
    return {name: type(value) for name, value in document.items()}


def wait_until(condition: Callable[[], bool]) -> None:
    """Poll another process's state; a condition that never holds fails the test."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        threading.Event().wait(0.02)


def on_terminal(*arguments: str, typed: bytes = b"", columns: int = 100) -> tuple[int, bytes]:
    """Run a command with all three streams on a pseudo-terminal: its exit code and everything it showed."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    child = subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm-256color"},
        start_new_session=True,
    )
    os.close(theirs)
    try:
        if typed:
            os.write(ours, typed)
        return _read(ours, child)
    finally:
        os.close(ours)
        if child.poll() is None:
            child.kill()
            child.wait()


def _read(master: int, child: subprocess.Popen[bytes]) -> tuple[int, bytes]:
    shown = b""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while select.select([master], [], [], max(0.0, deadline - time.monotonic()))[0]:
        try:
            piece = os.read(master, 65536)
        except OSError:  # Linux reports a terminal without its other side as an input error
            break
        if not piece:
            break
        shown += piece
    return child.wait(timeout=DEADLINE_SECONDS), shown


def write(path: Path, content: str | bytes) -> str:
    """Write a file; its path as an argument."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)
