from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeassist.context.languages import languages
from codeassist.context.scope import definitions, enclosing_definition, scopes, scopes_around

PYTHON = """\
import os

class Shop(Base):
    name = "𝒮hop"

    @property
    def total(self):
        def inner():
            return 1
        return inner()


async def main():
    pass
"""
JAVASCRIPT = """\
export const add = (a, b) => { return a + b; };
export default function run() {}
class Cart extends Base {
  total() { return 1; }
  tax = () => 2;
}
const one = 1, two = function () {};
module.exports = { a() {}, b: () => 1, c: 3 };
function* all() {}
"""
GO = """\
package shop

type Cart struct {
	items int
}

type (
	A int
	B interface{ F() }
)

func New() *Cart { return nil }

func (c *Cart) Total() int {
	f := func() int { return 1 }
	return f()
}
"""
RUST = """\
#[derive(Debug)]
struct Cart { items: i32 }
enum Kind { A }
trait Priced { fn price(&self) -> i32; }
impl<T> Priced for Cart<T> {
    fn price(&self) -> i32 { 1 }
}
mod inner { fn f() {} }
macro_rules! m { () => {} }
"""
TABLE = {
    "python": (
        PYTHON,
        [
            ("Shop", "class", 3, 10),
            ("total", "function", 6, 10),
            ("inner", "function", 8, 9),
            ("main", "function", 13, 14),
        ],
    ),
    "javascript": (
        JAVASCRIPT,
        [
            ("add", "function", 1, 1),
            ("run", "function", 2, 2),
            ("Cart", "class", 3, 6),
            ("total", "method", 4, 4),
            ("tax", "method", 5, 5),
            ("two", "function", 7, 7),
            ("a", "method", 8, 8),
            ("b", "method", 8, 8),
            ("all", "function", 9, 9),
        ],
    ),
    "go": (
        GO,
        [
            ("Cart", "type", 3, 5),
            ("A", "type", 8, 8),
            ("B", "type", 9, 9),
            ("New", "function", 12, 12),
            ("Total", "method", 14, 17),
        ],
    ),
    "rust": (
        RUST,
        [
            ("Cart", "struct", 2, 2),
            ("Kind", "enum", 3, 3),
            ("Priced", "trait", 4, 4),
            ("price", "function", 4, 4),
            ("Cart<T>", "impl", 5, 7),
            ("price", "function", 6, 6),
            ("inner", "module", 8, 8),
            ("f", "function", 8, 8),
            ("m", "macro", 9, 9),
        ],
    ),
}


@pytest.mark.parametrize("language", TABLE)
def test_definitions(language: str) -> None:
    text, expected = TABLE[language]
    assert [tuple(each) for each in definitions(languages()[language], text)] == expected


@pytest.mark.parametrize("language", TABLE)
def test_lines_and_offsets_agree(language: str) -> None:
    text, expected = TABLE[language]
    found = scopes(languages()[language], text)
    lines = [(text.count("\n", 0, each.start) + 1, text.count("\n", 0, each.end) + 1) for each in found]
    assert lines == [(start, end) for _, _, start, end in expected]


def test_enclosing_definition_is_innermost_and_outermost() -> None:
    python = languages()["python"]
    found = enclosing_definition(python, PYTHON, PYTHON.index("return 1"))
    assert found is not None
    assert PYTHON[slice(*found.innermost)] == "def inner():\n            return 1"
    assert PYTHON[slice(*found.outermost)].startswith("class Shop(Base):")
    assert PYTHON[slice(*found.outermost)].endswith("return inner()")
    assert enclosing_definition(python, PYTHON, 3) is None


def test_a_definition_holds_its_decorators() -> None:
    python = languages()["python"]
    around = scopes_around(python, PYTHON, PYTHON.index("property"))
    assert [each.name for each in around] == ["Shop", "total"]
    assert PYTHON[around[-1].start :].startswith("@property")


@pytest.mark.parametrize("text", ["é", "中", "𝒳", "👩‍👩‍👧", "a\u2028b", "\ud800", "𝒳é" * 50])
def test_offsets_are_code_points(text: str) -> None:
    source = f'# {text}\nx = "{text}"\ndef f():\n    return "{text}"\n\ny = "{text}"\n'
    found = enclosing_definition(languages()["python"], source, source.index("return"))
    assert found is not None
    assert source[slice(*found.innermost)] == f'def f():\n    return "{text}"'


def test_bodies() -> None:
    for language, body in (("javascript", "{ return a"), ("go", "{\n\titems"), ("rust", "{ items")):
        text = TABLE[language][0]
        first = scopes(languages()[language], text)[0]
        assert text[first.body :].startswith(body)


def test_deep_nesting_is_no_recursion() -> None:
    text = "fn a() {" * 3000
    assert len(definitions(languages()["rust"], text)) <= 3000


@settings(max_examples=150, deadline=None)
@given(
    language=st.sampled_from(sorted(languages())),
    text=st.one_of(
        st.text(max_size=200),
        st.lists(
            st.sampled_from(
                [
                    "def f():\n",
                    "    ",
                    "class A:\n",
                    "}",
                    "{",
                    "(",
                    "function f()",
                    "fn g() ",
                    "𝒳",
                    '"',
                    "\n",
                    "func x() ",
                ]
            ),
            max_size=40,
        ).map("".join),
    ),
)
def test_any_text_has_scopes_within_it(language: str, text: str) -> None:
    for each in scopes(languages()[language], text):
        assert 0 <= each.start <= each.end <= len(text)
        assert each.body == -1 or each.start <= each.body <= each.end
