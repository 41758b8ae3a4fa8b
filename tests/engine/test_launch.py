"""One engine per user, and what happens when it dies, hangs, differs or is left alone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from codeassist.config import EngineSettings
from codeassist.engine import client as client_module
from codeassist.engine import launch
from codeassist.engine.api import Chunk, Request
from codeassist.engine.fake import Reply
from codeassist.engine.launch import Launcher, health_of, running_engine, stop_engine
from codeassist.engine.uds import SOCKET
from codeassist.engine.wire import Spec
from codeassist.errors import EngineError
from tests.engine.support import Collector, answer, client_of, fake_spec, tokens, wait_until

CLIENT = """
import sys, msgspec
from codeassist.engine.wire import Spec
from tests.engine.support import answer, client_of
with client_of(msgspec.json.decode(sys.argv[1], type=Spec)) as client:
    print(answer(client, "say").text)
"""


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "run"
    if (tmp_path / "run").exists():
        stop_engine(tmp_path / "run")


def pid_of(directory: Path) -> int:
    health = running_engine(directory)
    assert health is not None
    return health.pid


def gone(process: int) -> bool:
    """True once a process has ended (a zombie that nobody has waited for has)."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def engines_of(directory: Path) -> list[int]:
    """Every engine process that works in this directory (its working directory)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command, place = entry.read_bytes(), str((entry.parent / "cwd").readlink())
        except OSError:
            continue
        if b"codeassist.engine.server" in command and place.startswith(str(directory)):
            found.append(int(entry.parent.name))
    return [process for process in found if not gone(process)]


def test_ten_clients_at_once_share_one_engine(directory: Path) -> None:
    spec = msgspec.json.encode(fake_spec(directory, Reply(text="hello"))).decode()
    root = str(Path(__file__).resolve().parents[2])
    clients = [
        subprocess.Popen([sys.executable, "-c", CLIENT, spec], stdout=subprocess.PIPE, text=True, cwd=root)
        for _ in range(10)
    ]
    assert [client.communicate(timeout=120)[0] for client in clients] == ["hello\n"] * 10
    assert engines_of(directory) == [pid_of(directory)]
    health = running_engine(directory)
    assert health is not None
    assert health.counters.requests == 10


def test_a_socket_that_nobody_serves_is_replaced(directory: Path) -> None:
    spec = fake_spec(directory, Reply(text="hello"))
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(directory / SOCKET))
    with client_of(spec) as client:
        assert answer(client, "say").text == "hello"


@pytest.mark.parametrize("change", ["version", "settings", "model"])
def test_an_engine_that_differs_is_replaced(directory: Path, change: str) -> None:
    spec = fake_spec(directory, Reply(text="hello"))
    other = {
        "version": msgspec.structs.replace(spec, version="0.0.0"),
        "settings": msgspec.structs.replace(spec, settings=EngineSettings(threads=1)),
        "model": msgspec.structs.replace(spec, manifest=msgspec.structs.replace(spec.manifest, id="older")),
    }[change]
    with client_of(other) as client:
        assert answer(client, "say").text == "hello"
    before = pid_of(directory)
    with client_of(spec) as client:
        assert answer(client, "say").text == "hello"
    assert pid_of(directory) != before
    assert wait_until(lambda: gone(before))


def test_killed_in_the_middle_of_an_answer_is_retried_unseen(directory: Path) -> None:
    spec = fake_spec(directory, Reply(text="0123456789" * 3, decode_ms=5))
    out = Collector()
    with client_of(spec) as client:
        work = threading.Thread(
            target=client.generate, args=(Request(prompt=tokens("count"), max_tokens=99), out.emit), daemon=True
        )
        work.start()
        assert out.reached(5)
        before = pid_of(directory)
        os.kill(before, signal.SIGKILL)
        work.join(60)
        assert not work.is_alive()
    assert out.text == "0123456789" * 3, "nothing twice, nothing lost"
    assert pid_of(directory) != before


def test_dying_twice_is_one_clear_error(directory: Path) -> None:
    spec = fake_spec(directory, Reply(fail="die"))
    with client_of(spec) as client, pytest.raises(EngineError) as caught:
        answer(client, "say")
    assert caught.value.exit_code == 4
    assert "also after a new start" in caught.value.message
    assert caught.value.hint


def test_a_hanging_engine_is_killed_and_the_request_done_by_a_new_one(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "_SILENCE_SECONDS", 1.0)
    monkeypatch.setattr(launch, "_HEALTH_SECONDS", 1.0)
    spec = fake_spec(directory, Reply(text="hello"))
    with client_of(spec) as client:
        client.info()
        before = pid_of(directory)
        os.kill(before, signal.SIGSTOP)
        assert answer(client, "say").text == "hello"
    assert wait_until(lambda: gone(before))


def test_leaving_a_stream_cancels_the_request(directory: Path) -> None:
    spec = fake_spec(directory, Reply(when="hang", fail="hang"), Reply(text="hello"))

    def leave_at_once(_chunk: Chunk) -> bool:
        return True

    with client_of(spec) as client:
        client.generate(Request(prompt=tokens("hang"), max_tokens=9), leave_at_once)
        assert answer(client, "say").text == "hello"
    health = running_engine(directory)
    assert health is not None
    assert health.counters.cancelled == 1


def test_an_idle_engine_leaves(directory: Path) -> None:
    spec = fake_spec(directory, Reply(text="hello"), settings=EngineSettings(idle_minutes=0.002))
    with client_of(spec) as client:
        assert answer(client, "say").text == "hello"
    assert wait_until(lambda: health_of(directory / SOCKET) is None)
    assert wait_until(lambda: engines_of(directory) == [])


def test_a_private_engine_ends_with_its_client(directory: Path) -> None:
    spec = fake_spec(directory, Reply(text="hello"))
    with client_of(spec, private=True) as client:
        assert answer(client, "say").text == "hello"
        assert running_engine(directory) is None, "the shared socket is not used"
        assert len(engines_of(directory)) == 1
    assert engines_of(directory) == []
    assert list(directory.glob("engine-private-*")) == []


def test_a_private_engine_ends_when_its_client_is_killed(directory: Path) -> None:
    spec = msgspec.json.encode(fake_spec(directory, Reply(fail="hang"))).decode()
    code = CLIENT.replace("client_of(msgspec.json.decode(sys.argv[1], type=Spec))", "client_of(SPEC, private=True)")
    code = code.replace("with client_of", "SPEC = msgspec.json.decode(sys.argv[1], type=Spec)\nwith client_of")
    root = str(Path(__file__).resolve().parents[2])
    with subprocess.Popen([sys.executable, "-c", code, spec], cwd=root) as client:
        assert wait_until(lambda: len(engines_of(directory)) == 1)
        client.kill()
    assert wait_until(lambda: engines_of(directory) == [])


def test_a_failing_start_says_why(directory: Path) -> None:
    spec = fake_spec(directory)
    broken = msgspec.structs.replace(spec, fake_script=str(directory / "missing.json"))
    with client_of(broken) as client, pytest.raises(EngineError) as caught:
        client.info()
    assert "cannot use the script" in caught.value.message
    assert "CODEASSIST_ENGINE" in caught.value.hint


def test_terminate_leaves_no_socket(directory: Path) -> None:
    with client_of(fake_spec(directory, Reply(text="hello"))) as client:
        client.info()
        process = pid_of(directory)
        os.kill(process, signal.SIGTERM)
        assert wait_until(lambda: gone(process))
        assert not (directory / SOCKET).exists()


def test_prompts_are_in_no_log_and_no_command_line(directory: Path) -> None:
    spec = fake_spec(directory, Reply(text="reply-canary"))
    with client_of(spec) as client:
        answer(client, "prompt-canary")
        process = pid_of(directory)
        shown = Path(f"/proc/{process}/cmdline").read_bytes() + (directory / "engine.log").read_bytes()
    assert b"canary" not in shown
    assert b"codeassist.engine.server" in shown, "the check must see the command line"


def test_the_directory_is_made_private(tmp_path: Path) -> None:
    loose = tmp_path / "loose"
    loose.mkdir(mode=0o755)
    spec: Spec = fake_spec(loose, Reply(text="hello"))
    Launcher(spec, loose / "engine.log")
    assert loose.stat().st_mode & 0o077 == 0
