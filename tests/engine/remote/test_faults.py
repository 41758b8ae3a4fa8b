"""Servers that die, hang, flood and lie: every one ends in a clear error, within bounds."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from codeassist.config import EngineSettings
from codeassist.engine.api import Request
from codeassist.engine.remote import connection
from codeassist.engine.remote.engine import RemoteEngine, connect
from codeassist.errors import EngineError
from tests.engine.remote.scripted import Answer, Handler, Server, Vllm, serving
from tests.engine.support import Collector

KEY = "k-44-secret"


@contextmanager
def engine_with(complete: Answer) -> Iterator[tuple[RemoteEngine, Server]]:
    """A server that is as it should be, but for what it says to a completion."""
    with serving(Vllm().answers) as server:
        engine = connect(EngineSettings(url=server.url, allow_remote=True, key_env="K"), {"K": KEY})
        server.answers["/v1/completions"] = complete
        try:
            yield engine, server
        finally:
            engine.close()


def failure(complete: Answer, emit: Callable[..., bool] | None = None) -> EngineError:
    """The error that such a server ends in."""
    with engine_with(complete) as (engine, _server), pytest.raises(EngineError) as caught:
        engine.generate(Request(prompt=(101,), max_tokens=8), emit or Collector().emit)
    assert caught.value.hint
    return caught.value


def piece(text: str) -> dict[str, object]:
    return {"choices": [{"index": 0, "text": text, "token_ids": [101]}]}


def cut(handler: Handler) -> None:
    """End the connection as the end of a process does."""
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def hangs(handler: Handler, _body: bytes) -> None:
    handler.server.left.wait()


def test_a_server_that_dies_in_the_middle_is_asked_once_more_and_nothing_is_said_twice() -> None:
    def once(handler: Handler, _body: bytes) -> None:
        handler.begin()
        for text in ("a", "b", "c"):
            handler.event(piece(text))
            if text == "b" and len(handler.server.bodies("/v1/completions")) == 1:
                cut(handler)
                return
        handler.event({"choices": [{"index": 0, "text": "", "finish_reason": "stop"}]})
        handler.end()

    with engine_with(once) as (engine, server):
        out = Collector()
        engine.generate(Request(prompt=(101,), max_tokens=8), out.emit)
        assert (out.text, out.last.finish) == ("abc", "stop")
        assert len(server.bodies("/v1/completions")) == 2


def test_a_server_that_dies_every_time() -> None:
    def dies(handler: Handler, _body: bytes) -> None:
        handler.begin()
        handler.event(piece("a"))
        cut(handler)

    with engine_with(dies) as (engine, server):
        with pytest.raises(EngineError, match="broke off"):
            engine.generate(Request(prompt=(101,), max_tokens=8), Collector().emit)
        assert len(server.bodies("/v1/completions")) == 2


def test_a_stream_that_ends_without_an_end_is_broken_off() -> None:
    def ends(handler: Handler, _body: bytes) -> None:
        handler.begin()
        handler.event(piece("a"))
        handler.wfile.write(b"0\r\n\r\n")

    assert "broke off" in failure(ends).message


def test_an_idle_connection_that_the_server_has_closed_is_made_again() -> None:
    with serving(Vllm().answers) as server:
        engine = connect(EngineSettings(url=server.url, allow_remote=True), {})
        tokenize = server.answers["/tokenize"]
        closed = threading.Event()

        def closing(handler: Handler, body: bytes) -> None:
            if closed.is_set():
                tokenize(handler, body)
            else:
                closed.set()
                cut(handler)

        server.answers["/tokenize"] = closing
        assert len(engine.tokenize(["abc"])[0]) == 3
        engine.close()


def test_a_server_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_FIRST_SECONDS", 0.5)
    assert "does not answer" in failure(hangs).message


def test_a_server_that_hangs_within_its_answer_also_if_it_sends_signs_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_NEXT_SECONDS", 0.5)

    def drips(handler: Handler, _body: bytes) -> None:
        handler.begin()
        handler.event(piece("a"))
        while not handler.server.left.wait(0.05):
            handler.piece(b": ping\n\n")

    assert "does not answer" in failure(drips).message


def test_a_slow_loris_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_REPLY_SECONDS", 0.5)

    def drips(handler: Handler, _body: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        while not handler.server.left.wait(0.05):
            handler.wfile.write(b" ")

    with serving(Vllm().answers | {"/v1/models": drips}) as server, pytest.raises(EngineError, match="does not answer"):
        connect(EngineSettings(url=server.url, allow_remote=True), {})


def test_one_who_waits_for_a_silent_server_is_asked_and_can_leave() -> None:
    asked: list[int] = []

    def leave(_chunk: object) -> bool:
        asked.append(1)
        return len(asked) == 3

    with engine_with(hangs) as (engine, _server):
        engine.generate(Request(prompt=(101,), max_tokens=8), leave)
    assert len(asked) == 3


def test_a_line_without_end() -> None:
    sent: list[int] = []

    def floods(handler: Handler, _body: bytes) -> None:
        handler.begin()
        for _ in range(100):
            handler.piece(b"x" * 2**20)
            sent.append(1)

    assert "exceeds" in failure(floods).message
    assert len(sent) < 100, "it was not read to the end"


def test_events_without_end() -> None:
    def floods(handler: Handler, _body: bytes) -> None:
        handler.begin()
        while not handler.server.left.is_set():
            handler.piece(b'data: {"choices":[]}\n\n' * 1000)

    assert "far more than was asked for" in failure(floods).message


def test_far_more_text_than_was_asked_for() -> None:
    def floods(handler: Handler, _body: bytes) -> None:
        handler.begin()
        while not handler.server.left.is_set():
            handler.event(piece("y" * 100_000))

    assert "far more than was asked for" in failure(floods).message


def test_an_answer_that_is_far_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_MAX_REPLY", 2**20)
    huge: Answer = lambda handler, _body: handler.raw(b" " * 2**21)  # noqa: E731
    with serving(Vllm().answers | {"/tokenize": huge}) as server, pytest.raises(EngineError, match="exceeds"):
        connect(EngineSettings(url=server.url, allow_remote=True), {})


@pytest.mark.parametrize(
    "line",
    [
        b"data: nonsense",
        b'data: {"choices": [{"text": 3}]}',
        b'data: {"choices": {"0": "x"}}',
        b'data: {"choices": [{"text": "x", "token_ids": [-1]}]}',
        b'data: {"choices": [{"text": "x", "token_ids": [1e99]}]}',
        b"data: " + b"[" * 100_000,
        b"data: \xff\xfe",
        b'data: {"choices": [{"text": "\xff"}]}',
    ],
)
def test_what_is_no_event(line: bytes) -> None:
    def says(handler: Handler, _body: bytes) -> None:
        handler.begin()
        handler.piece(line + b"\n\n")
        handler.end()

    assert "no event" in failure(says).message


_NO_LISTS = (b"", b"nonsense", b"[]", b'{"data": []}', b'{"data": [{"id": ""}]}', b"\xff", b"[" * 99_999)


@pytest.mark.parametrize("content", _NO_LISTS)
def test_what_is_no_list_of_models(content: bytes) -> None:
    wrong = pytest.raises(EngineError, match="not what llama-server or vLLM would say")
    with serving({"/v1/models": lambda handler, _body: handler.raw(content)}) as server, wrong:
        connect(EngineSettings(url=server.url, allow_remote=True), {})


def test_another_kind_of_server() -> None:
    models: Answer = lambda handler, _body: handler.json({"data": [{"id": "gpt", "owned_by": "someone"}]})  # noqa: E731
    with serving({"/v1/models": models}) as server, pytest.raises(EngineError, match="neither llama-server nor vLLM"):
        connect(EngineSettings(url=server.url, allow_remote=True), {})


@pytest.mark.parametrize(
    ("status", "message", "hint"),
    [
        (401, "401", "engine.key_env"),
        (403, "403", "refuses this key"),
        (404, "404", "without /v1"),
        (429, "429", "busy"),
        (500, "500", "whoever runs it"),
        (503, "503", "whoever runs it"),
    ],
)
def test_refusals(status: int, message: str, hint: str) -> None:
    said = f"\x1b[31mno, {KEY}\u202e"
    error = failure(lambda handler, _body: handler.json({"error": {"message": said}}, status))
    assert message in error.message
    assert "no, …" in error.message
    assert KEY not in error.message
    assert "\x1b" not in error.message
    assert "\u202e" not in error.message
    assert hint in error.hint


def test_an_error_within_a_stream() -> None:
    def says(handler: Handler, _body: bytes) -> None:
        handler.begin()
        handler.event({"error": {"message": "out of memory", "code": 500}})

    assert "out of memory" in failure(says).message


def test_an_error_within_a_stream_shows_no_key_and_nothing_a_terminal_obeys() -> None:
    def says(handler: Handler, _body: bytes) -> None:
        handler.begin()
        handler.event({"error": {"message": f"\x1b[31mno, {KEY}" + "x" * 9000}})

    message = failure(says).message
    assert "no, …" in message
    assert KEY not in message
    assert "\x1b" not in message
    assert len(message) < 400


def test_one_who_waits_for_a_server_that_does_not_read_is_asked_and_can_leave() -> None:
    asked: list[int] = []
    left = threading.Event()

    class Deaf(Handler):
        def do_POST(self) -> None:  # noqa: N802
            if self.path == "/v1/completions":
                self.server.left.wait()
            else:
                super().do_POST()

    def leave(_chunk: object) -> bool:
        asked.append(1)
        if len(asked) < 5:
            return False
        left.set()
        return True

    with serving(Vllm().answers) as server:
        server.RequestHandlerClass = Deaf
        engine = connect(EngineSettings(url=server.url, allow_remote=True), {})
        request = Request(prompt=(1_000_000,) * 4_000_000, max_tokens=8)
        work = threading.Thread(target=engine.generate, args=(request, leave), daemon=True)
        work.start()
        assert left.wait(15), "it would wait for half a minute"
        work.join(10)
        assert not work.is_alive()
        engine.close()


def test_a_redirect_is_not_followed_and_the_key_goes_nowhere() -> None:
    with serving({}) as elsewhere:
        error = failure(lambda handler, _body: handler.raw(b"", 307, Location=elsewhere.url + "/v1/completions"))
        assert "elsewhere (307)" in error.message
        assert elsewhere.connections == 0


def test_headers_without_end() -> None:
    def floods(handler: Handler, _body: bytes) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(100_000):
            handler.wfile.write(b"X-%d: %b\r\n" % (number, b"y" * 1000))

    assert "broke off" in failure(floods).message


def test_nobody_listens() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(EngineError, match="cannot be reached") as caught:
        connect(EngineSettings(url=f"http://127.0.0.1:{port}", allow_remote=True), {})
    assert "engine.url" in caught.value.hint
