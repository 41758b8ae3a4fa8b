"""`codeassist history`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codeassist.edit.change import FileEdit
from tests.commands.test_undo import NEW, OLD, apply
from tests.conftest import Run
from tests.repository import repository


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = repository(tmp_path / "repo", {"a.py": OLD})
    monkeypatch.chdir(root)
    return root.resolve()


def test_nothing_yet(root: Path, run: Run) -> None:
    shown = run("history")
    assert (shown.code, shown.stdout, shown.stderr) == (0, "", "no edit was applied here\n")
    assert run("history", "--json").document == {"schema": 1, "edits": []}


def test_the_latest_edit_is_the_first(root: Path, run: Run) -> None:
    first = apply(root, title="first \x1b[31m")
    second = apply(root, FileEdit("a.py", NEW, OLD), FileEdit("n.py", None, b"1\n2\n"), title="second")
    run("undo", second)
    lines = run("history").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["id", second, first]
    assert re.fullmatch(rf"{second} +\d{{4}}-\d\d-\d\d \d\d:\d\d +undone +\+3 −1 +2 +second *", lines[1])
    assert re.search(r"applied +\+1 −1 +1 +first \\x1b\[31m *$", lines[2])
    assert len(run("history", "--limit", "1").stdout.splitlines()) == 2


def test_programs_get_a_document(root: Path, run: Run) -> None:
    entry = apply(root, title="first")
    shown = run("history", "--json")
    assert (shown.code, shown.stderr) == (0, "")
    (edit,) = shown.document["edits"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", edit.pop("when"))
    files = [{"path": "a.py", "added": 1, "removed": 1}]
    assert edit == {"id": entry, "title": "first", "state": "applied", "files": files}
    assert shown.document["schema"] == 1
