"""One line or the whole block: decided by what follows."""

from __future__ import annotations

import pytest

from codeassist.completion.extent import first_line, one_line, paragraph
from codeassist.context.languages import language_for

CURSOR = "⟦⟧"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", "def f(a):\n    ⟦⟧\n    return b\n", True),
        ("a.py", "def f(a):\n    ⟦⟧\n\n\ndef g():\n    pass\n", False),
        ("a.py", "def f(a):\n    ⟦⟧", False),
        ("a.py", "x = f(⟦⟧)\n", True),
        ("a.py", "import os\n⟦⟧\n\ndef g():\n    pass\n", False),
        ("a.py", "class A:\n    def f(self):\n        ⟦⟧\n\n    def g(self):\n        pass\n", False),
        ("a.js", "function f(a) {\n  ⟦⟧\n}\n", False),
        ("a.js", "function f(a) {\n  ⟦⟧\n  return a;\n}\n", True),
        ("a.go", "package a\n\nfunc f() int {\n\t⟦⟧\n\treturn 1\n}\n", True),
        ("a.rs", "fn f() -> u8 {\n    ⟦⟧\n}\n\nfn g() {}\n", False),
        ("a.txt", "Dear\n⟦⟧\nYours\n", False),
    ],
)
def test_code_of_the_same_definition_below_means_one_line(path: str, text: str, expected: bool) -> None:
    before, after = text.split(CURSOR)
    assert one_line(before, after, language_for(path)) is expected


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
