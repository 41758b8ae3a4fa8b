"""Finds the user's engine, or starts it: one process per user, however many clients come at once."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import filelock
import httpx
import msgspec

from codeassist.engine.uds import LOCK, SOCKET, http_client, listener_of
from codeassist.engine.wire import Health, Spec
from codeassist.errors import EngineError, EngineGoneError
from codeassist.paths import private_directory

_HEALTH_SECONDS = 5.0  # a server that says nothing for this long hangs
_POLL_SECONDS = 0.02
_STOP_SECONDS = 10.0
_LEAVE_SECONDS = 1.0  # for a private engine to end by itself
_LOADING = re.compile(r" E \w+: (?:error loading model(?: \w+)?: )+(.+)")  # as llama.cpp logs it (src/llama.cpp)
_REASON = 200  # characters of it
_LOG_TAIL_BYTES = 4096
# llama.cpp's threads wait for each other after every operation. By default they spin for milliseconds, and where
# another program has one of the processors each wait lasts until the scheduler's next turn. This makes them sleep
# after a microsecond or two. A decoded token took, in ms, by default / so / sleeping at once (OMP_WAIT_POLICY=PASSIVE):
# 23 / 26 / 38 on an idle machine, 79 to 784 / 50 / 39 beside a busy program (2 cores, 0.5B, interleaved, n=5 and 2 to
# 3, medians).
BRIEF_SPINNING = {"GOMP_SPINCOUNT": "1000"}

Notice = Callable[[str], None]


def health_of(path: Path) -> Health | None:
    """What the engine at this socket says of itself; None if nobody listens there.

    Raises:
        EngineGoneError: somebody listens and does not answer.
    """
    if listener_of(path) is None:
        return None
    try:
        with http_client(path, _HEALTH_SECONDS) as http:
            return msgspec.json.decode(http.get("/health").content, type=Health)
    except (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError):
        return None
    except (httpx.HTTPError, msgspec.MsgspecError) as error:
        raise EngineGoneError("the engine does not answer", "run the command again") from error


class Launcher:
    """Gives clients the socket of an engine that fits `spec`, starting or replacing one where needed."""

    def __init__(self, spec: Spec, log: Path, *, private: bool = False, notice: Notice | None = None) -> None:
        self._private = private
        self._notice = notice or (lambda _text: None)
        self._log = log
        self._child: subprocess.Popen[bytes] | None = None
        base = private_directory(Path(spec.directory))
        if private:
            base = private_directory(base / f"engine-private-{secrets.token_hex(4)}")
        self._directory = base
        self._spec = msgspec.structs.replace(spec, directory=str(base))

    @property
    def socket(self) -> Path:
        """Where the engine listens."""
        return self._directory / SOCKET

    def ensure(self) -> Health:
        """The health of an engine that fits, started if need be.

        Raises:
            EngineError: it cannot be started; the message says why.
        """
        found = self._fitting()
        if found is not None:
            return found
        try:
            with filelock.FileLock(self._directory / "start.lock", timeout=2 * self._spec.settings.start_seconds):
                return self._fitting() or self._start()
        except filelock.Timeout as error:
            raise EngineError(
                "another command is still starting the engine", "wait, or: codeassist engine stop"
            ) from error

    def close(self) -> None:
        """End a private engine; a shared one stays."""
        if not self._private:
            return
        if self._child is not None:
            if self._child.stdin:
                self._child.stdin.close()
            try:
                self._child.wait(timeout=_LEAVE_SECONDS)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
            self._child = None
        shutil.rmtree(self._directory, ignore_errors=True)

    def _fitting(self) -> Health | None:
        """The running engine if it fits; one that hangs is killed, one that differs is asked to leave."""
        try:
            found = health_of(self.socket)
        except EngineGoneError:
            kill_listener(self.socket)
            return None
        if found is None:
            return None
        if found.spec == self._spec and not found.draining:
            return found
        self._notice(f"waiting for the engine to change to {self._spec.manifest.id}")
        request_stop(self.socket, self._spec.settings.start_seconds)
        return None

    def _start(self) -> Health:
        self._notice(f"loading {self._spec.manifest.id}")
        self._log.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "codeassist.engine.server"]
        with self._log.open("wb") as log:
            self._child = subprocess.Popen(
                [*command, "--private"] if self._private else command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self._directory,  # ours: `-m` puts the working directory on the import path
                start_new_session=True,
                env=BRIEF_SPINNING | os.environ,
            )
        self._hand_over(self._child)
        # Outlives this process if shared; while we live, somebody must take its exit code or it stays a zombie.
        threading.Thread(target=self._child.wait, name="engine-reaper", daemon=True).start()
        return self._wait_until_up(self._child)

    def _hand_over(self, child: subprocess.Popen[bytes]) -> None:
        """Give the child its spec, a line on its standard input; a private one's stays open as our sign of life."""
        if child.stdin is None:
            raise EngineError("the engine has no standard input", "run: codeassist doctor")
        with contextlib.suppress(BrokenPipeError):  # it died at once: waiting for it will say how
            child.stdin.write(msgspec.json.encode(self._spec) + b"\n")
            child.stdin.flush()
            if not self._private:
                child.stdin.close()

    def _wait_until_up(self, child: subprocess.Popen[bytes]) -> Health:
        deadline = time.monotonic() + self._spec.settings.start_seconds
        while time.monotonic() < deadline:
            code = child.poll()
            if code is not None:
                raise self._start_failure(code)
            if self.socket.exists() and (found := health_of(self.socket)) is not None and found.spec == self._spec:
                return found
            time.sleep(_POLL_SECONDS)
        child.kill()
        child.wait()
        raise EngineError(
            f"the engine was not ready in {self._spec.settings.start_seconds:.0f} s",
            "raise engine.start_seconds in config.toml, or use another model: this one's chat template may not end",
        )

    def _start_failure(self, code: int) -> EngineError:
        tail = self._log_tail()
        lines = dict(line.split(": ", 1) for line in tail if line.startswith(("error: ", "hint: ")))
        if reasons := [found.group(1) for line in tail if (found := _LOADING.search(line))]:
            lines["error"] = f"the model {self._spec.manifest.id} cannot be loaded: {reasons[0][:_REASON]}"
        if "error" in lines:
            return EngineError(lines["error"], lines.get("hint", ""))
        what = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        hint = f"check the model: codeassist model verify {self._spec.manifest.id} (log: {self._log})"
        return EngineGoneError(f"the engine died at start ({what})", hint)

    def _log_tail(self) -> list[str]:
        with contextlib.suppress(OSError):
            return self._log.read_bytes()[-_LOG_TAIL_BYTES:].decode(errors="replace").splitlines()
        return []


def request_stop(path: Path, seconds: float = _STOP_SECONDS) -> None:
    """Ask the engine to finish what it does and leave; returns when its socket is gone, or after so many seconds."""
    with contextlib.suppress(httpx.HTTPError), http_client(path, _HEALTH_SECONDS) as http:
        http.post("/shutdown")
    deadline = time.monotonic() + seconds
    while path.exists() and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)


def kill_listener(path: Path) -> None:
    """Kill the process that listens at this socket, if it is this user's, and wait until nobody listens."""
    user, process = listener_of(path) or (-1, 0)
    if user == os.getuid() and process not in (0, os.getpid()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        deadline = time.monotonic() + _HEALTH_SECONDS
        while listener_of(path) == (user, process) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)


def running_engine(directory: Path) -> Health | None:
    """The shared engine's health, or None if none runs.

    Raises:
        EngineGoneError: one runs and hangs.
    """
    return health_of(directory / SOCKET)


def stop_engine(directory: Path) -> bool:
    """Stop the shared engine, by force if it does not listen. Returns whether one ran."""
    path = directory / SOCKET
    try:
        found = health_of(path)
    except EngineGoneError:
        kill_listener(path)
        return True
    if found is None:
        return False
    request_stop(path)
    if path.exists():
        kill_listener(path)
    with contextlib.suppress(filelock.Timeout), filelock.FileLock(directory / LOCK, timeout=_STOP_SECONDS):
        pass  # the lock is free once the process is gone
    return True
