"""Explanations as Markdown: nothing in them loads, links or formats but code."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeassist.lsp.explanation import markdown, plain
from codeassist.lsp.findings import Reviewed
from codeassist.lsp.markdown import inert
from codeassist.review.explaining import Explanation
from codeassist.review.finding import Finding, Fix
from codeassist.review.snapshot import of_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a `b_c` *d*", "a `b_c` \\*d\\*"),
        ("![x](http://a)", "\\!\\[x\\]\\(http://a\\)"),
        ("<img src=x>", "\\<img src=x\\>"),
        ("one ` alone", "one \\` alone"),
        ("a\n# b\x1b[0m", "a \\# b\\\\x1b\\[0m"),
    ],
)
def test_inert(text: str, shown: str) -> None:
    assert inert(text) == shown


def test_all_of_it() -> None:
    text = "a\n```\n"
    reviewed = Reviewed(0, of_text(Path("/project"), "a.py", None, text), ())
    finding = Finding(rule="r", severity="low", path="a.py", line=2, end_line=2, message="It is *wrong*")
    fix = Fix(description="mend it", line=2, end_line=2, text="````\n\u202e\n")
    told = Explanation("Because.", "In this line, `a`.", fix)
    assert markdown(reviewed, finding, told) == (
        "**r**: It is \\*wrong\\*.\n\nBecause.\n\nIn this line, `a`.\n\nmend it:\n\n"
        "`````diff\n-```\n+````\n+\\u202e\n`````\n"
    )
    assert plain(finding, told) == "It is *wrong*. Because. In this line, `a`."


def test_a_fix_that_takes_lines_out() -> None:
    reviewed = Reviewed(0, of_text(Path("/project"), "a.py", None, "a\nb\n"), ())
    finding = Finding(rule="r", severity="low", path="a.py", line=2, end_line=2, message="Left in")
    fix = Fix(description="remove it", line=2, end_line=2, text="")
    assert markdown(reviewed, finding, Explanation("", "", fix)).endswith("```diff\n-b\n```\n")
