"""The resident process: takes the lock, enters the sandbox, loads the model, serves, and leaves when idle."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import filelock
import msgspec
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from codeassist.engine import backends
from codeassist.engine.api import Engine
from codeassist.engine.fake import FakeEngine
from codeassist.engine.peer import peer_of
from codeassist.engine.routes import Routes
from codeassist.engine.scheduler import Scheduler
from codeassist.engine.uds import LOCK, SOCKET
from codeassist.engine.wire import Spec
from codeassist.errors import CodeassistError
from codeassist.privacy import sandbox

_CHECK_SECONDS = 0.5


class OwnUserOnly(H11Protocol):
    """Closes connections of other users, whatever the directory's permissions have become."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Check the peer's user before a byte is read."""
        connection = transport.get_extra_info("socket")
        try:
            user, _ = peer_of(connection)
        except OSError:
            user = -1
        super().connection_made(transport)
        if user != os.getuid():
            transport.abort()


class QuietServer(uvicorn.Server):
    """Leaves signals to `_serve`, which unlinks the socket before it ends."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def run(spec: Spec, *, private: bool) -> None:
    """Serve until idle, told to stop, or (private) the parent is gone."""
    directory = Path(spec.directory)
    with filelock.FileLock(directory / LOCK, timeout=spec.settings.start_seconds):
        inner = directory / f"llama-{os.getpid()}"
        shutil.rmtree(inner, ignore_errors=True)
        inner.mkdir(mode=0o700)
        try:
            engine, state = _load(spec, directory, inner / "llama.sock")
            asyncio.run(_serve(spec, engine, state, directory / SOCKET, private=private))
        finally:
            (directory / SOCKET).unlink(missing_ok=True)
            shutil.rmtree(inner, ignore_errors=True)


def _load(spec: Spec, directory: Path, inner_socket: Path) -> tuple[Engine, str]:
    """The sandbox first, then the model: not a byte of it is read with the network at hand."""
    if spec.fake_script:
        engine = FakeEngine.from_file(Path(spec.fake_script))
        return engine, sandbox.enter([], [directory])
    state = sandbox.enter([Path(file) for file in spec.files], [directory])
    return backends.load(spec, inner_socket), state


async def _serve(spec: Spec, engine: Engine, state: str, path: Path, *, private: bool) -> None:
    scheduler = Scheduler(engine)
    stopping = asyncio.Event()
    routes = Routes(spec, engine, scheduler, state, stopping.set)
    path.unlink(missing_ok=True)  # the lock is ours, so a socket that is left is nobody's
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    path.chmod(0o600)
    config = uvicorn.Config(
        routes.app(),
        http=OwnUserOnly,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    server = QuietServer(config)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    watching = asyncio.create_task(_watch(routes, spec.settings.idle_minutes * 60, stopping, private=private))
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait({serving, watching, stop}, return_when=asyncio.FIRST_COMPLETED)
    path.unlink(missing_ok=True)  # a new client starts a new engine instead of meeting one that leaves
    server.should_exit = True
    await asyncio.wait({serving}, timeout=5)
    for task in (watching, stop):
        task.cancel()
    scheduler.close()


async def _watch(routes: Routes, idle_seconds: float, stopping: asyncio.Event, *, private: bool) -> None:
    """Return when it is time to leave: idle for long, drained, or the parent of a private engine is gone."""
    while not stopping.is_set():
        if routes.idle and (routes.draining or time.monotonic() - routes.last_used > idle_seconds):
            return
        if private and select.select([0], [], [], 0)[0]:  # standard input ends with the parent
            return
        await asyncio.sleep(_CHECK_SECONDS)


def main() -> None:
    """`python -m codeassist.engine.server [--private]`, started by codeassist.engine.launch with a Spec on stdin."""
    with open(0, "rb", buffering=0, closefd=False) as stdin:
        spec = msgspec.json.decode(stdin.readline(), type=Spec)
    code = 0
    try:
        run(spec, private="--private" in sys.argv[1:])
    except filelock.Timeout:
        sys.stderr.write("error: another engine does not leave\nhint: codeassist engine stop\n")
        code = 3
    except CodeassistError as error:
        sys.stderr.write(f"error: {error.message}\nhint: {error.hint}\n")
        code = error.exit_code
    except KeyboardInterrupt:
        code = 130
    sys.stderr.flush()
    os._exit(code)  # llama.cpp's threads are not waited for: unloading can hang, the kernel frees everything


if __name__ == "__main__":
    main()
