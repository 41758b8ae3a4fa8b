"""`codeassist test`, as a command: tests are really run, in a copy."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from codeassist.engine.fake import Reply
from tests.commands.sums import CALC
from tests.commands.support import on_terminal
from tests.conftest import FakeScript, Run
from tests.models.cache import cached_model

EXISTING = """from calc import middle


def test_middle():
    assert middle(2, 4) == 3
"""
GOOD = """_of_two():
    assert middle(2, 6) == 4


def test_middle_rejects():
    with pytest.raises(ValueError):
        middle(4, 2)
"""
MIXED = """_is_wrong():
    assert middle(2, 6) == 5


def test_middle_of_two():
    assert middle(2, 6) == 4


def test_middle_is_idle():
    assert middle


def test_middle_is_undefined():
    assert nothing == 1


def test_middle_again():
    assert middle(2, 6) == 4
"""


def test_what_passes_is_kept(sums: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine(GOOD)
    result = run("test", "calc.py::middle", "--apply", "--json")
    assert result.code == 0, result.stderr
    document = result.document
    assert document["tests"]["kept"] == ["test_middle_of_two", "test_middle_rejects"]
    assert (document["tests"]["ran"], document["tests"]["framework"]) == (True, "pytest")
    assert document["checks"][0]["passed"] is True
    text = (sums / "test_calc.py").read_text()
    assert text == f"import pytest\n\nfrom calc import middle\n\n\ndef test_middle{GOOD}"


def test_what_fails_is_taken_out(sums: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine(MIXED)
    result = run("test", "calc.py::middle", "--apply")
    assert result.code == 0, result.stderr
    names = [
        each.name for each in ast.parse((sums / "test_calc.py").read_text()).body if isinstance(each, ast.FunctionDef)
    ]
    assert names == ["test_middle_of_two", "test_middle_is_idle"]
    assert "taken out: test_middle_is_wrong (it failed)" in result.stderr
    assert "taken out: test_middle_is_undefined (it failed)" in result.stderr
    assert not list(sums.rglob("__pycache__"))


def test_strict_takes_out_what_passes_with_an_emptied_body(sums: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine(MIXED)
    result = run("test", "calc.py::middle", "--apply", "--strict", "--json")
    assert result.code == 0, result.stderr
    assert result.document["tests"]["kept"] == ["test_middle_of_two"]
    assert result.document["tests"]["idle"] == ["test_middle_is_idle"]
    assert (sums / "calc.py").read_text() == CALC


def test_strict_with_none_left_is_a_reason(sums: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine("_is_idle():\n    assert middle\n")
    result = run("test", "calc.py::middle", "--apply", "--strict", "--drafts", "1")
    assert result.code == 4
    assert "emptied body" in result.stderr
    assert not (sums / "test_calc.py").exists()


def test_none_that_passes_is_a_reason(sums: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine(Reply(text="_is_wrong():\n    assert middle(2, 6) == 5\n", times=1), Reply(text=GOOD))
    result = run("test", "calc.py::middle", "--apply", "--drafts", "2")
    assert result.code == 0, result.stderr
    assert "draft 1 was not taken: its test fails" in result.stderr
    assert "test_middle_of_two" in (sums / "test_calc.py").read_text()


def test_of_a_test_only_the_assertions_that_fail_are_taken_out(sums: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine(
        "():\n    low = 2\n    assert middle(low, 6) == 5\n    assert middle(low, 6) == 4\n    low = 4\n"
        "    assert (\n        middle(low, 6) == 6\n    )\n    assert middle(low, 6) == 5\n"
    )
    result = run("test", "calc.py::middle", "--apply", "--drafts", "1")
    assert result.code == 0, result.stderr
    assert (sums / "test_calc.py").read_text() == (
        "from calc import middle\n\n\ndef test_middle():\n    low = 2\n    assert middle(low, 6) == 4\n    low = 4\n"
        "    assert middle(low, 6) == 5\n"
    )


def test_a_file_that_is_there_is_added_to(sums: Path, fake_engine: FakeScript, run: Run) -> None:
    (sums / "test_calc.py").write_text(EXISTING)
    fake_engine("():\n    assert middle(2, 6) == 4\n\n\ndef test_middle_same():\n    assert middle(2, 4) == 3\n")
    result = run("test", "calc.py::middle", "--apply")
    assert result.code == 0, result.stderr
    assert (sums / "test_calc.py").read_text() == f"{EXISTING}\n\ndef test_middle_2():\n    assert middle(2, 6) == 4\n"


def test_off_a_terminal_nothing_runs_unless_it_is_said(sums: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine("_is_wrong():\n    assert middle(2, 6) == 5\n")
    result = run("test", "calc.py::middle")
    assert result.code == 0, result.stderr
    assert "not run" in result.stderr
    assert "+    assert middle(2, 6) == 5\n" in result.stdout
    assert not (sums / "test_calc.py").exists()
    subprocess.run(["git", "apply", "--check", "-"], cwd=sums, input=result.raw, check=True)


def test_on_a_terminal_it_is_asked(sums: Path, fake_engine: FakeScript) -> None:
    fake_engine("_is_wrong():\n    assert middle(2, 6) == 5\n")
    code, shown = on_terminal("test", "calc.py::middle", "--dry-run", "--drafts", "1", typed=b"y\n")
    assert b"run what the model writes" in shown
    assert code == 4
    assert b"its test fails" in shown
    code, shown = on_terminal("test", "calc.py::middle", "--dry-run", "--drafts", "1", typed=b"n\n")
    assert code == 0
    assert b"not run" in shown


def test_the_users_check_runs_instead(sums: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine(GOOD)
    result = run("test", "calc.py::middle", "--check", "grep -q of_two test_calc.py", "--json")
    assert result.code == 0, result.stderr
    assert result.document["checks"][0]["command"] == "grep -q of_two test_calc.py"
    assert result.document["applied"] is False


def test_tests_can_write_only_in_the_copy(sums: Path, fake_engine: FakeScript, run: Run) -> None:
    target = sums.parent / "written"
    fake_engine(
        f"_writes():\n    open({str(target)!r}, 'w').write('x')\n    middle(2, 6)\n\n\n"
        "def test_middle_calls_home():\n    import socket\n\n    socket.socket()\n    middle(2, 6)\n\n\n"
        f"def test_middle_removes():\n    import os\n\n    os.remove({str(sums / 'calc.py')!r})\n    middle(2, 6)\n\n\n"
        "def test_middle_of_two(tmp_path):\n    (tmp_path / 'x').write_text('x')\n    middle(2, 6)\n"
    )
    result = run("test", "calc.py::middle", "--apply", "--json")
    assert result.code == 0, result.stderr
    assert result.document["tests"]["kept"] == ["test_middle_of_two"]
    assert not target.exists()
    assert (sums / "calc.py").read_text() == CALC


@pytest.mark.parametrize("reply", ["", "\x1b[2J", "x" * 5_000, "():\n    \x1b[2J\n", "<|im_end|>", "(:\n    pass\n"])
def test_hostile_replies_change_nothing(reply: str, sums: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine(reply)
    result = run("test", "calc.py::middle", "--apply", "--drafts", "1")
    assert result.code == 4
    assert not (sums / "test_calc.py").exists()


@pytest.mark.parametrize("place", ["conftest.py", "calc.py::nothing", "no.py::x", "notes.txt"])
def test_what_cannot_be_tested_is_wrong_use(place: str, sums: Path, fake_engine: FakeScript, run: Run) -> None:
    (sums / "notes.txt").write_text("x\n")
    fake_engine(GOOD)
    assert run("test", place, "--apply").code == 2


@pytest.mark.model
@pytest.mark.timeout(300)
def test_a_real_model_tests_or_refuses(sums: Path, home: Path, run: Run) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(cached_model("qwen2.5-coder-0.5b"))
    arguments = ("--apply", "--strict", "--drafts", "2", "--model", "qwen2.5-coder-0.5b")
    result = run("test", "calc.py::middle", *arguments)
    assert result.code in (0, 4), result.stderr
    assert (sums / "test_calc.py").exists() == (result.code == 0)
    assert (sums / "calc.py").read_text() == CALC
    if result.code == 0:
        subprocess.run([".venv/bin/python", "-m", "pytest", "-q"], cwd=sums, check=True, capture_output=True)
