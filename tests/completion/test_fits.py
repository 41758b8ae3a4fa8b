"""What the program knows of a hole: how deep the next line stands, which names are needed."""

from __future__ import annotations

import pytest

from codeassist.completion.fits import fits, needed_names
from codeassist.context.languages import languages

CURSOR = "⟦⟧"


@pytest.mark.parametrize(
    ("path", "text", "middle", "expected"),
    [
        ("python", "def f(a):\n    x = 1\n⟦⟧        if s:\n            pass\n", "    return x\n", False),
        ("python", "def f(a):\n    x = 1\n⟦⟧        if s:\n            pass\n", "    for s in a:\n", True),
        ("python", "def f(a):\n    x = 1\n⟦⟧            return s\n", "    for s in a:\n", False),
        ("python", "def f(a):\n    ⟦⟧\n    return x\n", "x = 1", True),
        ("python", "def f(a):\n    ⟦⟧\n    return x\n", "if a:", False),
        ("python", "def f(a):\n    ⟦⟧\n    return x\n", "if a:\n        x = 1", True),
        ("python", "def f(a):\n    ⟦⟧", "if a:", True),
        ("python", "x = f(⟦⟧\n    b,\n)\n", "a,", True),
        ("python", 'def f():\n    """⟦⟧\n        more\n    """\n', "Words.", True),
        ("javascript", "function f() {\n  ⟦⟧\n  return 1;\n}\n", "if (a) {", False),
        ("javascript", "function f() {\n  ⟦⟧\n  return 1;\n}\n", "if (a) { b(); }", True),
    ],
)
def test_the_next_line_must_be_able_to_follow(path: str, text: str, middle: str, expected: bool) -> None:
    before, after = text.split(CURSOR)
    assert fits(before, middle, after, languages()[path]) is expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def f(a):\n⟦⟧\n    return denom / a\n", ["denom"]),
        ("def f(a):\n⟦⟧\n    x = 1\n    return x + a.size\n", []),
        ("def f(a):\n⟦⟧\n    for x in a:\n        print(x, end=1)\n", []),
        ("def f(a):\n⟦⟧\n    return hashlib.md5(a)\n", ["hashlib"]),
        ("import hashlib\ndef f(a):\n⟦⟧\n    return hashlib.md5(a)\n", []),
        ("def f(a):\n⟦⟧\n    return 'denom' # denom\n", []),
        ("def f(a):\n⟦⟧\n    return a\n\ndef g():\n    return other\n", []),
        ("⟦⟧\nprint(x)\n", []),
    ],
)
def test_names_that_nothing_above_mentions(text: str, names: list[str]) -> None:
    before, after = text.split(CURSOR)
    assert needed_names(before, after, languages()["python"]) == names
