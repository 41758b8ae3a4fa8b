"""Tests as they are found in a text, and put into a file."""

from __future__ import annotations

import pytest

from codeassist.context.languages import language_for, languages
from codeassist.edit.original import Original
from codeassist.edit.presets.testcases import Case, cases, fresh
from codeassist.edit.presets.testfile import composed
from codeassist.edit.presets.testhead import Head
from codeassist.edit.presets.testimports import Subject, go_more, python_more, script_head
from codeassist.edit.presets.testprompt import enough, going_on
from codeassist.errors import UsageError
from codeassist.text import SourceText

FOUND = {
    "t.py": (
        (
            "import x\n\n@mark\ndef test_a():\n    pass\n\nclass TestB:\n"
            "    async def test_b(self):\n        pass\n\ndef help(): ...\n"
        ),
        ["test_a", "test_b"],
    ),
    "t.js": (
        (
            'describe("all", () => {\n  it("does a", () => {\n    f();\n'
            "  });\n});\ntest(`b`, async () => {});\nbeforeEach(() => {});\n"
        ),
        ["does a", "b"],
    ),
    "t.go": ("package a\n\nfunc TestA(t *testing.T) {\n}\n\nfunc Testify() {}\n\nfunc help() {}\n", ["TestA"]),
    "t.rs": ("mod tests {\n    #[test]\n    #[should_panic]\n    fn a() { x(); }\n\n    fn help() {}\n}\n", ["a"]),
    "T.java": ("class T {\n    @Test\n    void a() {\n    }\n\n    void help() {}\n}\n", ["a"]),
}


@pytest.mark.parametrize("path", FOUND)
def test_tests_are_found_and_nothing_else(path: str) -> None:
    text, names = FOUND[path]
    language = language_for(path)
    assert language is not None
    found = cases(language, text)
    assert [each.name for each in found] == names
    assert all(not each.text.startswith((" ", "\t")) for each in found)
    if path == "t.rs":
        assert found[0].text == "#[test]\n#[should_panic]\nfn a() { x(); }"
    if path == "t.js":
        assert found[0].text == 'it("does a", () => {\n  f();\n});'


def test_a_test_that_is_cut_off_is_none() -> None:
    found = cases(languages()["python"], "def test_a():\n    assert f(1) == 1\n\n\ndef test_b():\n    assert f([1, (\n")
    assert [each.name for each in found] == ["test_a"]


def test_a_test_that_does_not_parse_is_none() -> None:
    found = cases(languages()["python"], "def test_a():\n    x = = 1\n\n\ndef test_b():\n    assert f(1)\n")
    assert [each.name for each in found] == ["test_b"]


def test_equal_tests_are_one_and_names_are_their_own() -> None:
    found = [
        Case(f"test_{name}", f"def test_{name}():\n    assert {value}") for name, value in ("a1", "b1", "c2", "d3")
    ]
    taken = [Case("test_x", "def test_x():\n    assert   2")]
    kept = fresh(found, taken, {"test_d"})
    assert [each.name for each in kept] == ["test_a", "test_d_2"]
    assert kept[1].text == "def test_d_2():\n    assert 3"


def put(path: str, before: str | None, head: list[str], more: list[str], found: list[Case], around: str = "") -> str:
    language = language_for(path)
    assert language is not None
    there = SourceText("", "utf-8", "\n", bom=False)
    original = Original(path, None, there) if before is None else Original.of_text(path, before)
    after = composed(language, original, head, more, found, around).after
    assert after is not None
    return after.decode()


A = Case("test_a", "def test_a():\n    f()")
GO = Case("TestA", "func TestA(t *testing.T) {\n\tF()\n}")


@pytest.mark.parametrize(
    ("path", "before", "head", "more", "found", "around", "after"),
    [
        (
            "t.py",
            None,
            ["from m import f"],
            ["import os"],
            [A],
            "",
            "import os\n\nfrom m import f\n\n\ndef test_a():\n    f()\n",
        ),
        (
            "t.py",
            '"""Say."""\n\nimport os\n\nX = 1\n',
            ["from m import f"],
            ["import os"],
            [A],
            "",
            '"""Say."""\n\nimport os\nfrom m import f\n\nX = 1\n\n\ndef test_a():\n    f()\n',
        ),
        (
            "t.py",
            "from m import (\n    e,\n    f,\n)\n",
            ["from m import f"],
            [],
            [A],
            "",
            "from m import (\n    e,\n    f,\n)\n\n\ndef test_a():\n    f()\n",
        ),
        (
            "t.py",
            'x()\n\nif __name__ == "__main__":\n    x()\n',
            [],
            [],
            [A],
            "",
            'x()\n\n\ndef test_a():\n    f()\n\n\nif __name__ == "__main__":\n    x()\n',
        ),
        (
            "t.go",
            None,
            ["package a", "", 'import "testing"'],
            [],
            [GO],
            "",
            'package a\n\nimport "testing"\n\nfunc TestA(t *testing.T) {\n\tF()\n}\n',
        ),
        (
            "t.go",
            'package a\n\nimport (\n\t"testing"\n)\n\nfunc x() {}',
            ["package a", "", 'import "testing"'],
            ['import "errors"'],
            [GO],
            "",
            (
                'package a\n\nimport (\n\t"testing"\n)\nimport "errors"\n'
                "\nfunc x() {}\n\nfunc TestA(t *testing.T) {\n\tF()\n}\n"
            ),
        ),
        (
            "t.rs",
            "fn f() {}\n",
            [],
            [],
            [Case("a", "#[test]\nfn a() {}")],
            "tests",
            "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn a() {}\n}\n",
        ),
        (
            "t.rs",
            "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n}\n",
            [],
            [],
            [Case("a", "#[test]\nfn a() {}")],
            "tests",
            "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn a() {}\n}\n",
        ),
        (
            "T.java",
            "class T {\n    void x() {}\n}\n",
            [],
            [],
            [Case("a", "@Test\nvoid a() {}")],
            "T",
            "class T {\n    void x() {}\n\n    @Test\n    void a() {}\n}\n",
        ),
    ],
)
def test_tests_are_put_where_they_belong(
    path: str, before: str | None, head: list[str], more: list[str], found: list[Case], around: str, after: str
) -> None:
    assert put(path, before, head, more, found, around) == after


def test_imports_are_those_that_are_used_and_known() -> None:
    said = (
        "import requests\nfrom os import system, path\nfrom m.more import help\nimport numpy as np\nimport json as j\n"
    )
    tests = ["def test_a():\n    math.sqrt(1)\n    help(j.x, np.y)\n    with pytest.raises(E): re = 1; re.x()"]
    assert python_more(tests, said, "m", ["import math"]) == [
        "from m.more import help",
        "import json as j",
        "import pytest",
    ]
    assert go_more(["strings.Split(x); errors.New(y); t.Fatal(z); os.Exit(1)"], ['\t"os"']) == [
        'import "errors"',
        'import "strings"',
    ]


@pytest.mark.parametrize(
    ("path", "text", "framework", "line"),
    [
        ("src/a.ts", "export function f() {}\n", "jest", 'import { f } from "../src/a";'),
        ("src/a.js", "export default function f() {}\n", "node", 'import f from "../src/a.js";'),
        ("src/a.js", "function f() {}\nmodule.exports = { f };\n", "jest", 'const { f } = require("../src/a");'),
        ("src/a.js", "module.exports = function f() {};\n", "mocha", 'const f = require("../src/a");'),
        ("src/a.js", "exports.f = () => 1;\n", "mocha", 'const { f } = require("../src/a");'),
    ],
)
def test_scripts_import_what_is_exported(path: str, text: str, framework: str, line: str) -> None:
    assert script_head(Subject(path, text, "f"), "test/a.test.js", framework)[-1] == line
    with pytest.raises(UsageError):
        script_head(Subject(path, text, "g"), "test/a.test.js", framework)


def test_an_answer_that_loses_itself_is_ended_and_goes_on_with_another_test() -> None:
    head = Head(("import unittest",), "class TestF(unittest.TestCase):\n    def test_f")
    said = "```python\nclass TestF(unittest.TestCase):\n    def test_f(self):\n" + "        self.assertTrue(f(1))\n" * 4
    assert not enough(said)
    assert enough(f"{said}        self.assertTrue(")
    assert going_on(f"{said}        self.assertTrue(", head, "\n\n") == f"{said.rstrip()}\n\n    def test_f"
    assert enough("```python\ndef test_f():\n    assert f(" + "1, " * 200)
    assert going_on("def test_f():\n    pass\n" * 8, head, "\n\n") == ""
