"""What of a reply comes into a file, and why others do not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from codeassist import toml
from codeassist.edit.judging import Judged, judge, speaks_of_signature
from codeassist.edit.original import Original
from codeassist.edit.target import Target, insertions, whole_file
from tests.edit.texts import by_lines, by_name, python

STORE = '''\
"""Stores."""

import json


class Store:
    """Keeps."""

    def save(self, place):
        """Write it."""
        with open(place, "w") as stream:
            json.dump(self.rows, stream)

    def load(self, place):
        return json.load(open(place))


def total(rows):
    result = 0
    for row in rows:
        result += row
    return result


if __name__ == "__main__":
    print(total([1]))
'''


def after(judged: Judged, target: Target) -> str:
    data = target.original.spliced(judged.splices).after
    assert data is not None
    return data.decode()


def holds(target: Target, reply: str, *, free: bool = False) -> str:
    """The file with a reply that holds."""
    judged = judge(target, reply, signature_free=free)
    assert judged.reason == ""
    return after(judged, target)


def changed(old: str, new: str) -> list[str]:
    """The lines that went and came, marked."""
    before, now = old.split("\n"), new.split("\n")
    while before and now and before[0] == now[0]:
        del before[0], now[0]
    while before and now and before[-1] == now[-1]:
        del before[-1], now[-1]
    return [*(f"-{line}" for line in before), *(f"+{line}" for line in now)]


TOTAL = by_name(python(STORE), "total")
LOAD = by_name(python(STORE), "Store.load")
SAVE = by_name(python(STORE), "Store.save")


@pytest.mark.parametrize(
    "reply",
    [
        "def total(rows):\n    return sum(rows)",
        "def total(rows):\n    return sum(rows)\n\n\nprint(total([1, 2, 3]))\n",
        "import json\n\n\ndef total(rows):\n    return sum(rows)\n\n# Example:\nrows = [1]\nassert total(rows) == 1",
        "```python\ndef total(rows):\n    return sum(rows)\n```",
        "```\ndef total(rows):\n    return sum(rows)\n```\nThis uses sum().",
        "def total(rows):\n    return sum(rows)\n```",
        "\n\n    def total(rows):\n        return sum(rows)\n",
        'def total(rows):\n\treturn sum(rows)\n\nif __name__ == "__main__":\n\ttotal([])',
        "class Store:\n    pass\n\n\ndef total(rows):\n  return sum(rows)\n",
    ],
)
def test_a_function_with_what_small_models_write_around_it(reply: str) -> None:
    assert changed(STORE, holds(TOTAL, reply)) == [
        "-    result = 0",
        "-    for row in rows:",
        "-        result += row",
        "-    return result",
        "+    return sum(rows)",
    ]


@pytest.mark.parametrize(
    "reply",
    [
        "    def load(self, place):\n        with open(place) as stream:\n            return json.load(stream)",
        "def load(self, place):\n    with open(place) as stream:\n        return json.load(stream)",
        "def load(self, place):\n        with open(place) as stream:\n            return json.load(stream)",
        "class Store:\n   def load(self, place):\n      with open(place) as stream:\n         return json.load(stream)",
        "class Store:\n  def load(self, place):\n    with open(place) as stream:\n      return json.load(stream)",
    ],
)
def test_a_method_at_any_depth(reply: str) -> None:
    assert changed(STORE, holds(LOAD, reply)) == [
        "-        return json.load(open(place))",
        "+        with open(place) as stream:",
        "+            return json.load(stream)",
    ]


def test_a_docstring_that_was_forgotten_is_put_back() -> None:
    reply = 'def save(self, place):\n    with open(place, "w", 1) as stream:\n        json.dump(self.rows, stream)'
    assert changed(STORE, holds(SAVE, reply)) == [
        '-        with open(place, "w") as stream:',
        '+        with open(place, "w", 1) as stream:',
    ]
    bare = (
        '    def save(self, place):\n        with open(place, "w") as stream:\n            json.dump(self.rows, stream)'
    )
    assert changed(STORE, holds(SAVE, bare)) == ['-        """Write it."""']
    other = 'def save(self, place):\n    """Write all."""\n    pass\n    return None'
    assert '"""Write it."""' not in holds(SAVE, other)
    store = by_name(python(STORE), "Store")
    lines = store.text.replace('        """Write it."""\n', "").replace('    """Keeps."""\n\n', "")
    assert changed(STORE, holds(store, lines.replace("open(place))", 'open(place, "rb"))'))) == [
        "-        return json.load(open(place))",
        '+        return json.load(open(place, "rb"))',
    ]


def test_imports_and_helpers_that_are_needed() -> None:
    reply = """\
import os
import re
import json
from typing import Dict, List, Any


LIMIT = 3
_WORD = re.compile("a")


def _clean(row):
    # One.
    return _WORD.sub("", row)[:_LONGEST]


_LONGEST = 4


def unused():
    return 1


def total(rows: List[int]):
    return sum(map(_clean, rows))
"""
    new = holds(TOTAL, reply, free=True)
    assert new.startswith('"""Stores."""\n\nimport json\nimport re\nfrom typing import List\n\n\nclass Store:')
    assert (
        '\n\n\n_WORD = re.compile("a")\n\n\ndef _clean(row):\n    # One.\n    return _WORD.sub("", row)[:_LONGEST]\n'
        "\n\n_LONGEST = 4\n\n\ndef total(rows: List[int]):\n    return sum(map(_clean, rows))\n\n\nif __name__"
    ) in new
    assert "unused" not in new
    assert "LIMIT" not in new


def test_helpers_of_a_method() -> None:
    reply = """\
def _rows(stream):
    return json.load(stream)


class Store:
    def load(self, place):
        with open(place) as stream:
            return self._checked(_rows(stream))

    def _checked(self, rows):
        return rows
"""
    new = holds(LOAD, reply)
    assert "\n\n\ndef _rows(stream):\n    return json.load(stream)\n\n\nclass Store:" in new
    assert (
        "            return self._checked(_rows(stream))\n\n"
        "    def _checked(self, rows):\n        return rows\n\n\ndef total"
    ) in new


def test_names_of_the_standard_library_are_imported() -> None:
    reply = "def total(rows: List[int]) -> Optional[float]:\n    return math.fsum(rows) + Counter(rows)[1] or None"
    new = holds(TOTAL, reply, free=True)
    assert "import json\nfrom typing import List, Optional\nimport math\nfrom collections import Counter\n" in new
    bare = python("def f(x):\n    return x\n")
    new = holds(by_name(bare, "f"), "def f(x):\n    return math.sqrt(x)")
    assert new == "import math\n\n\ndef f(x):\n    return math.sqrt(x)\n"


def test_names_that_are_nowhere() -> None:
    judged = judge(TOTAL, "def total(rows):\n    return compute(rows) + np.sum(rows)")
    assert judged.reason == "uses np, which is defined nowhere" or "compute" in judged.reason
    assert judged.splices
    old = python("def f():\n    return missing()\n")
    assert holds(by_name(old, "f"), "def f():\n    return missing() + 1")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "holds no code"),
        ("```python\n```", "holds no code"),
        ("I am sorry, I can't do that.", "is not one function named total"),
        ("Here is the code:\n\n    total = sum", "is not one function named total"),
        ("def other(rows):\n    return sum(rows)", "is not one function named total"),
        ("class total:\n    pass", "is not one function named total"),
        ("total = lambda rows: sum(rows)", "is not one function named total"),
        ("class A:\n    def total(rows):\n        return sum(rows)", "is not one function named total"),
        ("def total(rows):\n    return sum(rows", "is not one function named total"),
        ("def total(rows):\n    return (", "is not one function named total"),
        ("def total(rows, start=0):\n    return sum(rows, start)", "changes the signature of total"),
        ("def total(items):\n    return sum(items)", "changes the signature of total"),
        ("def total(rows) -> int:\n    return sum(rows)", "changes the signature of total"),
        ("async def total(rows):\n    return sum(rows)", "changes the signature of total"),
        ("def total(rows):\n    # ... rest of the code", "is not one function named total"),
        ("def total(rows):\n    result = 1\n    # ... rest of the code\n    return result", "leaves a gap"),
        ("def total(rows):\n    ...", "leaves a gap"),
        ("def total(rows):\n    pass", "leaves a gap"),
        ("def total(rows):\n    pass  # TODO: implement", "leaves a gap"),
        ("def total(rows):\n    raise NotImplementedError", "leaves a gap"),
        ("def total(rows):\n    # TODO: implement this\n    return 0", "leaves a gap"),
        ("def total(rows):\n    # Your code here\n    return 0", "leaves a gap"),
        (TOTAL.text, "changes nothing"),
        (TOTAL.text.replace("\n", "   \n"), "changes nothing"),
        ("def total(rows):\n    return '\x1b[31m'", "contains control characters"),
        ("def total(rows):\n    return '\x07'", "contains control characters"),
        ("def total(rows):\n    return 1  # \u202e", "contains control characters"),
        ("def total(rows):\n    return '\ud800'", "contains control characters"),
        ("def total(rows):\n    return '\0'", "contains control characters"),
        ("def total(rows):\r    return 1", "contains control characters"),
        ("def total(rows):\n    return 1\n<|im_end|>", "contains a model's control token"),
        ("def total(rows):\n    return '<|endoftext|>'", "contains a model's control token"),
        ("def total(rows):\n    return '<fim_middle>'", "contains a model's control token"),
        ("def total(rows):\n    return '" + "x" * 1_000_000 + "'", "is too long"),
        ("def total(rows):\n    return '" + "x" * 2_000 + "'", "has a line of over 1,000 characters"),
        ("(" * 900, "is not one function named total"),
        ("[" * 900 + "\n" + "{" * 900, "is not one function named total"),
        ("\n".join("(" * 100 for _ in range(100)), "is not one function named total"),
        ("../../etc/passwd\n/etc/passwd", "is not one function named total"),
    ],
)
def test_what_does_not_hold(reply: str, reason: str) -> None:
    judged = judge(TOTAL, reply)
    assert judged.reason == reason
    no_code = ("holds no", "is not", "contains", "is too long", "has a line")
    assert bool(judged.splices) == (not reason.startswith(no_code))


def test_a_signature_that_may_change() -> None:
    assert "def total(rows, start=0):" in holds(
        TOTAL, "def total(rows, start=0):\n    return sum(rows, start)", free=True
    )
    assert judge(TOTAL, "def sum_up(rows):\n    return sum(rows)", signature_free=True).splices == ()


def test_blanks_and_commas_make_no_other_signature() -> None:
    spaced = "def total(\n    rows,  # many\n):\n    return sum(rows)"
    assert "    rows,  # many\n" in holds(TOTAL, spaced)


def test_members_of_a_class_keep_their_signatures() -> None:
    store = by_name(python(STORE), "Store")
    assert (
        judge(store, 'class Store:\n    """Keeps."""\n\n    def save(self, place):\n        return 1\n').reason
        == "drops load"
    )
    other = store.text.replace("def load(self, place)", "def load(self, path)").replace("open(place))", "open(path))")
    assert judge(store, other).reason == "changes the signature of load"
    assert judge(store, other, signature_free=True).reason == ""
    more = store.text + "\n\n    def clear(self):\n        self.rows = []"
    assert "def clear(self):" in holds(store, more)


def test_code_that_swallows_what_follows() -> None:
    open_string = 'def total(rows):\n    return """'
    assert judge(TOTAL, open_string).reason in ("is not one function named total", "adds a syntax error")
    closing = Original.of_text("a.js", "function f() {\n  a();\n  b();\n}\n\nfunction g() {}\n")
    target = by_lines(closing, 2)
    assert judge(target, "a();\n}\nfunction evil() {").reason == "changes other definitions"
    assert judge(target, "/*").reason == "adds a syntax error"
    assert "  c();\n  d();\n  b();" in holds(target, "c();\nd();")


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


CASES = toml.loads(Path(__file__).with_name("replies.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=[case["path"] for case in CASES])
def test_other_languages(case: Mapping[str, str]) -> None:
    target = by_name(Original.of_text(case["path"], case["text"]), case["name"])
    assert holds(target, case["reply"]) == case["expected"]


def test_comments_above_come_in_where_there_are_none() -> None:
    js = Original.of_text("a.js", "function f() {\n  return 1;\n}\n")
    reply = "// Here is the updated function:\n/** Says two. */\nfunction f() {\n  return 2;\n}"
    assert holds(by_name(js, "f"), reply) == "/** Says two. */\nfunction f() {\n  return 2;\n}\n"


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


def test_what_the_file_has_already_is_nothing_to_complain_of() -> None:
    old = python('def f():\n    x = "\x1b"\n    y = "<|im_end|>"\n    return "' + "x" * 2_000 + '"\n')
    assert "\n    z = 1\n" in holds(by_name(old, "f"), old.text.replace("    y", "    z = 1\n    y"))


def test_encodings_and_endings() -> None:
    data = "# é\r\ndef f():\r\n    return 1\r\n".encode("latin-1")
    from codeassist.text import decode

    target = by_name(Original("a.py", data, decode(data, "a.py")), "f")
    judged = judge(target, "def f():\n    a = 1\n    return a")
    assert target.original.spliced(judged.splices).after == "# é\r\ndef f():\r\n    a = 1\r\n    return a\r\n".encode(
        "latin-1"
    )


@pytest.mark.parametrize(
    ("instruction", "expected"),
    [
        ("add a parameter for the separator", True),
        ("rename it to total", True),
        ("make it async", True),
        ("add type hints", True),
        ("let it accept a list or a tuple", True),
        ("return a tuple of both", True),
        ("add a --verbose flag", True),
        ("take the timeout from the caller", True),
        ("remove the function", True),
        ("use sum() and nothing else", False),
        ("handle empty rows", False),
        ("fix the off-by-one error", False),
        ("close the file", False),
        ("make it faster", False),
    ],
)
def test_instructions_that_speak_of_a_signature(instruction: str, expected: bool) -> None:
    assert speaks_of_signature(instruction) == expected
