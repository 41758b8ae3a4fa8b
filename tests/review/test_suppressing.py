"""The comment that suppresses: where it stands, in every language, and where there can be none."""

from __future__ import annotations

import pytest

from codeassist.review.finding import Finding, Fix
from codeassist.review.suppressing import suppression
from tests.review.changes import change

SAID = "codeassist: ignore[leftover]"


def fix(path: str, text: str, line: int, rule: str = "leftover", end: int = 0) -> Fix | None:
    finding = Finding(rule=rule, severity="low", path=path, line=line, end_line=end or line, message="m")
    return suppression(change(path, None, text), finding)


@pytest.mark.parametrize(
    ("path", "text", "after"),
    [
        ("a.py", "breakpoint()\n", f"breakpoint()  # {SAID}\n"),
        ("a.js", "  debugger;  \n", f"  debugger;  // {SAID}\n"),
        ("a.go", "package a // why\n", f"package a // why  // {SAID}\n"),
        ("a.sh", "set -x\n", f"set -x  # {SAID}\n"),
        ("a.yaml", "a: 1\n", f"a: 1  # {SAID}\n"),
        ("Dockerfile", "FROM a\n", f"FROM a  # {SAID}\n"),
        ("a.sql", "select 1;\n", f"select 1;  -- {SAID}\n"),
    ],
)
def test_behind_the_line(path: str, text: str, after: str) -> None:
    made = fix(path, text, 1)
    assert made is not None
    assert (made.line, made.end_line, made.text) == (1, 1, after)


@pytest.mark.parametrize(
    ("path", "text", "line", "above"),
    [
        ("a.py", "if a:\n    x = 1 + \\\n        2\n", 2, f"    # {SAID}\n"),
        ("a.py", "if a:\n    x = '''\n    '''\n", 2, f"    # {SAID}\n"),
        ("a.js", "f(`a\nb`);\n", 1, f"// {SAID}\n"),
        ("a.sh", "run a \\\n  b\n", 1, f"# {SAID}\n"),
    ],
)
def test_above_where_nothing_can_stand_behind(path: str, text: str, line: int, above: str) -> None:
    made = fix(path, text, line)
    assert made is not None
    assert (made.line, made.end_line, made.text) == (line, line - 1, above)


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("a.py", "x = '''\na\nb\n'''\n", 3),  # inside a string
        ("a.txt", "a\n", 1),
        ("a.json", "{}\n", 1),
        ("a.c", "int a;\n#define A(x) \\\n  do { x; } \\\n  while (0)\n", 3),  # inside a macro
        ("a.py", "x\n", 2),
        ("a.py", "x\n", 0),
        ("a.py", "x" * 300_001, 1),
    ],
)
def test_no_comment_can_stand_there(path: str, text: str, line: int) -> None:
    assert fix(path, text, line) is None


def test_a_rule_s_name_is_no_way_out_of_the_comment() -> None:
    for rule in ("a]\nimport os", "*/", "a b", ""):
        assert fix("a.py", "x = 1\n", 1, rule=rule) is None
    assert fix("a.py", "x = 1\n", 1, rule="ruff/F821") is not None
