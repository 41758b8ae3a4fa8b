"""The Emacs mode in a real Emacs without a terminal, over a scripted server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EMACS = os.environ.get("CODEASSIST_TEST_EMACS") or shutil.which("emacs")
MODE = Path(__file__).parents[2] / "editors" / "emacs"
TESTS = Path(__file__).with_name("codeassist-tests.el")
SERVER = Path(__file__).with_name("scripted_server.py")
REPLIES = [
    {"after": "ret", "items": [{"insertText": "urn a + b\n    # end"}]},
    {"after": "la", "items": [{"insertText": "te", "around": None}], "late": True},
    {"after": "\té😀=", "items": [{"insertText": "😀= '🎉'", "around": (-2, 0)}]},
]

pytestmark = pytest.mark.skipif(EMACS is None, reason="there is no emacs on PATH")


def emacs(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert EMACS is not None
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"encoding": "utf-32", "replies": REPLIES}), encoding="utf-8")
    command = (sys.executable, str(SERVER), str(script), str(tmp_path / "record"))
    return subprocess.run(
        [EMACS, "-Q", "--batch", "-L", str(MODE), *arguments],
        env=os.environ
        | {
            "CODEASSIST_TEST_COMMAND": "(" + " ".join(json.dumps(word) for word in command) + ")",
            "CODEASSIST_TEST_FILE": str(tmp_path / "f.txt"),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_it_shows_follows_takes_and_drops(tmp_path: Path) -> None:
    done = emacs(tmp_path, "-l", str(TESTS), "-f", "ert-run-tests-batch-and-exit")
    assert done.returncode == 0, done.stderr
    sent = [json.loads(line).get("method") for line in (tmp_path / "record").read_text(encoding="utf-8").splitlines()]
    assert sent[-2:] == ["shutdown", "exit"]


def test_it_compiles_without_a_warning(tmp_path: Path) -> None:
    target = tmp_path / "codeassist.el"
    target.write_bytes((MODE / "codeassist.el").read_bytes())
    done = emacs(tmp_path, "--eval", "(setq byte-compile-error-on-warn t)", "-f", "batch-byte-compile", str(target))
    assert done.returncode == 0, done.stderr
