"""Every test has a user of its own: directories, no variables that change behaviour, no engine left behind."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import msgspec
import platformdirs
import pytest

from codeassist.cli import main
from codeassist.engine.fake import Reply, Script
from codeassist.engine.launch import stop_engine
from codeassist.engine.uds import SOCKET

PROCESS_SECONDS = 120.0
_BEHAVIOUR = ("CODEASSIST_MODEL", "CODEASSIST_ENGINE", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES")


@dataclass(frozen=True)
class Result:
    """What a command left: its exit code, the bytes of standard output, the text of standard error."""

    code: int
    raw: bytes
    stderr: str

    @property
    def stdout(self) -> str:
        return self.raw.decode()

    @property
    def document(self) -> Any:
        """Standard output as exactly one JSON document."""
        return msgspec.json.decode(self.raw)

    @property
    def error(self) -> list[str]:
        """Standard error as the two lines that the contract promises: what, and what to do."""
        lines = self.stderr.splitlines()
        assert len(lines) == 2, self.stderr
        assert lines[0].startswith("codeassist: ")
        assert lines[1].startswith("  ")
        assert lines[1].strip()
        return lines


class FakeScript(Protocol):
    def __call__(self, *replies: str | Reply, context_tokens: int = 4096, dimensions: int = 0) -> Path: ...


class Run(Protocol):
    def __call__(self, *arguments: str, stdin: bytes = b"") -> Result: ...


class RunProcess(Protocol):
    def __call__(self, *arguments: str, stdin: bytes = b"", **environment: str) -> Result: ...


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Path]:
    """CODEASSIST_HOME: empty, and so short that a socket's path in it fits. An engine that runs there is stopped."""
    root = Path(tempfile.mkdtemp(prefix="ca-", dir="/tmp"))
    cache = platformdirs.user_cache_path()  # of the real user: real models are pulled into it once
    for name in _BEHAVIOUR:
        monkeypatch.delenv(name, raising=False)
    for name in ("CACHE", "CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(root / "user" / name.lower()))
    if request.node.get_closest_marker("model"):
        monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setenv("HOME", str(root / "user"))
    monkeypatch.setenv("CODEASSIST_HOME", str(root / "h"))
    yield root / "h"
    for directory in (root / "h" / "run", root / "h" / "run" / "embed"):
        if (directory / SOCKET).exists():
            stop_engine(directory)
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def fake_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeScript:
    """Writes a script and selects the scripted engine; a text is a reply that fits every prompt."""

    def select(*replies: str | Reply, context_tokens: int = 4096, dimensions: int = 0) -> Path:
        scripted = [Reply(text=each) if isinstance(each, str) else each for each in replies]
        path = tmp_path / "script.json"
        script = Script(replies=scripted, context_tokens=context_tokens, dimensions=dimensions)
        path.write_bytes(msgspec.json.encode(script))
        monkeypatch.setenv("CODEASSIST_ENGINE", f"fake:{path}")
        return path

    return select


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command line in this process."""

    def command(*arguments: str, stdin: bytes = b"") -> Result:
        out, err = io.BytesIO(), io.BytesIO()
        with tempfile.TemporaryFile() as piped, monkeypatch.context() as patch:
            piped.write(stdin)
            piped.seek(0)
            binary: dict[str, IO[bytes]] = {"stdin": piped, "stdout": out, "stderr": err}
            streams = {name: io.TextIOWrapper(stream, "utf-8") for name, stream in binary.items()}
            for name, stream in streams.items():
                patch.setattr(sys, name, stream)
            patch.setattr(sys, "argv", ["codeassist", *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
            for name in ("stdout", "stderr"):
                streams[name].flush()
            raw, complaint = out.getvalue(), err.getvalue().decode()
        code = ended.value.code
        assert isinstance(code, int), code
        return Result(code, raw, complaint)

    return command


@pytest.fixture
def run_process() -> RunProcess:
    """Runs a command line in a process of its own; standard input is a pipe."""

    def command(*arguments: str, stdin: bytes = b"", **environment: str) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "codeassist", *arguments],
            input=stdin,
            capture_output=True,
            timeout=PROCESS_SECONDS,
            env=os.environ | environment,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr.decode())

    return command
