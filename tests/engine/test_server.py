"""The resident process over its socket: shapes, refusals, isolation. A real process with the scripted engine."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from codeassist.engine import server
from codeassist.engine.client import EngineClient
from codeassist.engine.fake import Reply
from codeassist.engine.launch import health_of, stop_engine
from codeassist.engine.uds import SOCKET, http_client
from codeassist.engine.wire import MAX_BODY_BYTES, Health
from tests.engine.support import answer, client_of, fake_spec


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture
def http(directory: Path) -> Iterator[httpx.Client]:
    with client_of(fake_spec(directory, Reply(text="hello world"))) as client:
        client.info()
        with http_client(directory / SOCKET, 30) as http:
            yield http
    stop_engine(directory)


def health(http: httpx.Client) -> Health:
    return msgspec.json.decode(http.get("/health").content, type=Health)


def test_whole_answers_have_openais_shape(http: httpx.Client) -> None:
    reply = http.post("/v1/completions", json={"prompt": "say", "max_tokens": 5}).json()
    assert reply["object"] == "text_completion"
    assert reply["choices"] == [{"index": 0, "finish_reason": "length", "text": "hello"}]
    assert reply["usage"]["prompt_tokens"] == 3
    assert reply["usage"]["completion_tokens"] == 5


def test_streams_are_server_sent_events_with_a_done(http: httpx.Client) -> None:
    body = {"prompt": "say", "stream": True}
    with http.stream("POST", "/v1/completions", json=body) as reply:
        lines = [line for line in reply.iter_lines() if line.startswith("data: ")]
    assert lines[-1] == "data: [DONE]"
    events: list[dict[str, Any]] = [msgspec.json.decode(line[6:]) for line in lines[:-1]]
    assert "".join(event["choices"][0]["text"] for event in events) == "hello world"
    assert events[-1]["choices"][0]["finish_reason"] == "stop"


def test_chat_answers_have_openais_shape(http: httpx.Client) -> None:
    reply = http.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "hi"}]}).json()
    assert reply["choices"][0]["message"] == {"role": "assistant", "content": "hello world"}


def test_models_metrics_and_tokens(http: httpx.Client) -> None:
    assert [model["id"] for model in http.get("/v1/models").json()["data"]] == ["fake"]
    assert http.post("/tokenize", json={"texts": ["ab", ""]}).json() == {"tokens": [[1097, 1098], []]}
    http.post("/v1/completions", json={"prompt": "say"})
    assert "codeassist_requests_total 1" in http.get("/metrics").text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"max_tokens": 3}', 400),
        (b'{"prompt": [1, "x"]}', 400),
        (b'{"prompt": [-1]}', 400),
        (b'{"prompt": [1099511627776]}', 400),
        (b'{"prompt": ""}', 400),
        (b'{"prompt": "x", "priority": 77}', 400),
        (b'{"prompt": "' + b"x" * MAX_BODY_BYTES + b'"}', 400),
        (b'{"prompt": "' + b"x" * 5000 + b'"}', 503),  # more than the context holds
    ],
)
def test_malformed_requests_are_refused_and_the_server_lives(http: httpx.Client, body: bytes, status: int) -> None:
    reply = http.post("/v1/completions", content=body)
    assert reply.status_code == status
    assert reply.json()["error"]["message"]
    assert http.post("/v1/completions", json={"prompt": "say"}).status_code == 200


def test_embeddings_are_refused_in_so_many_words(http: httpx.Client) -> None:
    reply = http.post("/v1/embeddings", json={"input": "x"})
    assert (reply.status_code, reply.json()["error"]["message"]) == (501, "this model makes no embeddings")


def test_nobody_else_can_reach_the_socket(http: httpx.Client, directory: Path) -> None:
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((directory / SOCKET).stat().st_mode) == 0o600
    assert health(http).sandbox in {"enforced", "partial"}


def test_no_port_is_open(http: httpx.Client) -> None:
    process = health(http).pid
    sockets = {
        os.readlink(entry)  # noqa: PTH115  "socket:[…]" is not a path
        for entry in Path(f"/proc/{process}/fd").iterdir()
        if entry.is_symlink()
    }
    inodes = {name[8:-1] for name in sockets if name.startswith("socket:[")}
    for table in ("tcp", "tcp6", "udp", "udp6", "raw"):
        lines = Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]
        assert inodes.isdisjoint(line.split()[9] for line in lines), table
    unix = Path(f"/proc/{process}/net/unix").read_text()
    assert any(inode in unix for inode in inodes), "the check must see the engine's own socket"


def test_a_connection_of_another_user_is_cut(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Needs no second user: the kernel's answer is replaced, in a server of this process."""
    import uvicorn

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"secret"})

    async def ask() -> bytes:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(tmp_path / "s"))
        config = uvicorn.Config(app, http=server.OwnUserOnly, ws="none", lifespan="off", log_config=None)
        running = server.QuietServer(config)
        task = asyncio.create_task(running.serve(sockets=[listener]))
        while not running.started:
            await asyncio.sleep(0)
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "s"))
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        try:
            got = await reader.read()
        except ConnectionError:
            got = b""
        writer.close()
        running.should_exit = True
        await task
        return got

    assert b"secret" in asyncio.run(ask())
    (tmp_path / "s").unlink()
    monkeypatch.setattr(server, "peer_of", lambda _connection: (os.getuid() + 1, 1))
    assert asyncio.run(ask()) == b""


def test_counters_survive_and_shutdown_ends_the_process(http: httpx.Client, directory: Path) -> None:
    http.post("/v1/completions", json={"prompt": "say"})
    before = health(http)
    assert before.counters.requests == 1
    assert before.counters.generated_tokens == len("hello world")
    assert stop_engine(directory)
    assert health_of(directory / SOCKET) is None
    assert not (directory / SOCKET).exists()


def test_the_client_is_an_engine(directory: Path) -> None:
    with client_of(fake_spec(directory, Reply(text="hello"))) as client:
        assert isinstance(client, EngineClient)
        assert client.info().context_tokens == 4096
        assert answer(client, "say").text == "hello"
        assert client.render_chat([]) == (6,)
    stop_engine(directory)
