"""`codeassist test` with frameworks other than pytest, which are really run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.commands.sums import CALC, made
from tests.conftest import FakeScript, Run

OTHER = """import unittest


class TestIt(unittest.TestCase):
    def test_it(self):
        self.assertTrue(1)
"""


def test_unittest_is_told_from_the_projects_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_engine: FakeScript, run: Run
) -> None:
    root = made(tmp_path, monkeypatch, {"pkg/__init__.py": "", "pkg/calc.py": CALC, "tests/test_other.py": OTHER})
    fake_engine(
        "(self):\n        self.assertEqual(middle(2, 6), 4)\n\n    def test_wrong(self):\n"
        "        self.assertEqual(middle(2, 6), 5)\n"
    )
    result = run("test", "pkg/calc.py::middle", "--apply", "--strict")
    assert result.code == 0, result.stderr
    text = (root / "tests/test_calc.py").read_text()
    assert text == (
        "import unittest\n\nfrom pkg.calc import middle\n\n\nclass TestMiddle(unittest.TestCase):\n"
        "    def test_middle(self):\n        self.assertEqual(middle(2, 6), 4)\n"
    )


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
def test_node_runs_its_own_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_engine: FakeScript, run: Run
) -> None:
    source = "export function middle(low, high) {\n  return (low + high) / 2;\n}\n"
    root = made(tmp_path, monkeypatch, {"calc.js": source, "package.json": '{"type": "module"}'})
    fake_engine(
        ' of two", () => {\n  assert.equal(middle(2, 6), 4);\n});\n\ntest("wrong", () => {\n'
        "  assert.equal(middle(2, 6), 5);\n});\n"
    )
    result = run("test", "calc.js::middle", "--apply", "--strict")
    assert result.code == 0, result.stderr
    assert (root / "calc.test.js").read_text() == (
        'import test from "node:test";\nimport assert from "node:assert/strict";\n'
        'import { middle } from "./calc.js";\n\ntest("middle of two", () => {\n  assert.equal(middle(2, 6), 4);\n});\n'
    )


def test_a_language_without_a_framework_is_told(sums: Path, fake_engine: FakeScript, run: Run) -> None:
    (sums / "a.rb").write_text("def f\n  1\nend\n")
    fake_engine("x")
    result = run("test", "a.rb::f", "--apply")
    assert result.code == 2
    assert "pytest, unittest, jest" in result.error[1]
