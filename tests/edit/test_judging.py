"""What of a reply comes into a file: a definition, with what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from codeassist import toml
from codeassist.edit.judging import judge
from codeassist.edit.original import Original
from codeassist.edit.parts import syntax_of
from codeassist.edit.target import Target
from codeassist.text import decode
from tests.edit.texts import (
    LOAD,
    SAVE,
    STORE,
    TOTAL,
    after,
    by_lines,
    by_name,
    changed,
    holds,
    python,
)


@pytest.mark.parametrize(
    "reply",
    [
        "def total(rows):\n    return sum(rows)",
        "def total(rows):\n    return sum(rows)\n\n\nprint(total([1, 2, 3]))\n",
        "import json\n\n\ndef total(rows):\n    return sum(rows)\n\n# Example:\nrows = [1]\nassert total(rows) == 1",
        "```python\ndef total(rows):\n    return sum(rows)\n```",
        "```\ndef total(rows):\n    return sum(rows)\n```\nThis uses sum().",
        "Sure! Here it is:\n```python\ndef total(rows):\n    return sum(rows)\n```\nIt uses sum().\n```python\nx\n```",
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


CASES = toml.loads(Path(__file__).with_name("replies.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=[case["path"] for case in CASES])
def test_other_languages(case: Mapping[str, str]) -> None:
    target = by_name(Original.of_text(case["path"], case["text"]), case["name"])
    assert holds(target, case["reply"]) == case["expected"]


def test_comments_above_come_in_where_there_are_none() -> None:
    js = Original.of_text("a.js", "function f() {\n  return 1;\n}\n")
    reply = "// Here is the updated function:\n/** Says two. */\nfunction f() {\n  return 2;\n}"
    assert holds(by_name(js, "f"), reply) == "/** Says two. */\nfunction f() {\n  return 2;\n}\n"


def test_encodings_and_endings() -> None:
    data = "# é\r\ndef f():\r\n    return 1\r\n".encode("latin-1")
    target = by_name(Original("a.py", data, decode(data, "a.py")), "f")
    judged = judge(target, "def f():\n    a = 1\n    return a")
    assert target.original.spliced(judged.splices).after == "# é\r\ndef f():\r\n    a = 1\r\n    return a\r\n".encode(
        "latin-1"
    )


def test_another_name_where_it_was_asked_for() -> None:
    reply = "def sum_up(rows):\n    return sum(rows)"
    judged = judge(TOTAL, reply, signature_free=True, new_names=["sum_up"])
    assert judged.reason == "uses total, which is defined nowhere"  # by what stands below it
    assert "def sum_up(rows):" in after(judged, TOTAL)
    assert judge(TOTAL, reply, signature_free=True).reason == "is not one function named total"
    assert judge(TOTAL, reply, new_names=["sum_up"]).reason == "drops total"
    taken = python("def f():\n    return 1\n\n\ndef g():\n    return 2\n")
    judged = judge(by_name(taken, "f"), "def g():\n    return 3", signature_free=True, new_names=["g"])
    assert judged.reason == "defines g, which is there already"


def test_decorators_stay_unless_the_signature_is_free() -> None:
    old = python("class A:\n    @property\n    @cached\n    def f(self):\n        return 1\n")
    target = by_name(old, "A.f")
    reply = "def f(self):\n    return 2"
    assert holds(target, reply) == old.text.replace("1", "2")
    assert holds(target, reply, free=True) == "class A:\n    def f(self):\n        return 2\n"


def test_a_property_and_its_setter() -> None:
    old = python(
        "class A:\n    @property\n    def x(self):\n        return self._x\n\n"
        "    @x.setter\n    def x(self, value):\n        self._x = value\n"
    )
    setter = by_lines(old, 6)
    assert setter.text.startswith("@x.setter")
    reply = old.text.replace("= value", "= int(value)")
    assert holds(setter, reply) == reply


def test_a_type_that_becomes_one_of_another_kind() -> None:
    old = Original.of_text("a.ts", "interface A {\n  a: number;\n}\n")
    reply = "type A = {\n  a: string;\n};"
    assert judge(by_name(old, "A"), reply).reason == "is not one interface named A"
    assert holds(by_name(old, "A"), reply, free=True) == "type A = {\n  a: string;\n};\n"


def test_a_definition_of_which_a_place_does_not_parse() -> None:
    old = Original.of_text(
        "a.c", "int f(void) {\n    FOR_EACH(x) y; {{ }\n    return 1;\n}\n\nint g(void) { return 2; }\n"
    )
    syntax = syntax_of("a.c", old.text)
    assert syntax is not None
    part = next(each for each in syntax.definitions() if each.name == "f")
    assert part.broken
    target = Target(old, "node", part.start, part.end, part.kind, part.full_name, part.body)
    assert holds(target, target.text.replace("return 1", "return 3")) == old.text.replace("return 1", "return 3")
    assert judge(target, target.text.replace("return 1;", "return (3;")).reason == "adds a syntax error"
