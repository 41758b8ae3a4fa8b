"""Comments that suppress findings."""

from __future__ import annotations

import pytest

from codeassist.review.finding import Finding
from codeassist.review.suppression import markers, suppressed
from tests.review.changes import change


def finding(line: int = 1, rule: str = "todo", end_line: int = 0) -> Finding:
    return Finding(rule=rule, severity="low", path="a.py", line=line, end_line=end_line or line, message="m")


def lines_of(path: str, text: str, rule: str = "todo") -> list[int]:
    """The lines of a text whose findings are suppressed."""
    file = change(path, None, text)
    return [number for number in range(1, len(file.lines) + 1) if suppressed(finding(number, rule), markers(file))]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", "x\ny  # codeassist: ignore[todo] it is meant\nz\n", [2]),
        ("a.py", "x\n# codeassist: ignore[todo] it is meant\ny\nz\n", [2, 3]),
        ("a.py", "    # codeassist: ignore[other] a\n    # codeassist: ignore[todo] b\n    y\nz\n", [2, 3]),
        ("a.py", "# codeassist: ignore[todo] a\n# codeassist: ignore[other] b\ny\nz\n", [1, 3]),
        ("a.py", "y  # type: ignore  # codeassist:ignore[ todo , ruff ]\n", [1]),
        ("a.py", "y  # codeassist: ignore\n", []),
        ("a.py", "y  # codeassist: ignore[]\n", []),
        ("a.py", "y  # codeassist: ignored[todo]\n", []),
        ("a.py", "y = 'codeassist: ignore[todo]'\n", []),
        ("a.py", "y = '# codeassist: ignore[todo]'\n", []),
        ("a.py", '"""\n# codeassist: ignore[todo]\n"""\ny\n', []),
        ("a.js", "y /* codeassist: ignore[todo] why */\nz\n", [1]),
        ("a.js", "/* codeassist: ignore[todo] why */ y\nz\n", [1]),
        ("a.js", "/*\n * codeassist: ignore[todo] why */\nz\n", [2, 3]),
        ("a.js", "é = 'é' // codeassist: ignore[todo] why\nz\n", [1]),
        ("a.go", "package a\n\n// codeassist: ignore[todo] why\nvar x = 1\n", [3, 4]),
        ("a.yaml", "a: b  # codeassist: ignore[todo] why\nc: d\n", [1]),
        ("a.yaml", "# codeassist: ignore[todo] why\nc: d\n", [1, 2]),
        ("a.yaml", "a: codeassist: ignore[todo] why\n", []),
        ("a.html", "<p>\n<!-- codeassist: ignore[todo] why -->\n<a>\n", [2, 3]),
        ("a.sql", "select 1 -- codeassist: ignore[todo] why\n", [1]),
        ("a.ini", "a = 1 ; codeassist: ignore[todo] why\n", [1]),
        ("a.css", "a {} /* codeassist: ignore[todo] why */\n", [1]),
        ("a.tex", "% codeassist: ignore[todo] why\na\n", [1, 2]),
        ("a.py", "# codeassist: ignore-file[todo] why\nx\ny\n", [1, 2, 3]),
        ("a.py", "\n" * 9 + "# codeassist: ignore-file[todo] why\nx\n", list(range(1, 12))),
        ("a.py", "\n" * 10 + "# codeassist: ignore-file[todo] why\nx\n", []),
    ],
)
def test_the_lines_that_a_comment_speaks_of(path: str, text: str, expected: list[int]) -> None:
    assert lines_of(path, text) == expected


def test_a_rule_means_its_parts() -> None:
    text = "y  # codeassist: ignore[ruff/F401,secret] why\n"
    known = markers(change("a.py", None, text))
    assert [each.rules for each in known] == [("ruff/F401", "secret")]
    assert suppressed(finding(rule="ruff/F401"), known)
    assert suppressed(finding(rule="secret"), known)
    assert suppressed(finding(rule="secret/aws"), known)
    assert not suppressed(finding(rule="ruff/F821"), known)
    assert not suppressed(finding(rule="ruff"), known)


def test_two_on_a_line() -> None:
    text = "y  # codeassist: ignore[todo] # codeassist: ignore[secret] why\n"
    assert [(each.rules, each.reason) for each in markers(change("a.py", None, text))] == [
        (("todo",), ""),
        (("secret",), "why"),
    ]


def test_a_finding_of_several_lines_ends_where_its_comment_may_stand() -> None:
    known = markers(change("a.py", None, "f(\n    1,\n)  # codeassist: ignore[todo] why\n"))
    assert suppressed(finding(1, end_line=3), known)
    assert not suppressed(finding(1, end_line=2), known)


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        ("# codeassist: ignore[todo] - it is meant", "it is meant"),
        ("# codeassist: ignore[todo]: it is meant", "it is meant"),
        ("# codeassist: ignore[todo]", ""),
        ("# codeassist: ignore[todo]  --", ""),
    ],
)
def test_the_reason(comment: str, reason: str) -> None:
    assert [each.reason for each in markers(change("a.py", None, f"x  {comment}\n"))] == [reason]


def test_the_end_of_a_comment_is_no_reason() -> None:
    assert markers(change("a.html", None, "<!-- codeassist: ignore[todo] -->\n"))[0].reason == ""
    assert markers(change("a.c", None, "x; /* codeassist: ignore[todo] */\n"))[0].reason == ""


def test_texts_that_are_large_or_long_cost_little() -> None:
    assert markers(change("a.txt", None, "# codeassist: ignore[todo] " + "x" * 5_000 + "\n")) == []
    many = "# codeassist: ignore[todo]" * 50 + "\n"
    assert len(markers(change("a.txt", None, many * 100))) == 500
    assert markers(change("a.txt", "gone", None)) == []
