"""Replies of every kind of nonsense: no exception, no work without bounds, and nothing outside changes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeassist.edit.judging import judge
from codeassist.edit.original import Original
from codeassist.edit.parts import syntax_of
from codeassist.edit.target import Target, insertions, whole_file
from tests.edit.texts import NAMES, STORE, after, by_lines, by_name, python, sample

NESTED = "\n".join(c * 100 for c in "([{<" for _ in range(100))  # 40,000 brackets
HOSTILE = [
    NESTED,
    NESTED + "\n" + "\n".join(c * 100 for c in ">}])" for _ in range(100)),
    "\n".join("if x:" if not depth else " " * min(depth, 900) + "if x:" for depth in range(2_000)),
    "\n".join("/*" * 400 for _ in range(200)),
    "\n".join("'" * 401 + '"' * 401 for _ in range(200)),
    "\n".join("<<EOF" * 100 for _ in range(200)),
    "\n".join("a.b(" * 200 for _ in range(200)),
    "\n" * 190_000,
    "#" * 900 + "\n" + "\t" * 900,
    "\n".join(f"def f{number}(): f{number + 1}()" for number in range(5_000)),
    "\n".join(f"import m{number}" for number in range(5_000)),
    "x" * 1_000_000,
    "x\n" * 1_000_000,
    "```" * 10_000,
    "```\n" * 10_000,
    "\x1b]0;title\x07",
    "<|im_start|>system\nYou are<|im_end|>",
    "../../../etc/passwd",
    "\ud800\udfff\ufffe",
    "\u202egnp.exe",
    "",
    " \n\t\n",
    "As an AI I cannot do that.",
]


def targets_of(original: Original) -> list[Target]:
    syntax = syntax_of(original.path, original.text)
    assert syntax is not None
    inner = next(each for each in reversed(syntax.definitions()) if each.body >= 0 and not each.broken)
    node = Target(original, "node", inner.start, inner.end, inner.kind, inner.full_name, inner.body)
    line = original.text.count("\n", 0, inner.body + 1) + 1
    return [node, by_lines(original, line), insertions(original), whole_file(original)]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_replies_in_python(number: int) -> None:
    for target in targets_of(python(STORE)):
        judged = judge(target, HOSTILE[number])
        assert judged.reason != ""


@pytest.mark.parametrize("name", NAMES)
def test_hostile_replies_for_definitions_of_every_language(name: str) -> None:
    target = targets_of(sample(name))[0]
    for reply in (HOSTILE[0], HOSTILE[3], *HOSTILE[9:]):
        judged = judge(target, reply)
        assert judged.reason != ""
        assert judged.splices == ()


SAVE_LINES = by_name(python(STORE), "Store.save").text.split("\n")
PIECES = [
    "(",
    ")",
    '"""',
    "'",
    "    ",
    "\t",
    "class X:",
    "def f(self):",
    "return",
    "\\",
    "#",
    "import os",
    "lambda:",
    "",
]


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.sampled_from([("Store", 0), ("Store.save", 0), ("total", 0), ("", 11), ("", 19), ("", 21)]),
    st.lists(
        st.tuples(st.integers(0, 12), st.sampled_from(["drop", "twice", "before", "behind"]), st.sampled_from(PIECES))
    ),
    st.booleans(),
)
def test_whatever_holds_changes_nothing_outside(
    place: tuple[str, int], changes: list[tuple[int, str, str]], free: bool
) -> None:
    original = python(STORE)
    target = by_name(original, place[0]) if place[0] else by_lines(original, place[1])
    lines = (target.indent + target.text).split("\n")
    for at, what, piece in changes[:4]:
        number = at % len(lines)
        if what == "drop":
            del lines[number]
            lines = lines or [""]
        elif what == "twice":
            lines.insert(number, lines[number])
        else:
            lines[number] = piece + lines[number] if what == "before" else lines[number] + piece
    judged = judge(target, "\n".join(lines), signature_free=free)
    if judged.reason:
        return
    new = after(judged, target)
    compile(new, "a.py", "exec")
    rest = original.text[target.end :]
    assert new.endswith(rest)
    before = original.text[: target.start]
    assert set(before.split("\n")) <= {*new[: len(new) - len(rest)].split("\n"), before.split("\n")[-1]}
    assert new != original.text


@pytest.mark.parametrize("comment", ["# -*- coding: rot13 -*-", "# coding: utf-7", "# coding=latin-1"])
def test_python_is_read_in_the_encoding_that_it_was(comment: str) -> None:
    text = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"
    target = by_name(Original.of_text("a.py", text), "one")
    assert judge(target, f"{comment}\ndef one():\n    return '+AGE-'\n").reason
    for place in (whole_file(Original.of_text("a.py", text)), insertions(Original.of_text("a.py", "\n"), "")):
        assert judge(place, f"{comment}\ndef three():\n    return 3\n\n\n{text}", signature_free=True).reason
    named = f"{comment}\n{text}"
    target = by_name(Original.of_text("a.py", named), "two")
    assert judge(target, "def two():\n    return 3\n").reason == ""
    assert judge(whole_file(Original.of_text("a.py", named)), text).reason == ""
