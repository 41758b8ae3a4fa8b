"""L6: the server ends with its editor, however that ends, and leaves nothing running or listening."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript
from tests.lsp.client import Client, until

URI = "file:///project/sample.py"
TEXT = "def add(a, b):\n    "
SECONDS = 10.0  # far over the two that it may take: machines of tests are busy
Start = Callable[..., Client]


def _shutdown(client: Client) -> None:
    client.request("shutdown")
    client.notify("exit")


def _exit_only(client: Client) -> None:
    client.notify("exit")


def _close(client: Client) -> None:
    assert client.process.stdin is not None
    client.process.stdin.close()


def _close_output(client: Client) -> None:
    assert client.process.stdout is not None
    client.process.stdout.close()

    def noticed() -> bool:
        """Answers fail one after the other: the client's thread still reads when the pipe is closed, and takes some."""
        with contextlib.suppress(OSError):
            client.notify("workspace/executeCommand", None)
            client.begin("workspace/executeCommand", {"command": "codeassist.status"})
        return client.process.poll() is not None

    until(noticed, "the server's end", SECONDS)


def _terminate(client: Client) -> None:
    client.process.send_signal(signal.SIGTERM)


_WAYS = {
    "shutdown": (_shutdown, 0),
    "exit": (_exit_only, 1),
    "closed pipe": (_close, 0),
    "closed output": (_close_output, 0),
    "SIGTERM": (_terminate, 128 + signal.SIGTERM),
}


@pytest.mark.parametrize("busy", [False, True])
@pytest.mark.parametrize("way", list(_WAYS))
def test_nothing_is_left(start: Start, fake_engine: FakeScript, home: Path, way: str, busy: bool) -> None:
    fake_engine(Reply(when="slow", fail="hang"), "return a + b\n")
    client = start()
    client.initialize()
    client.open(URI, TEXT)
    assert client.suggestion(URI, 1, 4)
    (engine,) = client.engines()
    if busy:
        client.change(URI, 1, {"text": "slow = \n"})
        client.inline(URI, 0, 7)
        client.command("status")
    leave, code = _WAYS[way]
    leave(client)
    assert client.process.wait(SECONDS) == code
    until(lambda: not engine.is_running(), "the engine's end", SECONDS)
    until(lambda: not list((home / "run").rglob("*.sock")), "the socket's end", SECONDS)


def test_a_stopped_engine_is_ended_too(start: Start, fake_engine: FakeScript) -> None:
    fake_engine("return a + b\n")
    client = start()
    client.initialize()
    client.open(URI, TEXT)
    assert client.suggestion(URI, 1, 4)
    (engine,) = client.engines()
    engine.send_signal(signal.SIGSTOP)
    client.process.send_signal(signal.SIGTERM)
    assert client.process.wait(SECONDS) == 128 + signal.SIGTERM
    until(lambda: not engine.is_running(), "the engine's end", SECONDS)


def test_a_killed_server_takes_its_engine_along(start: Start, fake_engine: FakeScript) -> None:
    fake_engine("return a + b\n")
    client = start()
    client.initialize()
    client.open(URI, TEXT)
    assert client.suggestion(URI, 1, 4)
    (engine,) = client.engines()
    client.process.kill()
    until(lambda: not engine.is_running(), "the engine's end", SECONDS)


@pytest.mark.parametrize("reaped", [True, False])
def test_an_editor_that_died_is_noticed(start: Start, fake_engine: FakeScript, reaped: bool) -> None:
    fake_engine("x")
    client = start()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as editor:
        client.request("initialize", {"processId": editor.pid, "capabilities": {}})
        assert client.process.poll() is None
        editor.kill()
        if reaped:
            editor.wait()
        assert client.process.wait(SECONDS) == 0


def test_an_editor_that_does_not_read_is_no_reason_to_stay(start: Start, fake_engine: FakeScript) -> None:
    fake_engine("x")
    client = start()
    client.initialize()
    server = psutil.Process(client.process.pid)
    server.suspend()  # what it is sent waits in the pipe; it then reads everything at once
    for _ in range(50):
        client.begin("workspace/executeCommand", {"command": "codeassist.status"})
    client.process.send_signal(signal.SIGTERM)
    server.resume()
    assert client.process.wait(SECONDS) == 128 + signal.SIGTERM
