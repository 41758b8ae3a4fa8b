"""What of a reply comes into a file: statements, something new, all of it; in its style."""

from __future__ import annotations

import pytest

from codeassist.edit.judging import Judged, judge
from codeassist.edit.original import Original
from codeassist.edit.target import insertions, whole_file
from tests.edit.texts import (
    STORE,
    by_lines,
    by_name,
    holds,
    python,
)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("result = sum(rows)", "    result = sum(rows)\n    return result\n"),
        ("    result = sum(rows)", "    result = sum(rows)\n    return result\n"),
        (
            "if rows:\n    result = 1\nelse:\n    result = 2",
            "    if rows:\n        result = 1\n    else:\n        result = 2\n",
        ),
        (
            "    if rows:\n        result = 1\n    else:\n        result = 2",
            "    if rows:\n        result = 1\n    else:\n",
        ),
        ("result = 1\n    result += 2", "    result = 1\n    result += 2\n    return"),
        ("import math\n\nresult = math.fsum(rows)", "    result = math.fsum(rows)\n    return"),
        ("def total(rows):\n    result = sum(rows)\n    return result", "    result = sum(rows)\n    return result\n"),
    ],
)
def test_statements(reply: str, expected: str) -> None:
    target = by_lines(python(STORE), 19, 21)
    assert target.kind == "statements"
    new = holds(target, reply)
    assert expected in new
    assert new.count("def total") == 1
    assert ("import json\nimport math\n" in new) == ("math" in reply)


def test_statements_in_a_definition_that_changes_elsewhere() -> None:
    target = by_lines(python(STORE), 19, 21)
    judged = judge(target, "def total(rows):\n    result = sum(rows)\n    return result + 1")
    assert judged == Judged((), "changes lines outside of those that were named")


def test_strings_keep_their_lines() -> None:
    old = python('class A:\n    def f(self):\n        return """\n  one\n"""\n')
    target = by_name(old, "A.f")
    reply = 'def f(self):\n    """Says it.\n\n    At length.\n    """\n    return """\n  one\n    two\n"""'
    assert holds(target, reply) == (
        'class A:\n    def f(self):\n        """Says it.\n\n        At length.\n        """\n'
        '        return """\n  one\n    two\n"""\n'
    )


def test_tabs_and_other_widths() -> None:
    go = Original.of_text("a.go", "package a\n\nfunc f() int {\n\tif a {\n\t\treturn 1\n\t}\n\treturn 2\n}\n")
    assert "\tfor b {\n\t\treturn 3\n\t}\n" in holds(
        by_name(go, "f"), "func f() int {\n    for b {\n        return 3\n    }\n    return 2\n}"
    )
    two = Original.of_text("a.js", "class A {\n  f() {\n    if (a) {\n      b();\n    }\n  }\n}\n")
    reply = "f() {\n    if (c) {\n        d();\n    }\n}"
    assert holds(by_name(two, "A.f"), reply) == "class A {\n  f() {\n    if (c) {\n      d();\n    }\n  }\n}\n"


def test_trailing_blanks_of_lines_that_stay() -> None:
    old = python("def f():\n    a = 1   \n    \n    return a\n")
    assert holds(by_name(old, "f"), "def f():\n    a = 1\n\n    return a + 1") == (
        "def f():\n    a = 1   \n    \n    return a + 1\n"
    )


def test_insertions() -> None:
    original = python(STORE)
    new = holds(
        insertions(original),
        "import math\n\ndef mean(rows):\n    return math.fsum(rows) / len(rows)\n\nprint(mean([1]))",
    )
    assert "    return result\n\n\ndef mean(rows):\n    return math.fsum(rows) / len(rows)\n\n\nif __name__" in new
    assert "import json\nimport math\n" in new
    for reply in (
        "def clear(self):\n    self.rows = []",
        "    def clear(self):\n        self.rows = []",
        "class Store:\n    def clear(self):\n        self.rows = []",
    ):
        new = holds(insertions(original, "Store.load"), reply)
        assert "open(place))\n\n    def clear(self):\n        self.rows = []\n\n\ndef total" in new
    assert (
        judge(insertions(original), "def total(rows):\n    return 1").reason == "defines total, which is there already"
    )
    both = holds(insertions(original), "def total(rows):\n    return 1\n\n\ndef mean(rows):\n    return 2")
    assert both.count("def total") == 1
    assert judge(insertions(original), "print(").reason != ""
    assert "\n\n\nLIMIT = 3\n\n\nif __name__" in holds(insertions(original), "LIMIT = 3")


def test_insertions_in_other_languages() -> None:
    js = Original.of_text("a.js", 'const a = require("a");\n\nfunction f() {}\n\nmodule.exports = { f };\n')
    assert holds(insertions(js), "function g() {\n  return a();\n}").endswith(
        "function f() {}\n\nfunction g() {\n  return a();\n}\n\nmodule.exports = { f };\n"
    )
    java = Original.of_text("A.java", "class A {\n    int f() {\n        return 1;\n    }\n}\n")
    expected = "class A {\n    int f() {\n        return 1;\n    }\n\n    int g() {\n        return 2;\n    }\n}\n"
    for reply in ("int g() {\n    return 2;\n}", "class A {\n    int g() {\n        return 2;\n    }\n}"):
        assert holds(insertions(java, "A.f"), reply) == expected
    routes = Original.of_text("a.js", 'app.get("/a", a);\n')
    assert holds(insertions(routes), 'app.get("/b", b);') == 'app.get("/a", a);\n\napp.get("/b", b);\n'


def test_files() -> None:
    made = Original("a.py", None, python("").source)
    assert (
        holds(whole_file(made), "import os\n\n\ndef f():\n    return os.sep\n")
        == "import os\n\n\ndef f():\n    return os.sep\n"
    )
    assert holds(whole_file(made), "def f():\n    return math.pi") == "import math\n\n\ndef f():\n    return math.pi\n"
    old = python("def f():\n    return 1\n\n\ndef g():\n    return 2")
    assert holds(whole_file(old), "def f():\n    return 3\n\n\ndef g():\n    return 2\n").endswith("return 2")
    assert judge(whole_file(old), "def f():\n    return 3\n").reason == "drops g"
    assert judge(whole_file(old), "def f():\n    return 3\n", signature_free=True).reason == ""
    assert judge(whole_file(old), "def f():\n    return 3\n\n# ... rest of the file\n").reason == "leaves a gap"
    assert judge(whole_file(old), "def f(:\n").reason == "adds a syntax error"
    assert judge(whole_file(old), old.text).reason == "changes nothing"


def test_texts_that_are_not_parsed() -> None:
    plain = Original.of_text("notes.md", "# A\n\none\ntwo\n")
    assert holds(by_lines(plain, 3), "three") == "# A\n\nthree\ntwo\n"
    assert judge(by_lines(plain, 3), "one").reason == "changes nothing"
    assert holds(insertions(plain), "three") == "# A\n\none\ntwo\n\nthree\n"
    broken = python("def f(:\n    return 1\n\n\ndef g():\n    return 2\n")
    assert holds(by_lines(broken, 1), "def f():") == "def f():\n    return 1\n\n\ndef g():\n    return 2\n"
