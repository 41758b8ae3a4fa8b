from __future__ import annotations

import pytest

from codeassist.config import ReviewSettings
from codeassist.context.languages import languages
from codeassist.review.checks.leftover import RULE, leftovers
from tests.review.changes import added, around, change, found, snapshot

LEFT = [
    ("a.py", "x = 1\nbreakpoint()\n", "breakpoint", "medium"),
    ("a.py", "x = 1\nif x:\n    import pdb; pdb.set_trace()\n", "debugger", "medium"),
    ("a.py", "import ipdb\nx = 1\n", "import-debugger", "medium"),
    ("a.py", "from pdb import set_trace\nx = 1\n", "import-debugger", "medium"),
    ("test_a.py", "import pytest\n\n\n@pytest.mark.only\ndef test_a(): ...\n", "only", "high"),
    ("a.js", "f();\ndebugger;\n", "debugger", "medium"),
    ("src/a.ts", "f();\nconsole.log(a);\n", "console", "low"),
    ("a.tsx", "const a = <p onClick={() => console.log(1)}>x</p>;\n", "console", "low"),
    ("a.test.js", "describe.only('a', () => {});\n", "only", "high"),
    ("a.spec.ts", "test.concurrent.only('a', () => {});\n", "only", "high"),
    ("tests/a.js", "fit('a', () => {});\n", "focus", "high"),
    ("tests/a.js", "fdescribe(\n  'a', () => {});\n", "focus", "high"),
    ("a.rs", "fn f() {\n    let a = dbg!(b);\n}\n", "dbg", "medium"),
    ("a.rb", "def f\n  binding.pry\n  1\nend\n", "debugger", "medium"),
    ("a.rb", "def f\n  byebug\n  1\nend\n", "debugger", "medium"),
    ("a_spec.rb", "fdescribe 'a' do\nend\n", "focus", "high"),
    ("a_spec.rb", "it 'a', focus: true do\nend\n", "focus", "high"),
    ("a.php", "<?php\nvar_dump($a);\n", "dump", "medium"),
    ("a.php", "<?php\nf(); dd($a);\n", "dump", "medium"),
    ("A.java", "class A {\n  void f() {\n    System.out.println(1);\n  }\n}\n", "print", "low"),
    ("a.cs", "class A { void F() { Debugger.Break(); } }\n", "debugger", "medium"),
    ("a.c", "void f(void) { __debugbreak(); }\n", "debugger", "medium"),
]


@pytest.mark.parametrize(("path", "text", "name", "severity"), LEFT)
def test_what_was_left_in_is_told(path: str, text: str, name: str, severity: str) -> None:
    if "\n  'a'" in text:
        text = text.replace("\n  ", "")
    assert [(each.rule, each.severity) for each in added(RULE, path, text)] == [(f"leftover/{name}", severity)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "# breakpoint()\n"),
        ("a.py", 'x = "breakpoint()"\n'),
        ("a.py", '"""\nbreakpoint()\n"""\n'),
        ("a.py", "self.breakpoint()\n"),
        ("a.py", "def breakpoint():\n    pass\n"),
        ("a.py", "import pdbx\n"),
        ("a.py", "import debugger\n"),
        ("a.js", "// debugger;\nconst debuggers = 1;\nx.debugger;\n"),
        ("a.js", "describe.only('a', () => {});\n"),  # no test
        ("a.js", "model.fit(x);\n"),
        ("tests/a.js", "fit(x, y);\n"),
        ("tests/a.js", "query.only('x');\n"),
        ("tests/a.js", "console.log(a);\n"),
        ("bin/a.js", "console.log(a);\n"),
        ("vite.config.ts", "console.log(a);\n"),
        ("src/logger.ts", "console.log(a);\n"),
        ("a.js", "const a = `console.log(1)`;\n"),
        ("a.rs", 'fn f() { println!(""); }\n// dbg!(x)\n'),
        ("a.go", "package a\n\nfunc f() { fmt.Println(1) }\n"),
        ("a.rb", "debugger = 1\nbyebug_x = 2\nx.debugger\n"),
        ("a.php", "<?php\nfunction dd($a) {}\n$this->dd($a);\nA::dd($a);\n// dd($a)\n"),
        ("a.php", "<p>dd(x)</p>\n"),
        ("Main.java", "class Main { void f() { System.out.println(1); } }\n"),
        ("a.txt", "breakpoint()\n"),
        ("a.py", "import pdb\n\n\nclass Shell(pdb.Pdb): ...\n"),
        ("a.py", "import pdb  # noqa: T100\n"),
        ("a.py", "import ipdb as pdb  # noqa: E501,T100 kept\n"),
        ("a.py", "breakpoint()  # noqa\n"),
        ("a.sh", "set -x\n"),
    ],
)
def test_what_only_looks_like_it_is_not_told(path: str, text: str) -> None:
    assert not added(RULE, path, text)


def test_only_touched_lines_are_told_of() -> None:
    old = "breakpoint()\nx = 1\n"
    assert not found(RULE, change("a.py", old, old + "y = 2\n"))
    assert [each.line for each in found(RULE, change("a.py", old, old + "breakpoint()\n"))] == [3]


def test_settings_enable_what_is_off() -> None:
    files = snapshot(change("a.go", None, "package a\n\nfunc f() {\n\tfmt.Println(1)\n}\n"))
    look = RULE.look(files, around(settings=ReviewSettings(enable=("leftover/print",))))
    assert [each.line for each in look] == [4]


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("a.py", "def f():\n    x = 1\n    breakpoint()\n    return x\n", 3),
        ("a.py", "import pdb\nx = 1\n", 1),
        ("a.js", "function f() {\n  g();\n  debugger;\n}\n", 3),
        ("a.ts", "function f() {\n  console.log(1);\n  g();\n}\n", 2),
        ("a.rb", "def f\n  binding.pry\n  1\nend\n", 2),
        ("a.php", "<?php\nf();\nvar_dump($a);\n", 3),
        ("A.java", "class A {\n  void f() {\n    g();\n    System.out.println(1);\n  }\n}\n", 4),
    ],
)
def test_a_statement_with_a_line_for_itself_can_go(path: str, text: str, line: int) -> None:
    (finding,) = added(RULE, path, text)
    assert finding.fix is not None
    assert (finding.fix.line, finding.fix.end_line, finding.fix.text) == (line, line, "")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "if x:\n    breakpoint()\ny = 1\n"),
        ("a.py", "x = 1; breakpoint()\n"),
        ("a.py", "x = f(\n    1,\n    breakpoint()\n)\n"),
        ("a.js", "if (x)\n  debugger;\ng();\n"),
        ("a.rs", "fn f() {\n    g();\n    let a = dbg!(\n        b);\n}\n"),
        ("a.test.js", "f();\nit.only('a', g);\n"),
    ],
)
def test_what_cannot_go_as_a_line_has_no_fix(path: str, text: str) -> None:
    assert [finding.fix for finding in added(RULE, path, text)] == [None]


def test_every_row_names_languages_that_exist() -> None:
    assert set(leftovers()) <= set(languages())


def test_hostile_texts_are_bounded() -> None:
    assert len(added(RULE, "a.py", "breakpoint()\n" * 1_000)) == 100
    assert not added(RULE, "a.py", "# breakpoint()\n" * 600 + "breakpoint()\n")
    assert not added(RULE, "a.js", "x" * 900_000 + " debugger;\n")
    assert len(added(RULE, "a.rb", "it " * 300_000 + "\n" + "binding.pry\0\n" * 10)) <= 100
