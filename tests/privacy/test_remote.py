"""A team's server from outside, under a trace of system calls: without a URL nothing connects, with one only it is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.support import COMMAND
from tests.conftest import FakeScript
from tests.engine.remote.conftest import Configure
from tests.engine.remote.conftest import configure as configure  # noqa: PLC0414  a fixture
from tests.engine.remote.scripted import Vllm, serving
from tests.engine.remote.servers import KEY

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or (shutil.which("strace") is None and not os.environ.get("CI")),
    reason="strace is not installed",
)

CANARY = "canary_51fa_zebra"
# connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16)
_CONNECT = re.compile(r'connect\(\d+, \{sa_family=AF_INET6?, sin6?_port=htons\((\d+)\).*?"([0-9a-f.:]+)"')
_ANY = re.compile(r"(?:connect|sendto|sendmsg)\(\d+, .*?sa_family=AF_INET")


def traced(tmp_path: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[bytes], str]:
    """Run a command; every system call by which it reached somebody."""
    log = tmp_path / "trace"
    calls = "trace=connect,sendto,sendmsg,sendmmsg,bind"
    command = ["strace", "-f", "-qq", "-e", calls, "-e", "signal=none", "-o", str(log), *COMMAND, *arguments]
    done = subprocess.run(command, capture_output=True, timeout=240, check=False)
    return done, log.read_text()


@pytest.fixture
def code(tmp_path: Path) -> str:
    (tmp_path / "a.py").write_text(f"# {CANARY}\ndef greet(name):\n    say_\n")
    return str(tmp_path / "a.py")


def test_with_a_url_only_that_origin_is_connected_to(configure: Configure, code: str, tmp_path: Path) -> None:
    with serving(Vllm("hello(name)\n").answers) as server:
        configure(server.url)
        port = str(server.server_address[1])
        for command in (
            ("complete", code, "--at", "3:9", "--json"),
            ("ask", "what is it?", "--file", code, "--max-tokens", "4"),
            ("doctor",),
        ):
            done, trace = traced(tmp_path, *command)
            assert done.returncode == 0, done.stderr
            reached = set(_CONNECT.findall(trace))
            assert reached == {(port, "127.0.0.1")}
            assert len(_ANY.findall(trace)) == len(_CONNECT.findall(trace)), "no datagram, no name server"
        assert any(CANARY in str(body) or body for _, _, body in server.requests)


def test_without_one_nothing_is(fake_engine: FakeScript, code: str, tmp_path: Path) -> None:
    fake_engine("hello(name)\n")
    done, trace = traced(tmp_path, "complete", code, "--at", "3:9", "--json")
    assert done.returncode == 0, done.stderr
    assert not _ANY.search(trace)


def test_a_repository_cannot_name_a_server(
    fake_engine: FakeScript, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Vllm().answers) as server:
        settings = f'[engine]\nurl = "{server.url}"\nallow_remote = true\n'
        (tmp_path / ".codeassist.toml").write_text(settings)
        (tmp_path / "config.toml").write_text(settings)
        (tmp_path / "pyproject.toml").write_text(settings.replace("[engine]", "[tool.codeassist.engine]"))
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
        fake_engine("hello(name)\n")
        monkeypatch.chdir(tmp_path)
        for command in (("complete", code, "--at", "3:9"), ("review", "--no-model"), ("config", "show")):
            _, trace = traced(tmp_path, *command)
            assert not _ANY.search(trace)
        assert server.connections == 0


def test_neither_proxies_nor_other_variables_lead_elsewhere(
    configure: Configure,
    code: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving({}) as elsewhere, serving(Vllm("x\n").answers) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "OPENAI_BASE_URL"):
            monkeypatch.setenv(name, elsewhere.url)
            monkeypatch.setenv(name.lower(), elsewhere.url)
        configure(server.url)
        done, trace = traced(tmp_path, "complete", code, "--at", "3:9", "--json")
        assert done.returncode == 0, done.stderr
        assert {port for port, _ in _CONNECT.findall(trace)} == {str(server.server_address[1])}
        assert elsewhere.connections == 0


def test_the_trace_sees_a_connection(tmp_path: Path) -> None:
    with serving({}) as server:
        log = tmp_path / "trace"
        leak = f"import socket; socket.create_connection(('127.0.0.1', {server.server_address[1]}))"
        command = ["strace", "-f", "-qq", "-e", "trace=connect", "-o", str(log), sys.executable, "-c", leak]
        subprocess.run(command, check=True, timeout=60)
        assert set(_CONNECT.findall(log.read_text())) == {(str(server.server_address[1]), "127.0.0.1")}


def test_neither_the_key_nor_text_stays_on_disk(
    configure: Configure,
    code: str,
    tmp_path: Path,
    home: Path,
) -> None:
    with serving(Vllm("hello(name)\n").answers) as server:
        configure(server.url)
        done, _ = traced(tmp_path, "complete", code, "--at", "3:9", "--json")
        assert done.returncode == 0
        server.answers["/v1/completions"] = lambda handler, _body: handler.json({"error": {"message": CANARY}}, 500)
        failed, _ = traced(tmp_path, "complete", code, "--at", "3:9", "--json")
        assert failed.returncode == 4
        assert KEY.encode() not in done.stdout + done.stderr + failed.stdout + failed.stderr
    for file in home.rglob("*"):
        if file.is_file():
            assert KEY.encode() not in file.read_bytes()
            assert CANARY.encode() not in file.read_bytes()
