"""The promise from outside, on a real model: no socket but Unix ones, no listener, no text left on disk."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.conftest import Run, RunProcess
from tests.models.cache import cached_model

from .support import COMMAND, DEADLINE_SECONDS, write

CANARY = "canary_b7f3e1_zebra"
CODE = f'def greet(name):\n    """{CANARY}"""\n    return \n'
LISTENING = "0A"  # TCP_LISTEN in /proc/net/tcp

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc and traces system calls"),
]
traced = pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("CI"), reason="strace is not installed"
)


@pytest.fixture(autouse=True)
def small_model(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SmolLM2 is installed and the default."""
    home.mkdir()
    (home / "models").symlink_to(cached_model("smollm2-135m"))
    monkeypatch.setenv("CODEASSIST_MODEL", "smollm2-135m")


@pytest.fixture
def code(tmp_path: Path) -> str:
    """A file with the canary."""
    return write(tmp_path / "greet.py", CODE)


def families(log: Path) -> set[str]:
    """The address families of every socket that a traced process and its children asked for."""
    return set(re.findall(r"\bsocket\((\w+)", log.read_text()))


def trace(log: Path, *command: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command under strace, which ends when the last process that the command left has ended."""
    tracer = ["strace", "-f", "-qq", "-e", "trace=socket", "-e", "signal=none", "-o", str(log)]
    return subprocess.run([*tracer, *command], capture_output=True, timeout=2 * DEADLINE_SECONDS, check=False)


def listeners(pid: int) -> list[str]:
    """The lines of /proc/net/tcp{,6} that are listening sockets of this process."""
    held: set[str] = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile: that of the iteration itself, for one
            held |= set(re.findall(r"^socket:\[(\d+)\]$", str(entry.readlink())))
    rows = [line for name in ("tcp", "tcp6") for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]]
    return [row for row in rows if row.split()[3] == LISTENING and row.split()[9] in held]


def files_with(text: str, root: Path) -> list[Path]:
    """Files below `root` that hold the text in UTF-8 or UTF-16, links not followed."""
    needles = (text.encode(), text.encode("utf-16-le"))
    files = [Path(folder) / name for folder, _, names in os.walk(root) for name in names]
    return [file for file in files if file.is_file() and any(each in file.read_bytes() for each in needles)]


def completion(run: Run | RunProcess, code: str) -> dict[str, Any]:
    """A completion below the canary."""
    result = run("complete", code, "--at", "3:12", "--json", "--max-tokens", "8")
    assert result.code == 0, result.stderr
    document: dict[str, Any] = result.document
    assert document["model"] == "smollm2-135m"
    return document


def test_no_text_of_prompts_stays_on_disk(home: Path, code: str, run_process: RunProcess) -> None:
    assert completion(run_process, code)["timings"]["evaluated_tokens"] > 0
    assert run_process("ask", f"what is {CANARY}?", "--file", code, "--max-tokens", "8").code == 0
    assert run_process("complete", code, "--at", "3:99").code == 2
    assert files_with(CANARY, home) == []
    assert run_process("engine", "stop").code == 0
    assert files_with(CANARY, home) == []


def test_the_search_for_text_finds_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    write(tmp_path / "a" / "log", f"x{CANARY}y")
    write(tmp_path / "core", CANARY.encode("utf-16-le"))
    assert len(files_with(CANARY, tmp_path)) == 2


@traced
def test_unix_sockets_only_cold_and_warm(code: str, tmp_path: Path) -> None:
    """One trace over a start of the engine, a second completion by the same engine, and its end."""
    complete = " ".join([*COMMAND, "complete", code, "--at", "3:12", "--json", "--max-tokens", "8"])
    status, stop = (" ".join([*COMMAND, "engine", verb]) for verb in ("status --json", "stop"))
    script = f"{complete} > {tmp_path}/cold && {complete} > {tmp_path}/warm && {status} > {tmp_path}/status && {stop}"
    done = trace(tmp_path / "log", "sh", "-c", script)
    assert done.returncode == 0, done.stderr.decode()
    cold, warm, state = (msgspec.json.decode((tmp_path / name).read_bytes()) for name in ("cold", "warm", "status"))
    assert cold["timings"]["evaluated_tokens"] > 0
    assert warm["timings"]["cached_tokens"] > 0
    assert state["counters"]["requests"] == 2
    assert families(tmp_path / "log") == {"AF_UNIX"}


@traced
@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6"])
def test_the_trace_sees_a_leak_of_a_child(family: str, tmp_path: Path) -> None:
    leak = f"import socket; socket.socket(socket.{family}, socket.SOCK_STREAM)"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {leak!r}], start_new_session=True)"
    trace(tmp_path / "log", sys.executable, "-c", child)
    assert families(tmp_path / "log") == {family}


def test_the_engine_listens_on_no_port(code: str, run_process: RunProcess) -> None:
    completion(run_process, code)
    state = run_process("engine", "status", "--json").document
    assert state["running"] is True
    assert listeners(state["pid"]) == []


def test_a_listener_would_be_seen() -> None:
    with socket.socket() as planted:
        planted.bind(("127.0.0.1", 0))
        before = listeners(os.getpid())
        planted.listen()
        assert len(listeners(os.getpid())) == len(before) + 1


def test_the_engine_is_in_its_sandbox(code: str, run_process: RunProcess) -> None:
    """Seen from outside: the kernel's own word on the process, not the engine's."""
    completion(run_process, code)
    state = run_process("engine", "status", "--json").document
    status = Path(f"/proc/{state['pid']}/status").read_text()
    assert state["sandbox"] in {"enforced", "partial"}
    assert re.search(r"^Seccomp:\t2$", status, re.MULTILINE)
    assert re.search(r"^NoNewPrivs:\t1$", status, re.MULTILINE)
