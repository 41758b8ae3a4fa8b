"""What is rewritten: by lines; where something new comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeassist.context.languages import languages
from codeassist.edit.original import Original
from codeassist.edit.parts import syntax_of
from codeassist.edit.target import Named, Target, insertions, named, overlapping, targets
from codeassist.errors import UsageError
from tests.edit.texts import (
    CODE,
    NAMES,
    by_lines,
    by_name,
    python,
    sample,
)


def first_line(target: Target) -> str:
    return target.text.split("\n")[0]


def test_every_language_has_a_sample() -> None:
    found = [syntax_of(name, sample(name).text) for name in NAMES]
    assert {each.language.id for each in found if each} == set(languages())


@pytest.mark.parametrize("name", NAMES)
def test_each_line_of_a_sample_is_covered_by_its_target(name: str) -> None:
    original = sample(name)
    lines = original.text.split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        target = by_lines(original, number)
        first, last = target.lines
        assert first <= number <= last
        assert target.text == target.text.strip()
        if target.kind != "statements":
            assert target.name
            assert target.body == -1 or target.start < target.body < target.end


@pytest.mark.parametrize("name", NAMES)
def test_each_definition_of_a_sample_by_name_and_by_its_lines(name: str) -> None:
    original = sample(name)
    syntax = syntax_of(name, original.text)
    assert syntax is not None
    for part in syntax.definitions():
        same = [each for each in syntax.parts if each.full_name == part.full_name and each.body >= 0]
        if part.body >= 0 and len(same) == 1:
            target = by_name(original, part.full_name)
            assert (target.start, target.end, target.kind) == (part.start, part.end, part.kind)
            if target.text.count("\n") == 0 or original.text[: target.start].rpartition("\n")[2].strip() == "":
                found = by_lines(original, *target.lines)
                assert (found.start, found.end) == (target.start, target.end)


@pytest.mark.parametrize(
    ("name", "definition", "line", "begins"),
    [
        ("sample.py", "Measurement.parse", 48, "raise StoreError"),
        ("sample.js", "Runner.run", 43, "return await task.execute"),
        ("sample.ts", "SessionService.sweep", 60, "if (session.expires()"),
        ("sample.tsx", "ItemList.pick", 25, "onPick?.(item);"),
        ("sample.go", "Queue.Push", 73, "return fmt.Errorf("),
        ("sample.rs", "Cache.put", 68, "found.insert("),
        ("Sample.java", "Sample.total", 60, "log(sum);"),
        ("Sample.cs", "Shop.Orders.Order.Total", 64, "sum += PriceOf("),
        ("sample.rb", "Shop.Planner.report", 49, "text = <<~TEXT"),
        ("sample.php", "InvoiceWriter.add", 39, "throw new InvalidArgumentException("),
        ("sample.sh", "retry", 33, "log_error"),
        ("sample.c", "store_put", 0, ""),
        ("sample.cpp", "scene.detail.clamp", 73, "std::lock_guard"),
    ],
)
def test_a_definition_and_a_statement_in_it(name: str, definition: str, line: int, begins: str) -> None:
    original = sample(name)
    if line:
        inner = by_lines(original, line)
        outer = by_name(original, definition)
        assert inner.kind == "statements"
        assert inner.text.startswith(begins)
        assert outer.start < inner.start < inner.end <= outer.end
    else:
        syntax = syntax_of(name, original.text)
        assert syntax is not None
        assert any(each.kind == "function" and each.body >= 0 for each in syntax.parts)


@pytest.mark.parametrize(
    ("lines", "begins", "expected"),
    [
        ((3, 3), "LIMIT = 3", (3, 3)),
        ((6, 6), "@decorated", (6, 29)),
        ((7, 7), "@decorated", (6, 29)),
        ((10, 10), "def save(self", (10, 23)),
        ((8, 9), '"""Keeps."""', (8, 8)),
        ((11, 12), "target = place  # where", (12, 12)),
        ((14, 14), 'text = """', (13, 16)),
        ((12, 14), "target = place", (12, 16)),
        ((14, 20), 'text = """', (13, 22)),
        ((17, 21), "write(", (19, 22)),
        ((12, 23), "target = place", (12, 23)),
        ((10, 12), "def save(self", (10, 23)),
        ((27, 27), "return 1", (27, 27)),
        ((28, 28), "if place:", (26, 29)),
        ((27, 29), "if place:", (26, 29)),
        ((23, 25), "def save(self", (10, 29)),
        ((9, 24), "def save(self", (10, 23)),
        ((32, 37), "def save(place", (32, 36)),
        ((34, 36), "return 1", (33, 36)),
        ((1, 4), "import json", (1, 3)),
        ((39, 40), "if __name__", (39, 40)),
    ],
)
def test_lines(lines: tuple[int, int], begins: str, expected: tuple[int, int]) -> None:
    target = by_lines(python(CODE), *lines)
    if lines == (34, 36):  # from inside of a function to behind it
        begins = "def inner"
    assert target.text.startswith(begins)
    assert target.lines == expected
    assert target.form == "node"


def test_comments() -> None:
    only = by_lines(python(CODE), 18)
    assert (only.text, only.kind) == ("# Then.", "statements")
    assert by_lines(python(CODE), 12).text == "target = place  # where"
    assert by_lines(python(CODE), 12, 13).text.count("# where") == 1


def test_blank_lines() -> None:
    assert by_lines(python(CODE), 17).name == "Store.save"
    with pytest.raises(UsageError, match="line 4 is blank"):
        by_lines(python(CODE), 4)
    with pytest.raises(UsageError, match="lines 4-5 are blank"):
        by_lines(python(CODE), 4, 5)
    assert by_lines(python("\n\n"), 1).form == "file"


def test_lines_that_are_not_there() -> None:
    with pytest.raises(UsageError, match=r"line 50 is outside a\.py, which has 41 lines"):
        by_lines(python(CODE), 10, 50)
    assert by_lines(python("x = 1\ny = 2\n"), 2, 3).text == "y = 2"


def test_cases_and_members() -> None:
    code = "switch (a) {\n  case 1:\n    x();\n    y();\n    break;\n  default:\n    z();\n}\n"
    original = Original.of_text("a.js", code)
    assert by_lines(original, 3, 4).text == "x();\n    y();"
    assert by_lines(original, 2).text.startswith("case 1:")
    assert by_lines(original, 3, 7).text.startswith("case 1:")
    assert by_lines(original, 1).text == code.strip()
    typed = Original.of_text("a.ts", "class A {\n  x = 1;\n  y = 2;\n  f() {}\n}\n")
    assert by_lines(typed, 2, 3).text == "x = 1;\n  y = 2;"


def test_characters_of_several_bytes() -> None:
    original = python('x = "é→😀"\n\ndef f():\n    y = "ü"\n    return y\n')
    assert by_name(original, "f").text == 'def f():\n    y = "ü"\n    return y'
    assert by_lines(original, 4).text == 'y = "ü"'


def test_where_the_text_does_not_parse_lines_are_lines() -> None:
    original = python("def f(:\n    x = (1\n    y = 2\n\n\ndef g():\n    return 1\n")
    target = by_lines(original, 2, 4)
    assert (target.text, target.kind) == ("x = (1\n    y = 2", "statements")
    plain = Original.of_text("notes.md", "# A\n\none\ntwo\n\nthree\n")
    assert by_lines(plain, 2, 5).text == "one\ntwo"
    assert [each.form for each in targets(plain, Named("notes.md"), "improve `one`")] == ["file"]
    with pytest.raises(UsageError, match="no definitions that are understood"):
        by_name(plain, "one")


def test_a_file_that_is_empty() -> None:
    for text in ("", "\n\n"):
        (found,) = targets(python(text), Named("a.py"), "write f")
        assert (found.form, found.start, found.end) == ("file", 0, len(text))


def test_insertions() -> None:
    original = python(CODE)
    last = insertions(original)
    assert (last.form, last.start, last.lines) == ("insert", last.end, (36, 36))
    behind = insertions(original, "Store.save")
    assert (behind.name, behind.lines[1], behind.text) == ("Store.save", 23, "")
    assert original.text[behind.start] == "\n"
    assert insertions(python("import os\n")).start == len("import os")
    assert insertions(python("")).start == 0
    rust = Original.of_text("a.rs", "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    fn g() {}\n}\n")
    assert insertions(rust).start == len("fn f() {}")
    with pytest.raises(UsageError, match="no definition of zzz"):
        insertions(original, "zzz")


def test_overlapping() -> None:
    original = python(CODE)
    whole, method, other = by_name(original, "Store"), by_name(original, "Store.save"), by_name(original, "save")
    assert not overlapping([method, other, by_name(original, "Store.load"), insertions(original)])
    assert overlapping([method, other, whole])
    assert overlapping([other, other])
    assert overlapping([whole, insertions(original, "Store.save")])
    elsewhere = Original.of_text("b.py", CODE)
    assert not overlapping([whole, by_name(elsewhere, "Store.save")])
    assert overlapping([Target(python(""), "file", 0, 0)] * 2)


@pytest.mark.parametrize(
    "text",
    ["(" * 100_000, "def f():\n" + " " * 200_000 + "x", "x = [" + "1," * 100_000, "class A:\n " * 5_000, "\0" * 10],
)
def test_hostile_files(text: str) -> None:
    original = Original("a.py", text.encode(), sample("sample.py").source.__class__(text, "utf-8", "\n", bom=False))
    targets(original, Named("a.py"), "make f faster " * 1000)
    by_lines(original, 1)
    insertions(original)


@pytest.mark.parametrize("rest", [":5:", ":", ":x", ":1234567890", ":-1", ":5-", ": 5"])
def test_what_names_no_lines_is_no_new_file(rest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").touch()
    with pytest.raises(UsageError, match=r"names no lines of a\.py"):
        named(f"a.py{rest}")
    assert named(f"new.py{rest}").path.startswith("new.py")
