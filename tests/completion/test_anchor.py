"""Where prompts are anchored, and what an anchor survives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.completion.anchor import Anchor, anchor_offset
from codeassist.context.languages import language_for

PYTHON = language_for("a.py")
CURSOR = "⟦⟧"


def anchored(text: str, max_lines: int = 40, path: str = "a.py") -> str:
    """The text that would be typed after the anchor."""
    before, after = text.split(CURSOR)
    return before[anchor_offset(before, after, language_for(path), max_lines) :]


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("import os\n\n\ndef f(a):\n    b = a\n    return ⟦⟧\n", "def f(a):\n    b = a\n    return "),
        ("@cache\ndef f(a):\n    ⟦⟧\n", "@cache\ndef f(a):\n    "),
        (
            "class A:\n    x = 1\n\n    def f(self):\n        return ⟦⟧\n\n    def g(self):\n        pass\n",
            "    def f(self):\n        return ",
        ),
        ("a = 1\nb = 2\n⟦⟧", "a = 1\nb = 2\n"),
        ("⟦⟧", ""),
        ("x⟦⟧", "x"),
    ],
)
def test_the_anchor_is_the_start_of_the_definition(text: str, typed: str) -> None:
    assert anchored(text) == typed


def test_a_definition_that_begins_far_above_is_cut_at_its_least_indented_line() -> None:
    body = "".join(f"        deep_{n}()\n" for n in range(6)) + "    if x:\n" + "        y()\n" * 3
    assert anchored(f"def f():\n{body}        ⟦⟧\n", max_lines=6) == "    if x:\n" + "        y()\n" * 3 + "        "


def test_without_a_grammar_the_anchor_is_so_many_lines_up() -> None:
    assert anchored("one\ntwo\nthree\nfour⟦⟧", max_lines=1, path="a.txt") == "three\nfour"


@given(before=st.text("ab \n:(", max_size=300), after=st.text("ab \n", max_size=60), lines=st.integers(0, 12))
def test_the_anchor_is_a_line_start_within_reach(before: str, after: str, lines: int) -> None:
    at = anchor_offset(before, after, PYTHON, lines)
    assert 0 <= at <= len(before)
    assert at == 0 or before[at - 1] == "\n"
    assert before[at:].count("\n") <= lines


HEAD = "".join(f"line_{n} = {n}\n" for n in range(30))
ANCHOR = Anchor(0, HEAD, "\nafter = 1\nmore = 2\n", (1, 2, 3), 4096)


@pytest.mark.parametrize(
    ("before", "after", "typed"),
    [
        (HEAD, ANCHOR.after, ""),
        (HEAD + "x = f(", ANCHOR.after, "x = f("),
        (HEAD + "x = f(", ")\nafter = 1\nmore = 2\n", "x = f("),  # the editor closed the bracket
        (HEAD + "x = f()\ny", ANCHOR.after, "x = f()\ny"),
        ("import new\n" + HEAD + "x", ANCHOR.after, "x"),  # text above it has moved it
        (HEAD[:-3], ANCHOR.after, None),  # deleted over the anchor
        (HEAD.replace("line_3", "line_x") + "x", ANCHOR.after, None),
        (HEAD + "x\nafter = 1\n", "\nmore = 2\n", None),  # the cursor has moved down
        (HEAD + "x", "\nafter = 2\nmore = 2\n", None),  # edited below
        (HEAD + "x", " + other(\nafter = 1\nmore = 2\n", None),  # inside another line
    ],
)
def test_an_anchor_fits_while_frozen_text_stands(before: str, after: str, typed: str | None) -> None:
    assert ANCHOR.typed(before, after) == typed


def test_an_anchor_at_the_end_of_a_file_does_not_fit_once_text_follows() -> None:
    anchor = Anchor(0, HEAD, "", (1,), 4096)
    assert anchor.typed(HEAD + "x", "\n\n") == "x"
    assert anchor.typed(HEAD + "x", "\nmore()\n") is None


def test_a_short_head_is_not_searched_for() -> None:
    anchor = Anchor(0, "import os\n", "\n", (1,), 4096)
    assert anchor.typed("x\nimport os\ny", "\n") is None
