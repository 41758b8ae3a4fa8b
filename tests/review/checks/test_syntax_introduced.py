from __future__ import annotations

from dataclasses import replace

import pytest

from codeassist.review.checks.syntax_introduced import RULE
from tests.review.changes import added, change, found

# A right text, what is replaced in it, and by what, and the line where that is.
BREAKS = [
    ("a.py", "def f(a):\n    return g(a)\n\n\nx = 1\n", "g(a)", "g(a", 2),
    ("a.js", "function f(a) {\n  return g(a);\n}\nlet x = 1;\n", "g(a);", "g(a;", 2),
    ("a.ts", "function f(a: number): number {\n  return g(a);\n}\n", "g(a);", "g(a) };", 2),
    ("a.tsx", "const a = (\n  <p>x</p>\n);\n", "</p>", "<p>", 2),
    ("a.go", "package a\n\nfunc f(a int) int {\n\treturn g(a)\n}\n", "g(a)", "g(a", 4),
    ("a.rs", "fn f(a: u8) -> u8 {\n    let b = a;\n    b\n}\n", "= a;", "= ;", 2),
    ("A.java", "class A {\n  int f() {\n    return 1;\n  }\n}\n", "return 1;", "return 1;}", 3),
    ("a.c", "int f(int a)\n{\n\treturn g(a);\n}\n", "g(a);", "g(a;", 3),
    ("a.cpp", "int f(int a) {\n  return g(a);\n}\n", "(int a) {", "(int a) ", 1),
    ("a.cs", "class A {\n  int F() {\n    return G(1);\n  }\n}\n", "G(1);", "G(1;", 3),
    ("a.rb", "def f(a)\n  if a\n    g\n  end\nend\n", "    g\n  end\n", "    g\n", 3),
    ("a.php", "<?php\nfunction f($a) {\n  return g($a);\n}\n", "g($a);", "g($a;", 3),
    ("a.sh", 'f() {\n  if [ -z "$1" ]; then\n    echo\n  fi\n}\n', "    echo\n  fi\n", "    echo\n", 3),
]


@pytest.mark.parametrize(("path", "text", "old", "new", "line"), BREAKS, ids=[each[0] for each in BREAKS])
def test_an_error_that_a_change_introduces_is_told_at_its_line(
    path: str, text: str, old: str, new: str, line: int
) -> None:
    (finding,) = found(RULE, change(path, text, text.replace(old, new)))
    assert finding.severity == "high"
    assert abs(finding.line - line) <= 1
    assert len(added(RULE, path, text.replace(old, new))) == 1


@pytest.mark.parametrize(("path", "text", "old", "new", "line"), BREAKS, ids=[each[0] for each in BREAKS])
def test_what_is_right_or_mended_is_not_told(path: str, text: str, old: str, new: str, line: int) -> None:
    broken = text.replace(old, new)
    assert not added(RULE, path, text)
    assert not found(RULE, change(path, broken, text))


@pytest.mark.parametrize(("path", "text", "old", "new", "line"), BREAKS, ids=[each[0] for each in BREAKS])
def test_what_was_broken_before_is_not_told(path: str, text: str, old: str, new: str, line: int) -> None:
    broken = text.replace(old, new)
    assert not found(RULE, change(path, broken, broken.replace("1", "2") + "\n"))
    head = "<?php\n\n" if path == "a.php" else "package a\n\n\n" if path == "a.go" else "\n\n"
    moved = head + broken.removeprefix("<?php\n").removeprefix("package a\n")
    assert not found(RULE, change(path, broken, moved))


def test_a_second_error_in_a_broken_file_is_told() -> None:
    old = "let a = (;\n" + "let b = 1;\n" * 20 + "function f() { return 1; }\n"
    (finding,) = found(RULE, change("a.js", old, old.replace("return 1;", "return ) 1;")))
    assert finding.line == 22


def test_the_old_error_beside_a_change_is_not_taken_for_the_new_one() -> None:
    old = "let a = 1;\nlet b = (;\n" + "let c = 1;\n" * 20
    new = "let a = 2;\nlet b = (;\n" + "let c = 1;\n" * 19 + "let d = );\n"
    assert [finding.line for finding in found(RULE, change("a.js", old, new))] == [22]


def test_a_broken_stretch_that_is_written_anew_and_still_broken_is_not_told() -> None:
    old, new = "let a;\nlet b;\nlet c = (;\n", "let d;\nlet e;\nlet f = [;\n"
    assert not found(RULE, change("a.js", old, new))


def test_pythons_own_words_are_shown() -> None:
    (finding,) = added(RULE, "a.py", "x = 1\ny = f(2\nz = 3\n")
    assert (finding.line, finding.message) == (2, "The change introduces a syntax error: '(' was never closed")


def test_a_missing_sign_is_named() -> None:
    (finding,) = added(RULE, "a.js", "function f() {\n  g();\n")
    assert finding.message == "The change introduces a syntax error: '}' is missing"
    assert finding.line in (1, 2)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", 'print "x"\nexec "y"\n'),  # Python 2, which the grammar knows
        ("a.py", "def f(x):\n        a\n    b\n"),  # only the compiler objects
        ("a.py", "class A[T = int]: ...\n"),  # newer than the grammar
        ("a.py", "import {{ cookiecutter.name }}\n"),
        ("{{name}}/a.py", "def (\n"),
        ("a.ts", 'export type * from "a";\n'),
        ("a.js", "const f = (a) => {\n  return a;\n}\n\n[...one, ...more].forEach(f)\n"),
        ("a.js", "// @flow\nfunction f(a: ?number) { return (a: any) }\n"),
        ("a.c", "FOREACH(x, y) { a; }\nEXPORT_SYMBOL(x)\nint a;\n"),
        ("a.c", "#ifdef A\nint f(int a) {\n#else\nint f(long a) {\n#endif\n  return 1;\n}\nX(a) b c d;\n"),
        ("a.cs", "class A { void F() { a?.b = c; } }\n"),
        ("a.zsh", "typeset -A x; x[a b]=1; print -l ${(k)x}\n"),
        ("a.py", f'x = "a{"-" * 6_000}"\ny = 1\n'),  # the grammar is shown another text
        ("a.js", f'x = "a{"-" * 6_000}"\ny = 1\n'),
        ("a.txt", "def (\n"),
        ("a.json", "{\n"),
    ],
)
def test_what_only_the_grammar_does_not_know_is_not_told(path: str, text: str) -> None:
    assert not added(RULE, path, text)


def test_data_of_tests_may_be_broken() -> None:
    (finding,) = added(RULE, "tests/fixtures/bad.py", "def f(:\n    pass\n")
    assert finding.severity == "low"


def test_a_renamed_file_is_compared_with_what_it_was() -> None:
    broken = "let a = (;\n"
    file = replace(change("b.js", broken, broken + "let b;\n"), old_path="a.js", status="renamed")
    assert not found(RULE, file)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "x = " + "(" * 100_000),
        ("a.py", "x = " + "-" * 100_000),
        ("a.py", "x = " + "[" * 5_000 + "]" * 5_000 + ")\n"),
        ("a.py", "x = " + "not " * 50_000 + ")"),
        ("a.py", "if x:\n" + "\0" * 50_000 + "(\n"),
        ("a.js", "{" * 100_000),
        ("a.js", "(" * 400_000 + "\n" * 10_000),
        ("a.c", "{[(" * 50_000),
        ("a.sh", "if " * 50_000),
    ],
)
def test_hostile_texts_are_bounded(path: str, text: str) -> None:
    assert len(added(RULE, path, text)) <= 1
