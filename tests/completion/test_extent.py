"""A line, a hole or a block: decided by what follows."""

from __future__ import annotations

import pytest

from codeassist.completion.extent import Extent, extent, first_line, paragraph, statements
from codeassist.context.languages import language_for, languages

CURSOR = "⟦⟧"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", "def f(a):\n    ⟦⟧\n    return b\n", Extent.HOLE),
        ("a.py", "def f(a):\n    ⟦⟧\n\n\ndef g():\n    pass\n", Extent.BLOCK),
        ("a.py", "def f(a):\n    ⟦⟧", Extent.BLOCK),
        ("a.py", "x = f(⟦⟧)\n", Extent.LINE),
        ("a.py", "import os\n⟦⟧\n\ndef g():\n    pass\n", Extent.BLOCK),
        ("a.py", "class A:\n    def f(self):\n        ⟦⟧\n\n    def g(self):\n        pass\n", Extent.BLOCK),
        ("a.js", "function f(a) {\n  ⟦⟧\n}\n", Extent.BLOCK),
        ("a.js", "function f(a) {\n  ⟦⟧\n  return a;\n}\n", Extent.HOLE),
        ("a.go", "package a\n\nfunc f() int {\n\t⟦⟧\n\treturn 1\n}\n", Extent.HOLE),
        ("a.rs", "fn f() -> u8 {\n    ⟦⟧\n}\n\nfn g() {}\n", Extent.BLOCK),
        ("a.txt", "Dear\n⟦⟧\nYours\n", Extent.PARAGRAPH),
    ],
)
def test_what_follows_decides_how_much_fits(path: str, text: str, expected: Extent) -> None:
    before, after = text.split(CURSOR)
    assert extent(before, after, language_for(path)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b", None),
        ("a + b\n", "a + b\n"),
        ("a + b\nmore", "a + b\n"),
        ("\n    next\nmore", "\n    next\n"),
        ("\n\n", None),
        ("", None),
    ],
)
def test_the_first_line_that_says_something(text: str, expected: str | None) -> None:
    assert first_line(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("one\ntwo\n\nthree", "one\ntwo"), ("\n\none\n", None), ("\n\none\n\n", "\n\none")]
)
def test_a_paragraph_ends_at_a_blank_line(text: str, expected: str | None) -> None:
    assert paragraph(text) == expected


@pytest.mark.parametrize(
    ("text", "begun", "expected"),
    [
        ("    a = 1\n    b = 2\n", False, ["    a = 1\n", "    a = 1\n    b = 2\n"]),
        ("    # why\n    a = 1\n", False, ["    # why\n    a = 1\n"]),
        ("  # why\n    a = 1\n", True, ["  # why\n", "  # why\n    a = 1\n"]),
        ("\n    a = (\n        1\n    )\n", False, ["\n    a = (\n        1\n    )\n"]),
        ("    a = 1", False, []),
    ],
)
def test_statements_are_whole_lines_of_code(text: str, begun: bool, expected: list[str]) -> None:
    assert list(statements(text, languages()["python"], begun=begun)) == expected
