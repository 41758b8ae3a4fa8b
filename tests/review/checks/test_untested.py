"""Altered functions whose test was left alone: only where they do something else, and the test is this file's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from codeassist.config import ReviewSettings
from codeassist.context.index import Index
from codeassist.review.bodies import altered
from codeassist.review.change import FileChange
from codeassist.review.checks.untested import RULE
from codeassist.review.finding import Finding
from tests.context.trees import repository
from tests.review.changes import around, change, snapshot

CODE = "class Panel:\n    def title(self):\n        return f(1, 2)\n\n    def size(self):\n        return 3\n"
FILES: dict[str, str | bytes] = {
    "app/panel.py": CODE,
    "tests/app/test_panel.py": "def test_title():\n    assert True\n",
    "app/lone.py": "def f():\n    return 1\n",
    "app/one/base.py": "def f():\n    return 1\n",
    "app/two/base.py": "def f():\n    return 1\n",
    "tests/test_base.py": "def test_f():\n    assert True\n",
    "web/list.ts": "export function f() { return 1; }\n",
    "web/list.test.ts": "test('f', () => {});\n",
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.open(repository(tmp_path / "r", FILES), tmp_path / "state") as opened:
        opened.refresh()
        yield opened


def look(index: Index | None, *changes: FileChange, others: dict[str, str] | None = None) -> list[Finding]:
    files = {path: str(text) for path, text in FILES.items()} if others is None else others
    return list(RULE.look(snapshot(*changes, others=files), around(index)))


def test_its_test_was_left_alone(index: Index) -> None:
    (finding,) = look(index, change("app/panel.py", CODE, CODE.replace("f(1, 2)", "f(2, 2)").replace("3", "4")))
    assert (
        finding.message == "Panel.title, Panel.size: changed, but no test is; tests/app/test_panel.py tests this file"
    )
    assert (finding.severity, finding.line, finding.evidence) == ("low", 2, "def title(self):")
    (finding,) = look(index, change("web/list.ts", str(FILES["web/list.ts"]), "export function f() { return 2; }\n"))
    assert finding.line == 1


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("app/panel.py", CODE, CODE.replace("        return 3", "        # why\n        return 3  # three")),
        ("app/panel.py", CODE, CODE.replace("        return 3", '        """Three."""\n        return 3')),
        ("app/panel.py", CODE, CODE.replace("f(1, 2)", "f(\n            1,\n            2,\n        )")),
        ("app/panel.py", CODE, CODE + "\n    def new(self):\n        return 1\n"),
        ("app/panel.py", CODE, "X = 2\n" + CODE),
        ("app/panel.py", CODE, CODE.replace("    def size(self):\n        return 3\n", "")),
        ("app/panel.py", CODE, CODE.replace("f(1, 2)", "f(1, ")),
        ("app/panel.py", "def f(): return 1\ndef f(): return 2\n", "def f(): return 3\ndef f(): return 2\n"),
        ("app/panel.py", None, CODE),
        ("app/panel.py", CODE, None),
        ("app/lone.py", "def f():\n    return 1\n", "def f():\n    return 2\n"),
        ("app/one/base.py", "def f():\n    return 1\n", "def f():\n    return 2\n"),
        ("web/list.ts", "export function f() { return 'a'; }\n", 'export function f() {\n  return "a"\n}\n'),
    ],
)
def test_nothing_is_said(index: Index, path: str, old: str | None, new: str | None) -> None:
    assert look(index, change(path, old, new)) == []


def test_any_test_in_the_change_is_enough(index: Index) -> None:
    one = change("app/panel.py", CODE, CODE.replace("3", "4"))
    assert look(index, one, change("tests/test_other.py", None, "def test_it(): ...\n")) == []


def test_a_test_that_is_gone(index: Index) -> None:
    assert look(index, change("app/panel.py", CODE, CODE.replace("3", "4")), others={}) == []


def test_what_is_left_out_may_have_changed(index: Index) -> None:
    one = snapshot(change("app/panel.py", CODE, CODE.replace("3", "4")), others={p: str(t) for p, t in FILES.items()})
    assert list(RULE.look(one, around(index, ReviewSettings(exclude=("tests/",))))) == []


def test_without_an_index() -> None:
    assert look(None, change("app/panel.py", CODE, CODE.replace("3", "4"))) == []


def test_hostile_depth() -> None:
    deep = "def f():\n    return " + "(" * 20_000 + "{}" + ")" * 20_000 + "\n"
    assert altered(change("a.py", deep.format(1), deep.format(2))) == [("f", 1)]
    nested = "".join(" " * depth + f"class A{depth}:\n" for depth in range(300)) + " " * 300 + "def f(): return 1\n"
    assert len(altered(change("a.py", nested, nested.replace("return 1", "return 2")))) == 1
