"""`codeassist complete`: the contract of its output."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript, Run, RunProcess
from tests.models.cache import cached_model

from .support import TIMINGS, on_terminal, types_of, write

BODY = "def add(a, b):\n    \n"


def test_prints_the_text_and_nothing_else(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("return a + b\n")
    result = run("complete", write(tmp_path / "a.py", BODY), "--at", "2:5")
    assert (result.code, result.raw, result.stderr) == (0, b"return a + b", "")


def test_json_is_the_contract(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("return a + b\n")
    result = run("complete", write(tmp_path / "a.py", BODY), "--at", "2:5", "--json")
    document = result.document
    assert result.code == 0
    assert types_of(document) == {
        "schema": int,
        "text": str,
        "finish": str,
        "model": str,
        "confidence": float,
        "timings": dict,
        "context": list,
    }
    assert types_of(document["timings"]) == TIMINGS
    assert (document["schema"], document["text"], document["model"]) == (1, "return a + b", "fake")
    assert document["finish"] in {"stop", "length", "scope", "filtered", "cancelled"}
    assert 0 < document["confidence"] <= 1
    timings = document["timings"]
    assert timings["prompt_tokens"] == timings["cached_tokens"] + timings["evaluated_tokens"] > 0
    assert timings["total_ms"] >= timings["ttft_ms"] >= 0


@pytest.mark.parametrize(
    ("text", "finish"), [("total = a + b", "stop"), ("x" * 200, "length"), ("\n\n", "filtered")], ids=str
)
def test_finish_says_why_it_ended(text: str, finish: str, tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine(text)
    arguments = ("--at", "2:5", "--json", "--max-tokens", "50")
    document = run("complete", write(tmp_path / "a.py", BODY), *arguments).document
    assert document["finish"] == finish
    assert len(document["text"]) <= 50


def test_a_second_function_is_not_written(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("return a + b\n\ndef sub(a, b):\n    return a - b\n")
    document = run("complete", write(tmp_path / "a.py", BODY), "--at", "2:5", "--json").document
    assert (document["text"], document["finish"]) == ("return a + b", "scope")


def test_a_crlf_file_gets_crlf(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("total = a + b\n    return total\n")
    path = write(tmp_path / "a.py", BODY.replace("\n", "\r\n"))
    assert run("complete", path, "--at", "2:5").raw == b"total = a + b\r\n    return total"
    assert run("complete", path, "--at", "2:5", "--json").document["text"] == "total = a + b\r\n    return total"


@pytest.mark.parametrize(
    ("content", "at"),
    [
        (b"\tf(here)\n", "1:4"),
        ("x = '🙂🙂'; f(here)\n".encode(), "1:13"),
        ("\ufefff(here)\n".encode(), "1:3"),
        ("\ufefff(here)\n".encode("utf-16-le"), "1:3"),
        (b"# caf\xe9\nx = '\xe9\xe9'; f(here)\n", "2:13"),
        (b"# one\r\n# two\r\nf(here)\r\n", "3:3"),
        (b"# one\rf(here)\r", "2:3"),
        ("# \u2028 \x0c \x85\nf(here)\n".encode(), "2:3"),
    ],
    ids=["tab", "astral", "bom", "utf-16", "latin-1", "crlf", "cr", "other-separators"],
)
def test_columns_are_code_points(content: bytes, at: str, tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    """The suffix that the model sees begins right behind the cursor (markers are NUL for the scripted engine)."""
    fake_engine(Reply(text="right", when="\0here)\n\0"), Reply(text="wrong"))
    result = run("complete", write(tmp_path / "a.py", content), "--at", at)
    assert (result.code, result.raw) == (0, b"right")


def test_the_column_after_the_last_is_allowed_and_no_more(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("x")
    path = write(tmp_path / "a.py", b"f(\r\n")
    assert run("complete", path, "--at", "1:3").code == 0
    assert run("complete", path, "--at", "1:4").code == 2


def test_the_word_at_the_cursor_is_not_repeated(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    """The scripted engine, like the grammar, begins with the unfinished word; it is cut off again."""
    fake_engine("lt(a)")
    assert run("complete", write(tmp_path / "a.py", "x = resu\n"), "--at", "1:9").raw == b"lt(a)"


def test_standard_input_with_a_name(run: Run, fake_engine: FakeScript) -> None:
    fake_engine("return a + b\n\ndef sub(a, b):\n    return a - b\n")
    result = run("complete", "-", "--stdin-path", "not/there.py", "--at", "2:5", stdin=BODY.encode())
    assert (result.code, result.raw) == (0, b"return a + b")


def test_standard_input_needs_a_name(run: Run, fake_engine: FakeScript) -> None:
    fake_engine("x")
    result = run("complete", "-", "--at", "1:1", stdin=b"x")
    assert result.code == 2
    assert "--stdin-path" in result.error[1]


def test_standard_input_over_the_limit_is_refused(run_process: RunProcess, fake_engine: FakeScript) -> None:
    fake_engine("x")
    result = run_process("complete", "-", "--stdin-path", "a.py", "--at", "1:1", stdin=b"# comment\n" * 1_700_000)
    assert result.code == 2
    assert result.error


def test_an_empty_file(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("import os")
    assert run("complete", write(tmp_path / "a.py", ""), "--at", "1:1").raw == b"import os"


def test_options_of_the_contract_are_taken(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("total")
    path = write(tmp_path / "a.py", BODY)
    arguments = ("--no-context", "--model", "any", "--max-tokens", "9", "--json")
    assert run("complete", path, "--at", "2:5", *arguments).document["text"] == "total"


def test_the_file_stays_as_it_is(tmp_path: Path, run: Run, fake_engine: FakeScript) -> None:
    fake_engine("return a + b")
    path = write(tmp_path / "a.py", BODY)
    before = Path(path).stat()
    run("complete", path, "--at", "2:5")
    after = Path(path).stat()
    assert (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.py", "script.json"]


def test_a_pipe_gets_the_bytes_a_terminal_inert_text(
    tmp_path: Path, run_process: RunProcess, fake_engine: FakeScript
) -> None:
    fake_engine("x = '\u202eevil\u202c'")
    path = write(tmp_path / "a.py", BODY)
    assert run_process("complete", path, "--at", "2:5").raw == "x = '\u202eevil\u202c'".encode()
    code, shown = on_terminal("complete", path, "--at", "2:5")
    assert code == 0
    assert b"x = '\\u202eevil\\u202c'" in shown
    assert "\u202e".encode() not in shown


def test_control_characters_never_reach_code(tmp_path: Path, run_process: RunProcess, fake_engine: FakeScript) -> None:
    fake_engine("x = '\x1b]52;c;ZXZpbA==\x07'")
    path = write(tmp_path / "a.py", BODY)
    assert b"\x1b" not in run_process("complete", path, "--at", "2:5").raw
    code, shown = on_terminal("complete", path, "--at", "2:5")
    assert code == 0
    assert b"x = '" in shown
    assert b"\x1b]" not in shown
    assert b"\x07" not in shown


@pytest.mark.model
def test_commands_of_one_session_share_a_prompt(home: Path, tmp_path: Path, run_process: RunProcess) -> None:
    home.mkdir(parents=True)
    (home / "models").symlink_to(cached_model("qwen2.5-coder-0.5b"))
    typed = "    total = first"
    above = "".join(f"value_{number} = {number}\n" for number in range(30)) + "def add(first, second):\n"

    def evaluated(characters: int) -> int:
        path = write(tmp_path / "a.py", above + typed[:characters] + "\n\n\ndef sub(a, b):\n    return a - b\n")
        at = f"32:{characters + 1}"
        done = run_process("complete", path, "--at", at, "--json", "--session", "editor", "--max-tokens", "4")
        timings: dict[str, int] = done.document["timings"]
        return timings["evaluated_tokens"]

    assert evaluated(6) > 100
    assert [evaluated(characters) <= 8 for characters in (7, 10, 13, 17)] == [True] * 4
