"""`codeassist engine status|stop`."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from codeassist.engine import launch
from codeassist.engine.fake import Reply
from tests.conftest import Run
from tests.engine.support import answer, client_of, fake_spec

from .support import types_of

COUNTERS = ("requests", "evaluated_tokens", "cached_tokens", "generated_tokens", "cancelled", "preempted")
NOTHING = dict.fromkeys(COUNTERS, 0)


def test_status_of_no_engine(home: Path, run: Run) -> None:
    result = run("engine", "status", "--json")
    assert result.code == 0
    assert result.document == {
        "schema": 1,
        "running": False,
        "pid": None,
        "model": None,
        "socket": str(home / "run" / "engine.sock"),
        "sandbox": "none",
        "counters": NOTHING,
    }
    plain = run("engine", "status")
    assert plain.code == 0
    assert "not running" in plain.stdout


def test_stop_of_no_engine(run: Run) -> None:
    result = run("engine", "stop")
    assert (result.code, result.raw) == (0, b"")
    assert "not running" in result.stderr


def test_status_and_stop_of_a_running_engine(home: Path, run: Run) -> None:
    home.mkdir()
    spec = fake_spec(home / "run", Reply(text="hello"))
    with client_of(spec) as client:
        assert answer(client, "four").text == "hello"
        document = run("engine", "status", "--json").document
        counters = document["counters"]
        assert types_of(document) == {
            "schema": int,
            "running": bool,
            "pid": int,
            "model": str,
            "socket": str,
            "sandbox": str,
            "counters": dict,
        }
        assert (document["running"], document["model"]) == (True, "fake")
        assert document["sandbox"] in {"enforced", "partial", "none"}
        assert tuple(counters) == COUNTERS
        assert (counters["requests"], counters["evaluated_tokens"], counters["generated_tokens"]) == (1, 4, 5)
        assert f"pid {document['pid']}" in run("engine", "status").stdout
        assert Path(f"/proc/{document['pid']}").exists()
        stopped = run("engine", "stop")
        assert (stopped.code, stopped.stderr) == (0, "the engine has stopped\n")
        assert run("engine", "status", "--json").document["running"] is False
        assert not Path(f"/proc/{document['pid']}/exe").exists()


def test_the_engine_of_an_embedding_model_is_shown_beside_and_stopped_too(home: Path, run: Run) -> None:
    home.mkdir()
    with client_of(fake_spec(home / "run" / "embed", dimensions=8)) as client:
        client.embed(["four"])
        document = run("engine", "status", "--json").document
        assert (document["running"], document["pid"], document["counters"]) == (False, None, NOTHING)
        embedding = document["embedding"]
        assert (embedding["running"], embedding["model"]) == (True, "fake")
        assert embedding["socket"] == str(home / "run" / "embed" / "engine.sock")
        assert embedding["counters"]["evaluated_tokens"] == 4
        assert f"pid {embedding['pid']}" in run("engine", "status").stdout
        assert run("engine", "stop").stderr == "the engine has stopped\n"
        assert not Path(f"/proc/{embedding['pid']}/exe").exists()
    assert "embedding" not in run("engine", "status", "--json").document


@pytest.mark.parametrize("verb", ["status", "stop"])
def test_a_socket_that_nobody_listens_at(verb: str, home: Path, run: Run) -> None:
    import socket

    (home / "run").mkdir(parents=True, mode=0o700)
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(home / "run" / "engine.sock"))
    result = run("engine", verb)
    assert result.code == 0
    assert "not running" in result.stdout + result.stderr


def test_status_and_stop_of_an_engine_that_hangs(home: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "_HEALTH_SECONDS", 0.5)
    home.mkdir()
    with client_of(fake_spec(home / "run", Reply(text="hello"))) as client:
        client.info()
        process = run("engine", "status", "--json").document["pid"]
        os.kill(process, signal.SIGSTOP)
        result = run("engine", "status", "--json")
        assert (result.code, result.document["running"], result.document["pid"]) == (0, True, process)
        assert "does not answer" in result.stderr
        assert "does not answer" in run("engine", "status").stdout
        assert run("engine", "stop").code == 0
        assert run("engine", "status", "--json").document["running"] is False
