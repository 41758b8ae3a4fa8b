"""`codeassist index [build|status|watch]`."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from codeassist.engine.fake import Reply
from tests.commands.support import ANSI, COMMAND, on_terminal, wait_until
from tests.conftest import FakeScript, Run
from tests.context.trees import put, repository


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = repository(
        tmp_path / "repo", {"a.py": "def one():\n    return 1\n", ".env": "TOKEN=1\n", "notes.md": "Hi\n"}
    )
    monkeypatch.chdir(root)
    return root


def test_plain_index_builds_and_says_what_it_knows(root: Path, run: Run) -> None:
    first = run("index")
    assert first.code == 0
    assert first.stdout == ("2 files, 3 lines, 1 definition; 1 left out (codeassist index status --skipped)\n")
    assert first.stderr == ""
    put(root, {"b.py": "x = 1\n"})
    document = run("index", "build", "--json").document
    assert document["schema"] == 1
    assert (document["files"], document["parsed"], document["removed"]) == (3, 1, 0)
    assert document["skipped"] == {"secret": 1}
    assert Path(document["database"]).parent.stat().st_mode & 0o777 == 0o700


def test_status_changes_nothing_and_tells_what_changed(root: Path, run: Run) -> None:
    assert run("index", "status", "--json").document["changed"] == 3
    run("index")
    put(root, {"b.py": "x = 1\n"})
    (root / "notes.md").unlink()
    for _time in range(2):
        document = run("index", "status", "--skipped", "--json").document
        assert (document["changed"], document["up_to_date"], document["files"]) == (2, False, 2)
    assert document["languages"] == {"python": 1, "text": 1}
    assert document["skipped_files"] == [{"path": ".env", "reason": "secret"}]
    assert document["bytes"] > 0
    text = run("index", "status", "--skipped").stdout
    assert "2 since the last refresh" in text
    assert "secret     .env" in text


def test_outside_a_repository_status_is_missing_and_index_makes_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    put(tmp_path / "plain", {"a.py": "x = 1\n"})
    monkeypatch.chdir(tmp_path / "plain")
    refused = run("index", "status")
    assert refused.code == 3
    assert "codeassist index" in refused.error[1]
    assert run("index").code == 0
    assert run("index", "status", "--json").document["up_to_date"] is True


def test_vectors_are_made_where_an_embedding_model_is_installed(root: Path, run: Run, fake_engine: FakeScript) -> None:
    assert "embedded" not in run("index", "--json").document
    fake_engine(dimensions=16)
    counts = []
    for content in ("def one():\n    return 1\n", "def one():\n    return 1\n\n\ndef two():\n    return 2\n"):
        put(root, {"a.py": content})
        counts += [run("index", "--json").document["embedded"] for _time in range(2)]
    assert counts == [3, 0, 2, 0], "two files and a function, then the names of one file and its new function"
    fake_engine(Reply(when="three", fail="error"), dimensions=16)
    put(root, {"a.py": "def three():\n    return 3\n"})
    failed = run("index")
    assert (failed.code, "do without" in failed.stderr) == (0, True)
    assert failed.stdout.startswith("2 files")


def test_names_with_escapes_are_shown_inert(root: Path, run: Run) -> None:
    put(root, {"bad\x1b[31m.pem": "x"})
    run("index")
    code, shown = on_terminal("index", "status", "--skipped")
    assert code == 0
    assert ANSI.search(shown) is None
    assert b"bad\\x1b[31m.pem" in shown


def test_watch_takes_up_changes_until_it_is_interrupted(root: Path, run: Run) -> None:
    with subprocess.Popen([*COMMAND, "index", "watch"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline().startswith(b"2 files")
        put(root, {"new.py": "def two():\n    return 2\n"})
        wait_until(lambda: run("index", "status", "--json").document["files"] == 3)
        (root / "a.py").unlink()
        wait_until(lambda: run("index", "status", "--json").document["files"] == 2)
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=60) == 130


def test_an_interrupted_build_ends_with_130_and_goes_on(root: Path, run: Run) -> None:
    put(root, {f"m{n}.py": f"def f{n}():\n    return {n}\n" * 200 for n in range(200)})
    with subprocess.Popen([*COMMAND, "index"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        wait_until(lambda: run("index", "status", "--json").document["files"] > 0)
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=60) == 130
        assert child.stderr is not None
        assert b"Traceback" not in child.stderr.read()
    kept = run("index", "status", "--json").document["files"]
    assert 0 < kept < 202
    done = run("index", "--json").document
    assert (done["files"], done["read"]) == (202, 202 - kept)
