"""What the two sides of the replay have in common: the open file, what is seen at each stroke, and its cost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import psutil

from benchmarks.eventloop import EventLoop
from benchmarks.keystrokes import Stroke, apply

_QUIET_SECONDS = 0.4
_QUIET_CPU = 0.02  # seconds of processor time in that while: as good as none
_SETTLE_SECONDS = 30.0


@dataclass
class Buffer:
    """The file in the editor, its cursor, and whether the person is in insert mode."""

    path: Path
    text: str
    cursor: int = 0
    inserting: bool = False

    @property
    def lines(self) -> list[str]:
        """The lines without their newlines; a final newline begins no line, as in Vim."""
        return self.text.removesuffix("\n").split("\n")

    @property
    def place(self) -> tuple[int, int]:
        """0-based line and column (code points) of the cursor."""
        return position(self.text, self.cursor)


def position(text: str, offset: int) -> tuple[int, int]:
    """0-based line and column (code points) of an offset."""
    return text.count("\n", 0, offset), offset - (text.rfind("\n", 0, offset) + 1)


class Seen(msgspec.Struct, kw_only=True):
    """One stroke as the person saw it. Times in seconds; tokens are all that the engine did until the next stroke.

    Attributes:
        shown: seconds from the stroke to the first suggestion on the screen; None if none came before the next stroke.
        answered: an answer for this place came before the next stroke, though perhaps with nothing to show.
        cached: the side had the answer without asking the model.
        declined: by its rules the side asks nothing here.
        asked_evaluated, asked_generated: tokens of the requests that this stroke itself caused.
    """

    trace: int
    index: int
    kind: str
    probe: bool
    length: int  # characters typed by the stroke
    ahead: str
    pressed: float
    lasted: float = 0.0
    shown: float | None = None
    text: str = ""
    answered: bool = False
    cached: bool = False
    declined: bool = False
    asked_evaluated: int = 0
    asked_generated: int = 0
    evaluated: int = 0
    generated: int = 0
    cpu: float = 0.0  # seconds, of all the side's processes


@dataclass
class Cost:
    """Processor seconds of a side, by process, and the memory of its engine in MB."""

    engine_seconds: float = 0.0
    server_seconds: float = 0.0
    engine_mb: float = 0.0

    @property
    def seconds(self) -> float:
        """Of all processes."""
        return self.engine_seconds + self.server_seconds


@dataclass
class Side(ABC):
    """One assistant with the editor before it. Only one side is played at a time."""

    name: str
    loop: EventLoop = field(default_factory=EventLoop)
    buffer: Buffer = field(default_factory=lambda: Buffer(Path(), ""))
    seen: Seen | None = None

    @abstractmethod
    def start(self) -> None:
        """Start the processes and load the model."""

    @abstractmethod
    def opened(self) -> None:
        """The buffer holds a new file."""

    @abstractmethod
    def pressed(self, stroke: Stroke, before: str) -> None:
        """The stroke has been applied to the buffer; `before` is its text until then."""

    @abstractmethod
    def closing(self) -> None:
        """The file is saved and closed."""

    @abstractmethod
    def tokens(self) -> tuple[int, int]:
        """All tokens (evaluated, generated) of the engine so far."""

    @abstractmethod
    def busy(self) -> bool:
        """Something is under way that the editor waits for."""

    @abstractmethod
    def processes(self) -> dict[str, psutil.Process]:
        """The processes whose cost counts: "engine", and "server" if there is one."""

    @abstractmethod
    def close(self) -> None:
        """End the processes."""

    def press(self, stroke: Stroke) -> None:
        """Apply the stroke to the buffer and tell the side."""
        before = self.buffer.text
        self.buffer.text = apply(before, stroke)
        self.buffer.cursor = stroke.cursor
        self.buffer.inserting = True
        self.pressed(stroke, before)

    def show(self, text: str, *, cached: bool = False) -> None:
        """A suggestion is on the screen; the first one of a stroke counts."""
        if self.seen is None:
            return
        self.seen.answered = True
        if text.strip() and self.seen.shown is None:
            self.seen.shown = self.loop.now() - self.seen.pressed
            self.seen.text = text
            self.seen.cached = self.seen.cached or cached

    def cost(self) -> Cost:
        """The cost so far."""
        result = Cost()
        for name, process in self.processes().items():
            times = process.cpu_times()
            if name == "engine":
                result.engine_seconds = times.user + times.system
                result.engine_mb = process.memory_info().rss / 1e6
            else:
                result.server_seconds = times.user + times.system
        return result

    def settle(self) -> None:
        """Wait until the side rests: its background work is its own cost, and must not disturb the other side."""
        deadline = self.loop.now() + _SETTLE_SECONDS
        spent = -1.0
        while self.loop.now() < deadline:
            now = self.cost().seconds
            if now - spent < _QUIET_CPU and not self.busy():
                return
            spent = now
            self.loop.run_until(self.loop.now() + _QUIET_SECONDS)
