"""What ends an edit, or a fix, while a check runs: nothing of it is left."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from codeassist.engine.fake import Reply
from tests.commands.support import wait_until
from tests.conftest import FakeScript
from tests.edit.processes import alive
from tests.repository import repository

WAIT_SECONDS = 60
CODE = "import os\n\n\ndef two():\n    return 2\n"
COMMANDS = {
    "an edit": ("edit", "return 22", "a.py::two", "--no-context", "--drafts", "1"),
    "a check's own complaint": ("fix",),
    "a line": ("fix", "a.py:5"),
    "a finding that has a fix": ("fix", "F401@a.py"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (signal.SIGINT, 130),
        (signal.SIGTERM, 128 + signal.SIGTERM),
        (signal.SIGHUP, 128 + signal.SIGHUP),
    ],
)
def test_nothing_is_left_of_a_check(
    command: tuple[str, ...],
    sent: signal.Signals,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fake_engine: FakeScript,
) -> None:
    root, temporary, started = repository(tmp_path / "repo", {"a.py": CODE}), tmp_path / "temporary", tmp_path / "pid"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    fake_engine(Reply(text="```python\ndef two():\n    return 22\n```"))
    check = ("--apply", "--check", f"echo $$ > {started}; sleep 1000")
    child = subprocess.Popen(
        [sys.executable, "-m", "codeassist", *command, *check],
        cwd=root,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: started.exists() and started.read_text().endswith("\n"))
    child.send_signal(sent)
    error = child.communicate(timeout=WAIT_SECONDS)[1]
    assert child.returncode == code, error
    assert not alive(int(started.read_text()))
    assert list(temporary.glob("codeassist-check-*")) == []
    assert (root / "a.py").read_text() == CODE
