"""Why a reply does not hold."""

from __future__ import annotations

import pytest

from codeassist.edit.judging import judge, speaks_of_signature
from codeassist.edit.original import Original
from tests.edit.texts import (
    STORE,
    TOTAL,
    by_lines,
    by_name,
    holds,
    python,
)


def test_names_that_are_nowhere() -> None:
    judged = judge(TOTAL, "def total(rows):\n    return compute(rows) + np.sum(rows)")
    assert judged.reason == "uses np, which is defined nowhere" or "compute" in judged.reason
    assert judged.splices
    old = python("def f():\n    return missing()\n")
    assert holds(by_name(old, "f"), "def f():\n    return missing() + 1")


@pytest.mark.parametrize("above", ["", "# ruff: noqa\n", "# flake8: noqa\n"])
def test_names_that_are_nowhere_are_found_behind_comments(above: str) -> None:
    judged = judge(TOTAL, f"{above}def total(rows):\n    return compute(rows)  # noqa: F821")
    assert judged.reason == "uses compute, which is defined nowhere"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "holds no code"),
        ("```python\n```", "holds no code"),
        ("I am sorry, I can't do that.", "holds no code"),
        ("Here is the code:\n\n    total = sum", "holds no code"),
        ("The function adds rows.", "is not one function named total"),
        ("def other(rows):\n    return sum(rows)", "is not one function named total"),
        ("class total:\n    pass", "is not one function named total"),
        ("total = lambda rows: sum(rows)", "is not one function named total"),
        ("class A:\n    def total(rows):\n        return sum(rows)", "is not one function named total"),
        ("def total(rows):\n    return sum(rows", "is not one function named total"),
        ("def total(rows):\n    return (", "is not one function named total"),
        ("def total(rows, start=0):\n    return sum(rows, start)", "changes the signature of total"),
        ("def total(items):\n    return sum(items)", "changes the signature of total"),
        ("async def total(rows):\n    return sum(rows)", "changes the signature of total"),
        ("def total(rows):\n    # ... rest of the code", "is not one function named total"),
        ("def total(rows):\n    result = 1\n    # ... rest of the code\n    return result", "leaves a gap"),
        ("def total(rows):\n    ...", "leaves a gap"),
        ("def total(rows):\n    pass", "leaves a gap"),
        ("def total(rows):\n    pass  # TODO: implement", "leaves a gap"),
        ("def total(rows):\n    raise NotImplementedError", "leaves a gap"),
        ("def total(rows):\n    # TODO: implement this\n    return 0", "leaves a gap"),
        ("def total(rows):\n    # Your code here\n    return 0", "leaves a gap"),
        (TOTAL.text, "changes nothing"),
        (TOTAL.text.replace("\n", "   \n"), "changes nothing"),
        ("def total(rows):\n    return '\x1b[31m'", "contains control characters"),
        ("def total(rows):\n    return '\x07'", "contains control characters"),
        ("def total(rows):\n    return 1  # \u202e", "contains control characters"),
        ("def total(rows):\n    return '\ud800'", "contains control characters"),
        ("def total(rows):\n    return '\0'", "contains control characters"),
        ("def total(rows):\r    return 1", "contains control characters"),
        ("def total(rows):\n    return 1\n<|im_end|>", "contains a model's control token"),
        ("def total(rows):\n    return '<|endoftext|>'", "contains a model's control token"),
        ("def total(rows):\n    return '<fim_middle>'", "contains a model's control token"),
        ("def total(rows):\n    return '" + "x" * 1_000_000 + "'", "is too long"),
        ("def total(rows):\n    return '" + "x" * 2_000 + "'", "has a line of over 1,000 characters"),
        ("(" * 900, "is not one function named total"),
        ("[" * 900 + "\n" + "{" * 900, "is not one function named total"),
        ("\n".join("(" * 100 for _ in range(100)), "is not one function named total"),
        ("../../etc/passwd\n/etc/passwd", "is not one function named total"),
    ],
)
def test_what_does_not_hold(reply: str, reason: str) -> None:
    judged = judge(TOTAL, reply)
    assert judged.reason == reason
    no_code = ("holds no", "is not", "contains", "is too long", "has a line")
    assert bool(judged.splices) == (not reason.startswith(no_code))


def test_a_signature_that_may_change() -> None:
    assert "def total(rows, start=0):" in holds(
        TOTAL, "def total(rows, start=0):\n    return sum(rows, start)", free=True
    )
    assert judge(TOTAL, "def sum_up(rows):\n    return sum(rows)", signature_free=True).splices == ()


def test_blanks_and_commas_make_no_other_signature() -> None:
    spaced = "def total(\n    rows,  # many\n):\n    return sum(rows)"
    assert "    rows,  # many\n" in holds(TOTAL, spaced)


def test_members_of_a_class_keep_their_signatures() -> None:
    store = by_name(python(STORE), "Store")
    assert (
        judge(store, 'class Store:\n    """Keeps."""\n\n    def save(self, place):\n        return 1\n').reason
        == "drops load"
    )
    other = store.text.replace("def load(self, place)", "def load(self, path)").replace("open(place))", "open(path))")
    assert judge(store, other).reason == "changes the signature of load"
    assert judge(store, other, signature_free=True).reason == ""
    more = store.text + "\n\n    def clear(self):\n        self.rows = []"
    assert "def clear(self):" in holds(store, more)


def test_code_that_swallows_what_follows() -> None:
    open_string = 'def total(rows):\n    return """'
    assert judge(TOTAL, open_string).reason in ("is not one function named total", "adds a syntax error")
    closing = Original.of_text("a.js", "function f() {\n  a();\n  b();\n}\n\nfunction g() {}\n")
    target = by_lines(closing, 2)
    assert judge(target, "a();\n}\nfunction evil() {").reason == "changes other definitions"
    assert judge(target, "/*").reason == "adds a syntax error"
    assert "  c();\n  d();\n  b();" in holds(target, "c();\nd();")


def test_what_the_file_has_already_is_nothing_to_complain_of() -> None:
    old = python('def f():\n    x = "\x1b"\n    y = "<|im_end|>"\n    return "' + "x" * 2_000 + '"\n')
    assert "\n    z = 1\n" in holds(by_name(old, "f"), old.text.replace("    y", "    z = 1\n    y"))


@pytest.mark.parametrize(
    ("instruction", "expected"),
    [
        ("add a parameter for the separator", True),
        ("rename it to total", True),
        ("make it async", True),
        ("add type hints", True),
        ("let it accept a list or a tuple", True),
        ("return a tuple of both", True),
        ("add a --verbose flag", True),
        ("take the timeout from the caller", True),
        ("remove the function", True),
        ("use sum() and nothing else", False),
        ("handle empty rows", False),
        ("fix the off-by-one error", False),
        ("close the file", False),
        ("make it faster", False),
    ],
)
def test_instructions_that_speak_of_a_signature(instruction: str, expected: bool) -> None:
    assert speaks_of_signature(instruction) == expected


def test_what_the_parser_is_not_shown() -> None:
    target = by_name(Original.of_text("a.js", "function f() {\n  return 1;\n}\n"), "f")
    signs = "\n".join("({[" * 300 for _ in range(10))
    judged = judge(target, f"function f() {{\n  return 2;\n{signs}\n  x;\n}}")
    assert judged.reason == "cannot be parsed"
