"""What the engine's tests share: scripts, specs, collected chunks, waiting for another process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from codeassist.config import EngineSettings
from codeassist.engine.api import Chunk, Engine, Request
from codeassist.engine.client import EngineClient
from codeassist.engine.fake import MANIFEST, FakeEngine, Reply, Script
from codeassist.engine.launch import Launcher
from codeassist.engine.wire import Spec
from codeassist.errors import CodeassistError

DEADLINE_SECONDS = 60.0


def fake(*replies: Reply, context_tokens: int = 4096, batch_tokens: int = 64, dimensions: int = 0) -> FakeEngine:
    """A scripted engine in this process."""
    script = Script(
        replies=list(replies), context_tokens=context_tokens, batch_tokens=batch_tokens, dimensions=dimensions
    )
    return FakeEngine(script)


def tokens(text: str) -> tuple[int, ...]:
    """The scripted engine's token ids of a text."""
    return fake().tokenize([text])[0]


class Collector:
    """A sink that keeps what it gets; `reached(n)` waits until n pieces of text have come."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.error: CodeassistError | None = None
        self._changed = threading.Condition()

    def __call__(self, item: Chunk | CodeassistError) -> None:
        with self._changed:
            if isinstance(item, CodeassistError):
                self.error = item
            else:
                self.chunks.append(item)
            self._changed.notify_all()

    def emit(self, chunk: Chunk) -> bool:
        """The same as an Engine's `emit`: never ends the generation."""
        self(chunk)
        return False

    @property
    def text(self) -> str:
        return "".join(chunk.text for chunk in self.chunks)

    @property
    def last(self) -> Chunk:
        return self.chunks[-1]

    def reached(self, pieces: int) -> bool:
        """Wait for so many chunks with text."""
        with self._changed:
            return self._changed.wait_for(
                lambda: sum(bool(chunk.text) for chunk in self.chunks) >= pieces, DEADLINE_SECONDS
            )

    def started(self) -> bool:
        """Wait for the first chunk of any kind."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self.chunks), DEADLINE_SECONDS)


def wait_until(condition: Callable[[], bool]) -> bool:
    """Poll another process's state until it holds; False once the deadline has passed."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        threading.Event().wait(0.01)
    return True


def fake_spec(directory: Path, *replies: Reply, settings: EngineSettings | None = None, dimensions: int = 0) -> Spec:
    """The spec of a resident process that runs a script."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    script = directory / "script.json"
    script.write_bytes(msgspec.json.encode(Script(replies=list(replies), dimensions=dimensions)))
    return Spec(
        manifest=MANIFEST,
        settings=settings or EngineSettings(start_seconds=60),
        directory=str(directory),
        fake_script=str(script),
    )


@contextmanager
def client_of(spec: Spec, *, private: bool = False) -> Iterator[EngineClient]:
    """A client of the engine that `spec` asks for."""
    launcher = Launcher(spec, Path(spec.directory) / "engine.log", private=private)
    client = EngineClient(launcher)
    try:
        yield client
    finally:
        client.close()


def answer(engine: Engine, prompt: str, max_tokens: int = 64) -> Collector:
    """The whole output for a prompt of text."""
    collector = Collector()
    engine.generate(Request(prompt=engine.tokenize([prompt])[0], max_tokens=max_tokens), collector.emit)
    return collector
