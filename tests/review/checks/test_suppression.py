"""Comments that suppress findings and do not work."""

from __future__ import annotations

import pytest

from codeassist.review.checks.suppression import RULE
from tests.review.changes import added, change, found


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("codeassist: ignore[ruff] it is the documentation's example", []),
        ("codeassist: ignore[ruff/S101,todo] why", []),
        ("codeassist: ignore[unlikely-code] why", []),
        ("codeassist: ignore", ["suppression/no-rule"]),
        ("codeassist: ignore[] why", ["suppression/no-rule"]),
        ("codeassist: ignore[ruff]", ["suppression/no-reason"]),
        ("codeassist: ignore[rough] why", ["suppression/unknown-rule"]),
        ("codeassist: ignore[rough,nope]", ["suppression/unknown-rule"] * 2 + ["suppression/no-reason"]),
    ],
)
def test_what_is_wrong_with_a_comment(comment: str, rules: list[str]) -> None:
    told = added(RULE, "a.py", f"x = 1  # {comment}\n")
    assert [each.rule for each in told] == rules
    assert {each.severity for each in told} <= {"low"}
    assert all((each.line, each.evidence) == (1, f"x = 1  # {comment}") for each in told)


def test_one_for_a_file_that_stands_too_far_down() -> None:
    text = "\n" * 10 + "# codeassist: ignore-file[todo] why\n"
    assert [(each.rule, each.line) for each in added(RULE, "a.py", text)] == [("suppression/misplaced", 11)]


def test_only_what_is_new_and_a_comment_is_told() -> None:
    old = "x = 1  # codeassist: ignore[nope]\n"
    assert [each.line for each in found(RULE, change("a.py", old, f"{old}y  # codeassist: ignore[nope] b\n"))] == [2]
    assert added(RULE, "a.py", "x = 'codeassist: ignore[nope]'\n") == []
    assert added(RULE, "notes.md", "# codeassist: ignore[rule]\n") == []
