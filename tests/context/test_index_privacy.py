"""Secrets stay out of the index: no row, no byte of its files, and no file of secrets is even opened."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codeassist.context.index import Index
from tests.commands.support import COMMAND
from tests.context.trees import git, put, repository

CANARY = "zqxcanaryjv"
SECRETS = {
    ".env": f"TOKEN={CANARY}\n",
    "conf/.env.production": f"TOKEN={CANARY}\n",
    "ignored.py": f"{CANARY} = 1\n",
    "private/notes.md": f"{CANARY}\n",
    "deploy/server.pem": f"{CANARY}\n",
    "id_ed25519": f"{CANARY}\n",
    "credentials.json": f'{{"key": "{CANARY}"}}\n',
    ".aws/credentials": f"{CANARY}\n",
}
BY_CONTENT = {"config/setup.txt": f"-----BEGIN OPENSSH PRIVATE KEY-----\n{CANARY}\n"}
CODE = "def visible_marker():\n    return 1\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with secrets, also tracked ones."""
    root = repository(tmp_path / "repo", {**SECRETS, **BY_CONTENT, "app.py": CODE})
    put(root, {".gitignore": "ignored.py\n", ".codeassistignore": "private/\n"})
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all of it")
    return root


def holding(folder: Path, word: str) -> list[str]:
    """The files below a folder that hold a word."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if word.encode() in path.read_bytes()]


def test_no_byte_of_a_secret_is_stored(root: Path, tmp_path: Path) -> None:
    with Index.open(root, tmp_path / "state") as index:
        index.refresh()
        assert holding(tmp_path / "state", CANARY) == []
        assert index.match([CANARY]) == []
        assert index.containing(CANARY) == []
        assert dict(index.skipped())["config/setup.txt"] == "secret"
        assert index.named(["visible_marker"])
    assert holding(tmp_path / "state", CANARY) == []
    assert holding(tmp_path / "state", "visible_marker") != []  # what is looked for would be seen


def test_the_code_cannot_be_read_back(root: Path, tmp_path: Path) -> None:
    put(root, {"app.py": 'def area(width, height):\n    text = "some literal words"\n    return width * height\n'})
    with Index.open(root, tmp_path / "state") as index:
        index.refresh()
        assert index.match(["literal"])[0].symbol == "area"
    for part in ("some literal", "return width", "width * height"):
        assert holding(tmp_path / "state", part) == []


def test_a_secret_that_a_file_held_goes_with_the_contents_that_held_it(root: Path, tmp_path: Path) -> None:
    put(root, {"app.py": f"{CANARY} = 1\ndef {CANARY}():\n    pass\n"})
    with Index.open(root, tmp_path / "state") as index:
        index.refresh()
        put(root, {"app.py": f"-----BEGIN PRIVATE KEY-----\n{CANARY}{'A' * 64}\n"})
        index.refresh()
        assert index.match([CANARY]) == []
        assert index.named([CANARY]) == []


@pytest.mark.skipif(sys.platform != "linux", reason="traces system calls")
@pytest.mark.skipif(shutil.which("strace") is None and not os.environ.get("CI"), reason="strace is not installed")
def test_files_of_secrets_are_never_opened(root: Path, tmp_path: Path) -> None:
    log = tmp_path / "trace"
    trace = ["strace", "-f", "-qq", "-e", "trace=open,openat,openat2", "-e", "signal=none", "-o", str(log)]
    subprocess.run([*trace, *COMMAND, "index"], cwd=root, check=True, capture_output=True, timeout=120)
    opened = set(re.findall(r'"([^"]*)"', log.read_text(errors="replace")))
    names = {each.removeprefix(f"{root}/") for each in opened}
    assert "app.py" in names
    assert names & {*SECRETS} == set()
