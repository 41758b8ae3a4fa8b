"""L4 and L5: an engine that dies, hangs or fails costs one request at most; a cancel frees it within a batch."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from codeassist.engine.api import Counters
from codeassist.engine.fake import Reply
from codeassist.engine.launch import health_of
from codeassist.engine.uds import SOCKET
from tests.conftest import FakeScript
from tests.lsp.client import Client, until

URI = "file:///project/sample.py"
ERRORS, DEATHS, KILLS, STOPS = 174, 8, 14, 4  # 200 faults
BATCH = 64  # tokens
STILL_SECONDS = 1.0
Start = Callable[..., Client]


def _text(marker: str) -> str:
    return f"def {marker}(a):\n    "


def _ask(client: Client, marker: str) -> str | None:
    client.change(URI, 1, {"text": _text(marker)})
    return client.suggestion(URI, 1, 4)


def _begin(start: Start, marker: str = "first") -> Client:
    client = start()
    client.initialize({"debounceMs": 0})
    client.open(URI, _text(marker))
    return client


def _one_engine(client: Client) -> bool:
    return len(client.engines()) == 1


def test_errors_of_the_engine_are_told_once(start: Start, fake_engine: FakeScript) -> None:
    """Such as being out of memory. A failure is followed by a success: the server never gives up."""
    fake_engine(Reply(when="failing", fail="error"), "return a\n")
    client = _begin(start)
    for number in range(ERRORS):
        assert _ask(client, f"failing_{number:03}") is None
        assert _ask(client, f"working_{number:03}") == "return a"
    assert len(client.shown()) == 1
    assert client.end() == 0


def test_an_engine_that_dies_is_replaced(start: Start, fake_engine: FakeScript, tmp_path: Path) -> None:
    fake_engine(*(Reply(when=f"dying_{each:02}", fail="die") for each in range(DEATHS)), "return a\n")
    client = _begin(start)
    for number in range(DEATHS // 2):  # each dies, and dies again when it is retried: two faults
        assert _ask(client, f"dying_{number:02}") is None
        assert _ask(client, f"working_{number:02}") == "return a"
    assert len(client.shown()) == 1
    assert _one_engine(client)
    assert client.end() == 0


def test_a_killed_engine_is_replaced(start: Start, fake_engine: FakeScript) -> None:
    fake_engine(Reply(when="slow", text="return a\n", prefill_ms=5), "return a\n")
    client = _begin(start)
    assert client.suggestion(URI, 1, 4) == "return a"
    for number in range(KILLS):
        (engine,) = client.engines()
        client.change(URI, 1, {"text": _text(f"slow_{number:02}")})
        waiting = client.inline(URI, 1, 4)
        client.command("status")  # the request is under way
        engine.send_signal(signal.SIGKILL)
        items = client.result(waiting)["items"]
        assert [item["insertText"] for item in items] == ["return a"], "it was retried unseen"
        assert _ask(client, f"working_{number:02}") == "return a"
        assert _one_engine(client)
    assert client.shown() == []
    assert client.end() == 0


def test_a_stopped_engine_is_replaced(start: Start, fake_engine: FakeScript) -> None:
    """Found by its silence, of ten seconds; four servers wait for it at a time."""
    fake_engine(Reply(when="slow", text="return a\n", prefill_ms=5), "return a\n")
    clients = [_begin(start) for _ in range(STOPS)]
    waiting = []
    for client in clients:
        assert client.suggestion(URI, 1, 4) == "return a"
        client.change(URI, 1, {"text": _text("slow_one")})
        waiting.append(client.inline(URI, 1, 4))
        client.command("status")
        client.engines()[0].send_signal(signal.SIGSTOP)
    for client, number in zip(clients, waiting, strict=True):
        assert len(client.result(number)["items"]) <= 1  # retried in time, or given up
        assert _ask(client, "working") == "return a"
        assert _one_engine(client)
        assert client.shown() == []


def test_a_hanging_engine_blocks_nobody(start: Start, fake_engine: FakeScript) -> None:
    fake_engine(Reply(when="hanging", fail="hang"), "return a\n")
    client = _begin(start, "hanging")
    other = "file:///project/other.py"
    client.open(other, _text("working"))
    stuck = client.inline(URI, 1, 4)
    waiting = client.inline(other, 1, 4)
    assert client.command("status")["schema"] == 1
    client.cancel(stuck)
    assert client.answer(stuck)["error"]["code"] == -32800
    (item,) = client.result(waiting)["items"]
    assert item["insertText"] == "return a"


def _engine_counters(home: Path) -> Counters:
    (path,) = (home / "run").glob(f"engine-private-*/{SOCKET}")
    health = health_of(path)
    assert health is not None
    return health.counters


def _settled(client: Client, home: Path) -> Counters:
    """The counters once no more requests come: after a suggestion the server asks for the next one, on its own."""
    seen, since = _engine_counters(home), time.monotonic()

    def still() -> bool:
        nonlocal seen, since
        client.command("status")  # its loop turns, so that what it had to begin has begun
        now = _engine_counters(home)
        if now != seen:
            seen, since = now, time.monotonic()
        return time.monotonic() - since > STILL_SECONDS

    until(still, "engine without new requests")
    return seen


@pytest.fixture
def long_prompts(home: Path) -> None:
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "config" / "config.toml").write_text(
        "[completion]\nprefix_tokens = 5000\nsuffix_tokens = 0\nanchor_lines = 5\n", encoding="utf-8"
    )


@pytest.mark.usefixtures("long_prompts")
@pytest.mark.parametrize("way", ["cancel", "change", "close"])
def test_a_cancel_frees_the_engine_within_a_batch(start: Start, fake_engine: FakeScript, home: Path, way: str) -> None:
    fake_engine(Reply(when="long", text="1\n", prefill_ms=8), "return a\n", context_tokens=8192)
    client = _begin(start)
    assert client.suggestion(URI, 1, 4) == "return a"
    before = _settled(client, home)
    client.change(URI, 1, {"text": "".join(f"long_{each:04} = {each:04}\n" for each in range(250)) + "x = "})
    waiting = client.inline(URI, 250, 4)
    until(lambda: _engine_counters(home).requests > before.requests, "the request at the engine")
    if way == "cancel":
        client.cancel(waiting)
        assert client.answer(waiting)["error"]["code"] == -32800
    elif way == "change":
        client.change(URI, 2, {"text": "y = "})
        assert client.result(waiting) == {"items": []}
    else:
        client.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        assert client.result(waiting) == {"items": []}
    until(lambda: _engine_counters(home).cancelled > before.cancelled, "the cancel at the engine")
    evaluated = _engine_counters(home).evaluated_tokens - before.evaluated_tokens
    assert evaluated <= 3 * BATCH  # the one that ran when the request was seen, when it was cancelled, and one beyond
