from __future__ import annotations

import pytest

from codeassist.review.syntax import path_at, stand_at
from tests.review.changes import change

PLACES = [
    ("a.py", "x = 1  # HERE\n", "comment"),
    ("a.py", 'x = "HERE"\n', "string"),
    ("a.py", 'x = f"a {HERE} b"\n', "code"),
    ("a.py", 'def f():\n    """One.\n\n    HERE\n    """\n', "string"),
    ("a.js", "const a = `x ${HERE} y`;\n", "code"),
    ("a.js", "const a = `x HERE y`;\n", "string"),
    ("a.tsx", "const a = <p>HERE</p>;\n", "string"),
    ("a.tsx", "const a = <p>{HERE}</p>;\n", "code"),
    ("a.go", "package a\n\nvar x = `HERE`\n", "string"),
    ("a.rs", 'fn f() { let a = r#"HERE"#; }\n', "string"),
    ("a.rs", "fn f() { /* HERE */ }\n", "comment"),
    ("A.java", 'class A { String t = """\n  HERE\n  """; }\n', "string"),
    ("a.c", 'char *s = "é HERE"; // x\n', "string"),
    ("a.cpp", 'auto s = R"(HERE)";\n', "string"),
    ("a.cs", 'class A { string s = $"a {HERE} b"; }\n', "code"),
    ("a.cs", 'class A { string s = @"HERE"; }\n', "string"),
    ("a.rb", "a = <<~E\n  HERE\nE\n", "string"),
    ("a.rb", 'a = "x #{HERE} y"\n', "code"),
    ("a.php", "<p>HERE</p><?php $a = 1;\n", "string"),
    ("a.php", "<?php\n# HERE\n$a = 1;\n", "comment"),
    ("a.sh", "cat <<E\nHERE\nE\n", "string"),
    ("a.sh", 'a="x $(HERE) y"\n', "code"),
    ("a.txt", "HERE\n", "code"),
]


@pytest.mark.parametrize(("path", "text", "stand"), PLACES)
def test_code_comments_and_strings_are_told_apart(path: str, text: str, stand: str) -> None:
    line = text[: text.index("HERE")].count("\n") + 1
    file = change(path, None, text)
    assert stand_at(file, line, file.line(line).index("HERE")) == stand


def test_a_deep_text_is_walked_only_so_far() -> None:
    file = change("a.py", None, "x = " + "(" * 20_000 + "1" + ")" * 20_000 + "\n")
    assert len(path_at(file, 1, 20_004)) <= 2_000


def test_a_text_that_is_too_long_has_no_tree() -> None:
    assert change("a.py", None, "x = 1\n" * 200_000).tree is None
