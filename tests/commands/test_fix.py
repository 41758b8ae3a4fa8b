"""`codeassist fix`, as a command."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from codeassist.engine.fake import Reply
from tests.commands.shop import CART, FAULTY
from tests.conftest import FakeScript, Run
from tests.models.cache import cached_model
from tests.repository import git, repository

CALC = '''"""Sums."""


def middle(low: int, high: int) -> int:
    return (low - high) // 2


def double(number: int) -> int:
    return 2 * number
'''
TEST = """from calc import double, middle


def test_double():
    assert double(2) == 4


def test_middle():
    assert middle(2, 4) == 3
"""
CHECK = f"{sys.executable} -m pytest -q -p no:cacheprovider test_calc.py"
RIGHT = "def middle(low: int, high: int) -> int:\n    return (low + high) // 2\n"
WRONG = "def middle(low: int, high: int) -> int:\n    return low * high // 2\n"


@pytest.fixture
def calc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a test that fails; the test is in it."""
    root = repository(tmp_path / "calc", {"calc.py": CALC, "test_calc.py": TEST})
    monkeypatch.chdir(root)
    return root


def answer(code: str, **more: object) -> Reply:
    """What the model goes on with behind the name, which is there already."""
    return Reply(text=code.partition("middle")[2] + "```", **more)  # type: ignore[arg-type]


def findings(run: Run, *arguments: str) -> list[dict[str, object]]:
    found = run("review", *arguments, "--no-model", "--format", "json").document["findings"]
    assert isinstance(found, list)
    return found


def test_a_checks_own_fix_needs_no_model(faulty: Path, run: Run) -> None:
    (unused,) = [each for each in findings(run) if each["rule"] == "ruff/F401"]
    result = run("fix", str(unused["fingerprint"])[:8], "--apply", "--model", "no-such-model")
    assert result.code == 0, result.stderr
    assert (faulty / "shop/cart.py").read_text() == FAULTY.replace("import os\n", "")
    assert "imported but unused" in result.stderr


@pytest.mark.parametrize("place", ["shop/cart.py:3", "ruff/F401@shop/cart.py", "F401@shop/cart.py"])
def test_a_finding_is_named_by_its_place_or_its_rule(place: str, faulty: Path, run: Run) -> None:
    result = run("fix", place)
    assert result.code == 0, result.stderr
    assert "-import os\n" in result.stdout
    assert (faulty / "shop/cart.py").read_text() == FAULTY
    subprocess.run(["git", "apply", "--check", "-"], cwd=faulty, input=result.raw, check=True)


def test_a_finding_of_the_working_tree_is_found(shop: Path, run: Run) -> None:
    (shop / "shop/cart.py").write_text(FAULTY)
    (unused,) = [each for each in findings(run, "--working") if each["rule"] == "ruff/F401"]
    assert run("fix", str(unused["fingerprint"]), "--apply").code == 0
    assert "import os" not in (shop / "shop/cart.py").read_text()


def test_a_file_that_is_not_as_it_was_staged_is_left_alone(faulty: Path, run: Run) -> None:
    (unused,) = [each for each in findings(run) if each["rule"] == "ruff/F401"]
    (faulty / "shop/cart.py").write_text("# another\n" + FAULTY)
    result = run("fix", str(unused["fingerprint"]), "--apply")
    assert result.code == 2
    assert "not as it was staged" in result.error[0]


@pytest.mark.parametrize(
    "argument",
    ["abcdef12", "F401@shop/none.py", "F999@shop/cart.py", "shop/cart.py:99", "shop/cart.py", "no.py:1"],
)
def test_what_is_not_there_is_wrong_use(argument: str, shop: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine("x")
    result = run("fix", argument)
    assert result.code == 2
    assert result.error
    assert (shop / "shop/cart.py").read_text() == CART


def test_nothing_on_standard_input_is_wrong_use(shop: Path, run: Run) -> None:
    assert run("fix").code == 2
    assert run("fix", "-").code == 2


def test_output_that_names_no_file_is_told(shop: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine("x")
    result = run("fix", stdin=b"all is lost\n")
    assert result.code == 2
    assert "names no line" in result.error[0]


def test_a_check_that_passes_needs_no_fix(calc: Path, run: Run) -> None:
    result = run("fix", "--check", "true")
    assert (result.code, result.stdout) == (0, "")
    assert "passes already" in result.stderr
    assert run("fix", "--check", "true", "--json").document["applied"] is False


def test_a_failing_test_is_fixed_where_the_code_is(calc: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine(answer(WRONG, when="middle", times=1), answer(RIGHT, when="middle"))
    result = run("fix", "--check", CHECK, "--apply", "--json")
    assert result.code == 0, result.stderr
    document = result.document
    assert [each["passed"] for each in document["checks"]] == [False, True]
    assert (calc / "calc.py").read_text() == CALC.replace("low - high", "low + high")
    assert (calc / "test_calc.py").read_text() == TEST


def test_a_piped_traceback_is_fixed(calc: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine(answer(RIGHT, when="ZeroDivisionError: mark"))
    trace = 'Traceback (most recent call last):\n  File "calc.py", line 5, in middle\n    x\nZeroDivisionError: mark\n'
    result = run("fix", "-", "--check", CHECK, "--apply", stdin=trace.encode())
    assert result.code == 0, result.stderr
    assert (calc / "calc.py").read_text() == CALC.replace("low - high", "low + high")


def test_a_line_is_fixed_with_the_checks_output_as_evidence(calc: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine(answer(RIGHT, when="assert -1 == 3"))
    result = run("fix", "calc.py:5", "--check", CHECK, "--apply")
    assert result.code == 0, result.stderr
    assert "low + high" in (calc / "calc.py").read_text()


def test_drafts_that_do_not_pass_change_nothing(calc: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine(answer(WRONG))
    result = run("fix", "--check", CHECK, "--apply", "--drafts", "2")
    assert result.code == 4
    assert (calc / "calc.py").read_text() == CALC


def test_a_fix_that_does_not_mend_the_finding_is_not_taken(faulty: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine(
        Reply(text="(self, tax: float) -> float:\n        return 2 + tx\n```", when="tx", times=1),
        Reply(text="(self, tax: float) -> float:\n        return 1 + tax\n```", when="tx"),
    )
    result = run("fix", "F821@shop/cart.py", "--apply")
    assert result.code == 0, result.stderr
    assert "draft 1 was not taken" in result.stderr
    assert (faulty / "shop/cart.py").read_text() == FAULTY.replace("1 + tx", "1 + tax")


@pytest.mark.parametrize("reply", ["", "\x1b[2J", "```\nrm -rf /\n```", "x" * 5_000, "<|im_end|>", "():\n    ...\n```"])
def test_hostile_replies_change_nothing(reply: str, faulty: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine(reply)
    result = run("fix", "F821@shop/cart.py", "--apply", "--drafts", "1")
    assert result.code == 4
    assert (faulty / "shop/cart.py").read_text() == FAULTY


@pytest.mark.parametrize("comment", ["# noqa: F821", "# codeassist: ignore[ruff/F821] it is fine"])
def test_a_finding_that_is_silenced_is_not_mended(
    comment: str, faulty: Path, fake_engine: FakeScript, run: Run
) -> None:
    fake_engine(f"(self, tax: float) -> float:\n        return 1 + tx  {comment}\n```")
    result = run("fix", "F821@shop/cart.py", "--apply", "--drafts", "1")
    assert (result.code, (faulty / "shop/cart.py").read_text()) == (4, FAULTY)
    assert "silences checks by a comment" in result.stderr


def test_hostile_output_leads_nowhere(shop: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine("x")
    (shop.parent / "outside.py").write_text("x = 1\n")
    for output in (b"../outside.py:1: error: x\n", b"/etc/passwd:1: error: x\n", b".git/config:1: error: x\n"):
        assert run("fix", stdin=output).code == 2
    assert (shop.parent / "outside.py").read_text() == "x = 1\n"


@pytest.mark.model
@pytest.mark.timeout(300)
def test_a_real_model_fixes_or_refuses(calc: Path, home: Path, run: Run) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(cached_model("qwen2.5-coder-0.5b"))
    result = run("fix", "--check", CHECK, "--apply", "--drafts", "2", "--model", "qwen2.5-coder-0.5b")
    after = (calc / "calc.py").read_text()
    assert result.code in (0, 4), result.stderr
    if result.code == 4:
        assert after == CALC
    else:
        subprocess.run(["sh", "-c", CHECK], cwd=calc, check=True, capture_output=True)
        assert ast.unparse(ast.parse(after).body[-1]) == ast.unparse(ast.parse(CALC).body[-1])
    assert (calc / "test_calc.py").read_text() == TEST
    git(calc, "diff", "--quiet", "HEAD", "--", "test_calc.py")
