"""`codeassist chat` from a pipe, and what it keeps."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript, Run
from tests.repository import repository

from .support import write

CODE = "import os\n\n\ndef total(prices):\n    return sum(prices)\n"


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The chat is about a repository."""
    root = repository(tmp_path / "repo", {"a.py": CODE, "b.py": "VALUE = 1\n"})
    monkeypatch.chdir(root)
    return root


def test_questions_from_a_pipe(run: Run, fake_engine: FakeScript) -> None:
    fake_engine(Reply(text="`total` sums.", when="4 def total", times=1), Reply(text="Yes."))
    result = run("chat", stdin=b"How is the total computed?\n\n  and then?  \n")
    assert (result.code, result.stderr) == (0, "")
    assert result.stdout == "`total` sums.\n\na.py:4-5\n\nYes.\n"


def test_the_conversation_is_remembered(run: Run, fake_engine: FakeScript) -> None:
    fake_engine(Reply(text="twice", when="Question: one\0\6once"), Reply(text="once"))
    assert run("chat", "--no-context", stdin=b"one\ntwo\n").stdout == "once\n\nonce\n"
    fake_engine(Reply(text="twice", when="Question: two"), Reply(text="once", when="Question: one"))
    assert run("chat", "--no-context", stdin=b"one\ntwo\n").stdout == "once\n\ntwice\n"


def test_files_are_added_and_dropped(root: Path, run: Run, fake_engine: FakeScript, tmp_path: Path) -> None:
    write(tmp_path / "my file.txt", "outside words")
    write(root / "[x].txt", "brackets")
    fake_engine(
        Reply(text="both", when="VALUE = 1\n\n```\n\nFile"), Reply(text="one", when="VALUE = 1"), Reply(text="none")
    )
    lines = [
        "/add b.py",
        "?",
        f"/add '{tmp_path}/my file.txt' [x].txt",
        "/context",
        "/drop b.py",
        "?",
        "/drop b.py",
        "/add gone.py",
    ]
    result = run("chat", "--no-context", stdin="\n".join(lines).encode())
    assert result.code == 2
    answers, _, rest = result.stdout.partition("instructions")
    assert answers.split() == ["one", *answers.split()[1:]]
    assert "b.py\n" in rest
    assert f"{tmp_path}/my file.txt\n" in rest
    assert "[x].txt\n" in rest
    assert " of 4096 tokens (" in rest
    assert rest.split()[-1] == "none"
    said = result.stderr.splitlines()
    assert said[:3] == ["added b.py", f"added {tmp_path}/my file.txt", "added [x].txt"]
    assert "dropped b.py" in said
    assert "codeassist: b.py was not added" in said
    assert any("gone.py does not exist" in line for line in said)


def test_files_named_at_the_start(run: Run, fake_engine: FakeScript) -> None:
    fake_engine(Reply(text="seen", when="File `b.py`:\n```\nVALUE = 1"), Reply(text="not seen"))
    assert run("chat", "--no-context", "--file", "b.py", stdin=b"?\n").stdout.startswith("seen")


@pytest.mark.parametrize("line", ["/nothing", "/add", "/exit now", "/add 'open", "/context b.py"])
def test_wrong_commands_are_said(run: Run, fake_engine: FakeScript, line: str) -> None:
    fake_engine("answer")
    result = run("chat", "--no-context", stdin=f"{line}\nquestion\n".encode())
    assert result.code == 2
    assert result.stderr.startswith("codeassist: ")
    assert result.stdout.endswith("answer\n")


def test_exit_help_and_clear(run: Run, fake_engine: FakeScript) -> None:
    fake_engine(Reply(text="remembered", when="first"), Reply(text="new"))
    assert run("chat", stdin=b"/exit\nquestion\n").stdout == ""
    assert "/context" in run("chat", stdin=b"/help").stdout
    cleared = run("chat", "--no-context", stdin=b"first\n/clear\nsecond\n").stdout
    assert cleared.split() == ["remembered", "new"]


def test_a_failure_is_said_and_the_next_question_answered(run: Run, fake_engine: FakeScript) -> None:
    fake_engine(Reply(when="bad", fail="error", times=1), Reply(text="fine"))
    result = run("chat", "--no-context", stdin=b"bad\ngood\n")
    assert (result.code, result.stdout.strip()) == (4, "fine")
    assert "a scripted failure" in result.stderr


def test_chats_are_kept_and_resumed(run: Run, fake_engine: FakeScript, home: Path) -> None:
    fake_engine(Reply(text="known", when="Question: first question"), Reply(text="unknown"))
    assert run("chat", "--resume").code == 3
    run("chat", "--no-context", "-f", "b.py", stdin=b"first question\n")
    run("chat", "--no-context", stdin=b"other\nmore\n")
    listed = run("chat", "--list").stdout.splitlines()
    assert [line.split(maxsplit=2)[1:] for line in listed] == [["2", "other"], ["1", "first question"]]
    first = listed[1].split()[0]
    assert run("chat", "--no-context", "--resume", stdin=b"?\n").stdout == "unknown\n"
    resumed = run("chat", "--no-context", "--resume", first, stdin=b"/context\n?\n")
    assert resumed.stderr.startswith(f"resumed {first}: 1 questions\n")
    assert "b.py" in resumed.stdout
    assert resumed.stdout.endswith("known\n")
    assert run("chat", "--list").stdout.split()[:2] == [first, "2"]
    (kept, *_) = (home / "state" / "chats").glob("*.jsonl")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_chats_of_another_repository_are_not_resumed(
    run: Run, fake_engine: FakeScript, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_engine("answer")
    run("chat", "--no-context", stdin=b"question\n")
    monkeypatch.chdir(repository(tmp_path / "other", {"c.py": "x = 1\n"}))
    assert run("chat", "--list").stdout == ""
    assert run("chat", "--resume").code == 3


def test_wrong_use(run: Run, fake_engine: FakeScript) -> None:
    fake_engine("answer")
    for arguments in (["some-id"], ["--resume", "../x"], ["--file", "gone.py"]):
        result = run("chat", *arguments)
        assert (result.code, result.stdout) == (2, ""), arguments
        assert result.error


def test_what_is_no_text_is_no_crash(run: Run, fake_engine: FakeScript) -> None:
    fake_engine("answer")
    result = run("chat", "--no-context", stdin=b"\xff\xfe\x00 \x1b[31m\n" + b"x" * 3000 + b"\n")
    assert (result.code, result.stdout) == (0, "answer\n\nanswer\n")
