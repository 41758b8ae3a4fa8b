"""Each guard of a model's fix by itself: checks are off here but where a test is about them."""

from __future__ import annotations

import pytest

from codeassist.config import ReviewSettings
from codeassist.context.languages import languages
from codeassist.review import proposal
from codeassist.review.checks import RULES
from codeassist.review.finding import Finding, Fix
from codeassist.review.proposal import applied, errors, holds
from tests.review.changes import change, snapshot

PYTHON = languages()["python"]
TEXT = "def area(width, height):\n    result = width * heigth\n    return result\n\n\ndef other():\n    pass\n"
SILENT = ReviewSettings(disable=tuple(RULES))


def held(
    text: str, line: int = 2, end: int = 2, *, rule: str = "ruff/F821", new: str = TEXT, path: str = "area.py"
) -> bool:
    file = change(path, None, new)
    finding = Finding(rule=rule, severity="high", path=path, line=line, end_line=end, message="m")
    fix = Fix(description="", line=line, end_line=end, text=text)
    return holds(snapshot(file), file, finding, fix, SILENT)


def test_a_fix_that_breaks_nothing_holds() -> None:
    assert held("    result = width * height\n")
    assert held("    result = width\n    result *= height\n")
    assert held("    return width * height\n", 2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "    result = width * (height\n",
        "    result = '''\n",
        "    result = 1\n" * 8,
        f"    result = '{'x' * 400}'\n",
        "    result = '\x1b[31m'\n",
        "    result = '\u202e'\n",
        "    result = 1\n\n\ndef new():\n    pass\n",  # what follows would be another function's
        "result = 1\n",  # the rest of the function would be outside of it
        "    result = width * heigth  # noqa: F821\n",
        "    result = width * heigth  # codeassist: ignore[ruff]\n",
        "    result = width * heigth  # type: ignore\n",
    ],
)
def test_a_fix_that_does_more_than_mend_is_refused(text: str) -> None:
    assert not held(text)


def test_a_text_of_no_language_has_no_fix() -> None:
    assert not held("b\n", 1, 1, new="a\n", path="notes.txt")
    assert not held("b = 1\n", 1, 1, new="a = 1\n" * 60_000)


def test_a_syntax_error_must_be_gone() -> None:
    broken = TEXT.replace("* heigth", "* (heigth")
    assert held("    result = width * height\n", new=broken, rule="syntax-introduced")
    assert not held("    result = width * (height\n", new=broken, rule="syntax-introduced")
    assert held("    result = width * (height\n", new=broken), "it was as broken before"


def test_what_cannot_be_parsed_in_time_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposal, "parse_within", lambda *_: None)
    assert not held("    result = width * height\n")


def test_errors() -> None:
    assert errors(PYTHON, TEXT) == 0
    assert errors(PYTHON, "def f(:\n") > 0
    assert errors(PYTHON, "(" * 1_000) > 0


def test_applied() -> None:
    file = change("a.py", None, "a\nb\nc\n")
    assert applied(file, Fix(description="", line=2, end_line=2, text="x\ny\n")) == "a\nx\ny\nc\n"
    assert applied(file, Fix(description="", line=2, end_line=1, text="x\n")) == "a\nx\nb\nc\n"
    assert applied(file, Fix(description="", line=1, end_line=3, text="")) == ""
