"""`codeassist ask`: answers, citations, what is piped in."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript, Run, RunProcess
from tests.repository import repository

from .support import COMMAND, TIMINGS, on_terminal, types_of, write

CODE = "import os\n\n\ndef total(prices):\n    return sum(prices)\n\n\nclass Cart:\n    pass\n"


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions are asked in a directory that is no repository."""
    monkeypatch.chdir(tmp_path)


def test_json_is_the_contract(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("It sums.\n")
    result = run("ask", "what?", "--file", write(tmp_path / "a.py", CODE), "--json")
    document = result.document
    required = {"schema": int, "answer": str, "citations": list, "timings": dict, "model": str}
    assert required.items() <= types_of(document).items()
    assert set(document) - set(required) <= {"truncated", "context"}
    assert types_of(document["timings"]) == TIMINGS
    assert (result.code, document["schema"], document["answer"], document["model"]) == (0, 1, "It sums.", "fake")


def test_citations_are_places_that_exist(
    tmp_path: Path, run: Run, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.py", CODE)
    fake_engine("See a.py:2, a.py:3-99, a.py:0, b.py:1, `total()` and `missing`.")
    document = run("ask", "where?", "--file", "a.py", "--json").document
    assert document["citations"] == [
        {"path": "a.py", "start": 2, "end": 2},
        {"path": "a.py", "start": 4, "end": 5},
    ]
    assert run("ask", "where?", "--file", "a.py").stdout.endswith("\na.py:2\na.py:4-5\n")


def test_the_answer_is_plain_in_a_pipe(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("**bold** and `code`\n\n- one\x1b[31m")
    result = run("ask", "what?", "--file", write(tmp_path / "a.py", CODE))
    assert (result.code, result.raw) == (0, b"**bold** and `code`\n\n- one\x1b[31m\n")
    assert result.stderr == ""


def test_an_answer_is_inert_on_a_terminal(tmp_path: Path, fake_engine: FakeScript) -> None:
    """Rich writes escape sequences of its own: those of the model must come as text."""
    fake_engine("one \x1b]52;c;ZXZpbA==\x07 two \x9b31m\n\n```\n\x1b]0;title\x07\n```\n\u202ereversed\n")
    code, shown = on_terminal("ask", "what?", "--file", write(tmp_path / "a.py", CODE))
    assert code == 0
    assert b"\\x1b]52;c;ZXZpbA==\\x07" in shown
    assert b"\x1b]" not in shown
    assert b"\x07" not in shown
    assert "\x9b".encode() not in shown
    assert "\u202e".encode() not in shown


def test_markdown_is_rendered_on_a_terminal(tmp_path: Path, fake_engine: FakeScript) -> None:
    fake_engine("Some **bold** words.\n\n- first\n- second\n")
    code, shown = on_terminal("ask", "what?", "--file", write(tmp_path / "a.py", CODE))
    assert code == 0
    final = shown.rsplit(b"Some ", 1)[1]
    assert b"**" not in final
    assert b"bold" in final
    assert b"second" in final


def test_no_colour_for_those_who_want_none(fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_engine("```python\ndef f(): return 1\n```\n")
    colour = re.compile(rb"\x1b\[[0-9;]*[34][0-9]")
    assert colour.search(on_terminal("ask", "what?", typed=b"\x04")[1])
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colour.search(on_terminal("ask", "what?", typed=b"\x04")[1])


def test_every_file_is_shown_under_its_name(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    one, two = write(tmp_path / "one.py", "ONE = 1\n"), write(tmp_path / "two.py", "TWO = 2\n")
    for path, content in ((one, "ONE = 1\n"), (two, "TWO = 2\n")):
        fake_engine(Reply(text="seen", when=f"`{path}`:\n```\n{content}"), Reply(text="not seen"))
        assert run("ask", "what?", "-f", one, "--file", two).stdout == "seen\n"


def test_what_is_piped_in_is_context(run: Run, fake_engine: FakeScript) -> None:
    fake_engine(Reply(text="seen", when="piped words"), Reply(text="not seen"))
    assert run("ask", "what?", stdin=b"piped words\n").stdout == "seen\n"
    assert run("ask", "what?").stdout == "not seen\n"


def test_a_pipe_and_a_file(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    path = write(tmp_path / "a.py", CODE)
    fake_engine(Reply(text="piped", when="piped words"), Reply(text="file only", when="def total"))
    assert run("ask", "what?", "--file", path, stdin=b"piped words").stdout == "piped\n"
    assert run("ask", "what?", "--file", path, "--file", "-", stdin=b"piped words").stdout == "piped\n"
    assert run("ask", "what?", "--file", path).stdout == "file only\n"


def test_an_idle_inherited_pipe_does_not_hang(tmp_path: Path, fake_engine: FakeScript) -> None:
    """A parent's pipe that stays open and silent, as in `while read …; do codeassist ask … --file …; done`."""
    fake_engine("answer")
    ours, theirs = os.pipe()
    try:
        command = [*COMMAND, "ask", "what?", "--file", write(tmp_path / "a.py", CODE)]
        done = subprocess.run(command, stdin=ours, capture_output=True, timeout=60, check=False)
    finally:
        os.close(ours)
        os.close(theirs)
    assert (done.returncode, done.stdout) == (0, b"answer\n")


def test_without_standard_input(tmp_path: Path, fake_engine: FakeScript) -> None:
    fake_engine("answer")
    command = [*COMMAND, "ask", "what?", "--file", write(tmp_path / "a.py", CODE)]
    script = 'exec "$@" <&-'
    done = subprocess.run(["sh", "-c", script, "sh", *command], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"answer\n", b"")


def test_a_long_file_is_cut_with_a_notice(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine(Reply(text="cut", when="(cut here"), Reply(text="whole"))
    long = write(tmp_path / "long.py", "".join(f"value_{number} = {number}\n" for number in range(2000)))
    short = write(tmp_path / "short.py", "x = 1\n")
    result = run("ask", "what?", "--file", long, "--file", short)
    assert (result.code, result.stdout) == (0, "cut\n")
    assert result.stderr == f"{long} was cut to fit the model's context\n"
    assert run("ask", "what?", "--file", short).stdout == "whole\n"
    assert run("ask", "what?", "--file", long, "--json").document["truncated"] == [long]


def test_max_tokens_bounds_the_answer(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("one two three")
    assert run("ask", "what?", "--max-tokens", "7").stdout == "one two\n"


def test_an_empty_question_is_wrong_use(run: Run, fake_engine: FakeScript) -> None:
    fake_engine("answer")
    result = run("ask", "  \n")
    assert result.code == 2
    assert result.error


def test_a_question_longer_than_the_context(run: Run, fake_engine: FakeScript) -> None:
    fake_engine("answer")
    result = run("ask", "why " * 3000, "--json")
    assert result.code == 4
    assert result.error
    assert result.document["error"]["exit_code"] == 4


def test_a_name_that_is_not_unicode(tmp_path: Path, run_process: RunProcess, fake_engine: FakeScript) -> None:
    fake_engine("answer")
    path = write(tmp_path / os.fsdecode(b"\xff.py"), CODE)
    result = run_process("ask", "what?", "--file", path, "--json")
    assert (result.code, result.document["answer"]) == (0, "answer")


def test_a_repository_is_looked_at(
    tmp_path: Path, run: Run, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path / "repo", {"src/a.py": CODE, "src/sub/b.py": "x = 1\n"})
    fake_engine(Reply(text="`total` sums, see a.py:9.", when="4 def total(prices):"), Reply(text="not seen"))
    for place in (root, root / "src" / "sub"):
        monkeypatch.chdir(place)
        result = run("ask", "How is the total computed?")
        assert (result.code, result.stderr) == (0, "")
        assert result.stdout == "`total` sums, see src/a.py:4-5.\n\nsrc/a.py:4-5\n"
    document = run("ask", "How is the total computed?", "--json").document
    assert document["answer"] == "`total` sums, see src/a.py:4-5."
    assert document["citations"] == [{"path": "src/a.py", "start": 4, "end": 5}]
    (shown,) = [each for each in document["context"] if each["start"] <= 4 <= each["end"]]
    assert types_of(shown) == {"path": str, "start": int, "end": int, "reason": str, "tokens": int}
    assert shown["path"] == "src/a.py"


def test_the_repository_is_left_alone_where_it_is_not_wanted(
    tmp_path: Path, run: Run, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository(tmp_path / "repo", {"a.py": CODE, "b.py": "x = 1\n"}))
    fake_engine(Reply(text="seen", when="def total"), Reply(text="not seen"))
    question = "How is the total computed?"
    assert run("ask", question, "--no-context").stdout == "not seen\n"
    assert run("ask", question, "--file", "b.py").stdout == "not seen\n"
    assert run("ask", question, stdin=b"piped").stdout == "not seen\n"
    assert run("ask", question).stdout.startswith("seen\n")


def test_no_repository_is_said(run: Run, fake_engine: FakeScript) -> None:
    fake_engine("answer")
    result = run("ask", "what?")
    assert (result.code, result.stdout) == (0, "answer\n")
    assert result.stderr == "there is no repository here: this was answered without code\n"
    assert run("ask", "what?", "--no-context").stderr == ""


def test_how_much_is_shown_is_a_setting(
    tmp_path: Path, run: Run, fake_engine: FakeScript, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository(tmp_path / "repo", {"a.py": CODE}))
    fake_engine("answer")
    (home / "config").mkdir(parents=True)
    for tokens in (0, 200):
        (home / "config" / "config.toml").write_text(f"[ask]\ncontext_tokens = {tokens}\n")
        shown = run("ask", "How is the total computed?", "--json").document["context"]
        assert bool(shown) == bool(tokens)
        assert sum(each["tokens"] for each in shown) <= tokens


def test_a_name_that_is_two_lines_is_cited_on_one(
    tmp_path: Path, run: Run, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a file could forge citations, and what a terminal does."""
    evil = "a\nb.py:1\x1b[31m`.py"
    monkeypatch.chdir(repository(tmp_path / "repo", {evil: CODE}))
    fake_engine(Reply(text="`total` sums.", when="4 def total"))
    result = run("ask", "How is the total computed?")
    assert result.stdout == "`total` sums.\n\na b.py:1\\x1b[31m`.py:4-5\n"
    assert run("ask", "How is the total computed?", "--json").document["citations"][0]["path"] == evil
    code, shown = on_terminal("ask", "How is the total computed?")
    assert code == 0
    assert b"[31m`.py" in shown
    assert b"\x1b[31m`" not in shown


@pytest.mark.parametrize("letter", ["a", "`", "x.py:1 "])
def test_a_very_long_line_is_shown(fake_engine: FakeScript, letter: str) -> None:
    fake_engine(letter * (4096 // len(letter)), context_tokens=100_000)
    code, shown = on_terminal("ask", "what?", "--max-tokens", "4096", "--no-context", typed=b"\x04")
    assert code == 0
    assert len(shown) > 4096
