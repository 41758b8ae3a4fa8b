"""L3: malformed, oversized and truncated frames, unknown methods: the server stays, and hears what comes after."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import FakeScript
from tests.lsp.client import Client, frame

URI = "file:///project/sample.py"
TEXT = "def add(a, b):\n    "
FRAMES = 1000
CHECKED_EVERY = 10
Start = Callable[..., Client]

_METHODS = (
    "initialize",
    "textDocument/inlineCompletion",
    "textDocument/completion",
    "textDocument/didOpen",
    "textDocument/didChange",
    "textDocument/didClose",
    "workspace/executeCommand",
    "workspace/didChangeConfiguration",
    "workspace/didChangeWorkspaceFolders",
    "completionItem/resolve",
    "$/cancelRequest",
    "$/setTrace",
    "$/progress",
    "window/workDoneProgress/cancel",
    "notebookDocument/didOpen",
    "no/such/method",
    "",
)
_VALUES: tuple[Any, ...] = (
    None, 0, -1, 2**70, 1.5, "", "x" * 2000, "\ud800", [], {}, [[]], {"": {}}, True,
    {"textDocument": None}, {"textDocument": {"uri": 5}, "position": {"line": -1, "character": -7}},
    {"textDocument": {"uri": URI}, "position": {"line": 1e99, "character": "a"}, "context": {"triggerKind": 9}},
    {"textDocument": {"uri": URI, "version": 0}, "contentChanges": [{"range": {}, "text": "a"}]},
    {"textDocument": {"uri": URI, "version": None}, "contentChanges": 3},
    {"command": "codeassist.nothing"}, {"command": 4}, {"command": "codeassist.accepted", "arguments": [{}]},
    {"token": "x", "value": 1}, {"id": "none"}, {"id": []},
)  # fmt: skip


def _json_frame(rng: random.Random) -> bytes:
    """JSON that is no sensible message."""
    message: Any = {"jsonrpc": rng.choice(["2.0", "2.0", "2.0", "1.0", None]), "method": rng.choice(_METHODS)}
    if rng.random() < 0.5:
        message["id"] = rng.choice([None, [], {}, 1.5, True, "text", -5, 2**80])
    if rng.random() < 0.8:
        message["params"] = rng.choice(_VALUES)
    if rng.random() < 0.2:
        message = rng.choice([[message], rng.choice(_VALUES), {"jsonrpc": "2.0", "id": "zz", "result": message}])
    return frame(json.dumps(message).encode())


def _broken_frame(rng: random.Random) -> bytes:
    """No JSON, or no frame."""
    body = json.dumps({"jsonrpc": "2.0", "id": 77, "method": "codeassist/nothing", "params": "p" * 50}).encode()
    return rng.choice(
        [
            frame(rng.randbytes(rng.randrange(200))),
            frame(body[: rng.randrange(len(body))]),
            frame(b""),
            frame(b"[" * 5000),
            frame(b'{"jsonrpc":"2.0","method":"\xff\xfe"}'),
            b"Content-Length: %d\r\n\r\n%s" % (len(body) + rng.randrange(1, 5000), body),
            b"Content-Length: %d\r\n\r\n%s" % (rng.randrange(len(body)), body),
            b"Content-Length: %d\r\n\r\n%s" % (rng.choice([10**9, 10**18, 2**64]), body),
            b"Content-Length: -1\r\n\r\n" + body,
            b"Content-Length: many\r\n\r\n" + body,
            b"Content-Type: text/plain\r\n\r\n" + body,
            rng.randbytes(rng.randrange(3000)),
            b"\r\n" * rng.randrange(1, 9),
            b"Content-Len",
        ]
    )


def test_a_thousand_bad_frames(start: Start, fake_engine: FakeScript) -> None:
    fake_engine("return a + b\n")
    client = start()
    client.initialize()
    rng = random.Random("frames")  # noqa: S311
    for number in range(FRAMES):
        client.send_bytes(_json_frame(rng) if rng.random() < 0.6 else _broken_frame(rng))
        if number % CHECKED_EVERY == 0:
            assert client.command("status")["schema"] == 1, number
    client.open("file:///project/after.py", TEXT)
    assert client.suggestion("file:///project/after.py", 1, 4) == "return a + b"
    assert client.end() == 0
    assert b"Traceback" not in client.stderr


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"id": 50, "method": "no/such/method"}, -32601),
        ({"id": 50, "method": "textDocument/inlineCompletion", "params": {"textDocument": 3}}, -32602),
        ({"id": 50, "method": "workspace/executeCommand", "params": {"command": "unknown"}}, -32602),
        ({"id": 50, "method": 5}, -32600),
        ({"id": 50}, -32600),
        ({"id": 50, "method": "initialize", "params": {"capabilities": {}}}, -32600),
        ({"id": 50, "jsonrpc": "1.0", "method": "shutdown"}, -32600),
    ],
)
def test_what_cannot_be_done_is_answered(
    start: Start, fake_engine: FakeScript, message: dict[str, Any], code: int
) -> None:
    fake_engine("x")
    client = start()
    client.initialize()
    client.send(message)
    assert client.answer(50)["error"]["code"] == code


def test_lost_messages_are_answered_without_an_id(start: Start, fake_engine: FakeScript) -> None:
    fake_engine("x")
    client = start()
    client.initialize()
    client.send_bytes(frame(b"{"))
    assert client.answer(None)["error"]["code"] == -32700


def test_requests_before_and_after_the_session_are_refused(start: Start, fake_engine: FakeScript) -> None:
    fake_engine("x")
    client = start()
    assert client.answer(client.begin("shutdown"))["error"]["code"] == -32002
    client.open(URI, TEXT)
    client.initialize()
    client.request("shutdown")
    assert client.answer(client.inline(URI, 0, 0))["error"]["code"] == -32600
    client.notify("exit")
    assert client.process.wait(30) == 0
