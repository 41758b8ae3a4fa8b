"""What is rewritten: by a name, by an instruction's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeassist.edit.original import Original
from codeassist.edit.parts import BOUND, syntax_of
from codeassist.edit.target import Named, named, overlapping, targets
from codeassist.errors import UsageError
from tests.edit.texts import (
    CODE,
    SAMPLES,
    by_name,
    python,
    sample,
)


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("a.py", Named("a.py")),
        ("d/a.py:3", Named("d/a.py", 3, 3)),
        ("a.py:3-12", Named("a.py", 3, 12)),
        ("a.py:3:7", Named("a.py", 3, 3)),
        ("a.py::f", Named("a.py", name="f")),
        ("a.py::C.f", Named("a.py", name="C.f")),
        ("a.cpp::C::f", Named("a.cpp", name="C::f")),
        ("C:x", Named("C:x")),
    ],
)
def test_arguments(argument: str, expected: Named) -> None:
    assert named(argument) == expected


@pytest.mark.parametrize("argument", ["", " ", "a.py::", "a.py:0", "a.py:5-3", "a.py::" + "x" * 1000])
def test_arguments_that_cannot_be_read(argument: str) -> None:
    with pytest.raises(UsageError):
        named(argument)


def test_a_file_whose_name_looks_like_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.py:3", "a::b"):
        (tmp_path / name).write_text("x")
        assert named(name) == Named(name)


def test_names() -> None:
    original = python(CODE)
    assert by_name(original, "Store.save").lines == by_name(original, "Store::save").lines == (10, 23)
    assert by_name(original, "save").lines == (32, 36)
    assert by_name(original, "inner").name == "save.inner"
    assert by_name(original, "LIMIT").text == "LIMIT = 3"
    assert by_name(sample("sample.cpp"), "Shape::parse").lines == (87, 93)
    assert by_name(sample("sample.go"), "Push").name == "Queue.Push"


def test_names_that_are_not_there() -> None:
    with pytest.raises(UsageError) as caught:
        by_name(python(CODE), "Store.lode")
    assert (caught.value.message, caught.value.hint) == (
        "a.py has no definition of Store.lode",
        "did you mean Store.load?",
    )
    with pytest.raises(UsageError) as caught:
        by_name(python(CODE), "zzz")
    assert caught.value.hint == "it has LIMIT, Store, Store.save, Store.load, save, save.inner"
    with pytest.raises(UsageError) as caught:
        by_name(python("x = 1\n"), "zzz")
    assert "name lines instead" in caught.value.hint


def test_names_of_several() -> None:
    twice = python("class A:\n    def f(self): return 1\n\n\nclass B:\n    def f(self): return 2\n")
    with pytest.raises(UsageError, match=r"several definitions of f, on lines 2, 6"):
        by_name(twice, "f")
    assert by_name(twice, "B.f").lines == (6, 6)
    with pytest.raises(UsageError, match="on lines 30, 34"):
        by_name(sample("Sample.java"), "Sample.Sample")


@pytest.mark.parametrize(
    ("instruction", "expected"),
    [
        ("make `load` retry", ["Store.load"]),
        ("In Store, let load take a timeout", ["Store"]),
        ("Store.save should be atomic", ["Store.save"]),
        ("the method inner returns two", ["save.inner"]),
        ("rename Store", ["Store"]),
        ("let the class Store have slots", ["Store"]),
        ("`Store`: `save()` and `load()` log", ["Store.save", "Store.load"]),
        ("set LIMIT to 4", ["LIMIT"]),
        ("let inner() use LIMIT", ["save.inner"]),
        ("write a license at the top", []),
    ],
)
def test_what_an_instruction_speaks_of(instruction: str, expected: list[str]) -> None:
    found = targets(python(CODE), Named("a.py"), instruction)
    assert [each.name for each in found if each.form == "node"] == expected
    assert expected or [each.form for each in found] == ["file"]
    assert not overlapping(found)


def test_names_that_several_have_are_not_meant_by_their_name() -> None:
    twice = python("class A:\n    def go(self):\n        return 1\n\n\nclass B:\n    def go(self):\n        return 2\n")
    assert [each.form for each in targets(twice, Named("a.py"), "let `go` return 3")] == ["file"]
    assert [each.name for each in targets(twice, Named("a.py"), "let `go` of `B` return 3")] == ["B.go"]


def test_at_most_six_are_meant() -> None:
    many = python("".join(f"def f_{number}():\n    pass\n\n\n" for number in range(9)))
    text = " ".join(f"f_{number}" for number in range(9))
    assert len(targets(many, Named("a.py"), text)) == 6


def test_the_only_definition_of_a_file() -> None:
    alone = python("import os\n\nLIMIT = 3\n\n\ndef f():\n    def g():\n        pass\n\n\nf()\n")
    assert [each.name for each in targets(alone, Named("a.py"), "make it faster")] == ["f"]
    spaced = Original.of_text("a.cs", "namespace A {\n  class B {\n    int F() { return 1; }\n  }\n}\n")
    assert [each.name for each in targets(spaced, Named("a.cs"), "make it faster")] == ["A.B"]
    assert [each.form for each in targets(python(CODE), Named("a.py"), "make it faster")] == ["file"]


def test_the_samples_have_constants_too() -> None:
    syntax = syntax_of("sample.py", (SAMPLES / "sample.py").read_text())
    assert syntax is not None
    assert {each.name for each in syntax.parts if each.kind in BOUND} == {"MAX_AGE", "Rows"}
