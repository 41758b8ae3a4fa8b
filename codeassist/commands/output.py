"""How commands show things: JSON documents, waiting, progress of bytes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

import msgspec

from codeassist.errors import UsageError
from codeassist.terminal import console, one_line, write_text
from codeassist.text import MAX_FILE_BYTES, SourceText, decode

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID
    from rich.status import Status
    from typing_extensions import Self

_PLAIN_STEP = 0.1  # without a terminal, a line for each tenth
_SHOWN_FROM_BYTES = 20_000_000  # less takes under a second


def write_json(value: object) -> None:
    """One JSON document on standard output.

    Raises:
        UnwritableError: there is no standard output.
    """
    document = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    write_text(document + "\n")


def as_text(name: str) -> str:
    """A file's name as JSON can hold it: bytes that are no text become U+FFFD."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def read_stdin() -> SourceText:
    """All of standard input, decoded.

    Raises:
        UsageError: there is none, it is binary, or it is too long.
    """
    if sys.stdin is None:
        raise UsageError("there is no standard input", "give a file")
    data = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise UsageError(f"standard input is over {MAX_FILE_BYTES // 2**20} MiB", "give less")
    return decode(data, "standard input")


class Waiting:
    """Says on standard error, if it is a terminal, what a command waits for; gone once it has what it needs."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._status: Status | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._status = console(stderr=True).status(self._text)
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def notice(self, text: str) -> None:
        """What is being waited for now."""
        if self._status is not None:
            self._status.update(one_line(text))

    def end(self) -> None:
        """Show nothing any more."""
        if self._status is not None:
            self._status.stop()
            self._status = None


class ByteProgress:
    """Progress of downloads and hashes on standard error: a bar on a terminal, a line for each tenth elsewhere."""

    def __init__(self) -> None:
        self._bar: RichProgress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._plain: dict[str, float] = {}

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Take a report of (phase, bytes done, bytes in all)."""
        if total < _SHOWN_FROM_BYTES:
            return
        if self._bar is not None:
            if phase not in self._tasks:
                self._tasks[phase] = self._bar.add_task(one_line(phase), total=total)
            self._bar.update(self._tasks[phase], completed=done, total=total)
            return
        share = done / total
        if share >= min(1.0, self._plain.get(phase, 0.0) + _PLAIN_STEP) and self._plain.get(phase, 0.0) < 1.0:
            self._plain[phase] = share
            sys.stderr.write(f"{one_line(phase)}: {share:.0%} of {megabytes(total)}\n")
            sys.stderr.flush()

    @contextmanager
    def shown(self) -> Iterator[Self]:
        """Show while the block runs."""
        if sys.stderr.isatty():
            from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
            with Progress(*columns, console=console(stderr=True)) as self._bar:
                yield self
            self._bar = None
        else:
            yield self


def megabytes(count: int) -> str:
    """A number of bytes for people, in powers of ten."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def say(text: str) -> None:
    """A line for people, on standard error."""
    sys.stderr.write(one_line(text) + "\n")
    sys.stderr.flush()


def milliseconds(since: float) -> float:
    """Milliseconds of wall-clock time since a monotonic moment."""
    return (time.monotonic() - since) * 1000
