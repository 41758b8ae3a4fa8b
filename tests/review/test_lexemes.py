"""Words and signs of code, and what may have been meant."""

from __future__ import annotations

import pytest

from codeassist.context.languages import languages
from codeassist.review.lexemes import Lexeme, alternatives, lexemes

PYTHON = languages()["python"]


def of(text: str, word: str, language: str = "python") -> tuple[Lexeme, list[str]]:
    found = lexemes(languages()[language], text)
    lexeme = next(each for each in found if each.text == word)
    return lexeme, list(alternatives(lexeme, found))


def test_comments_and_strings_hold_none() -> None:
    assert [each.text for each in lexemes(PYTHON, 'x = "a < b"  # y < z\n')] == ["x", "="]


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("if a <= b: pass\n", "<=", "<"),
        ("if a is not b: pass\n", "is not", "is"),
        ("if not a: pass\n", "not ", ""),
        ("if a and b: pass\n", "and", "or"),
        ("if ready: pass\n", "ready", "not ready"),
        ("x = items[1]\n", "1", "0"),
        ("x.first = y.second\n", "first", "second"),
        ("go(left, right)\n", "left", "right"),
        ("return True\n", "True", "False"),
    ],
)
def test_what_is_mistaken_for_it_is_among_the_alternatives(text: str, word: str, expected: str) -> None:
    assert expected in of(text, word)[1]


def test_names_stand_only_for_names_of_their_kind() -> None:
    text = "total = size(width) + self.height\n"
    assert of(text, "size")[0].kind == "called"
    assert of(text, "height")[0].kind == "member"
    assert "height" not in of(text, "width")[1]
    assert "size" not in of(text, "width")[1]


def test_a_longer_sign_is_not_taken_for_its_beginning() -> None:
    assert [each.text for each in lexemes(PYTHON, "a ** b >>= c -> d\n") if each.kind == "sign"] == []


def test_conditions_of_other_languages_are_denied_in_their_way() -> None:
    assert "!ready" in of("if (ready) { go(); }\n", "ready", "javascript")[1]


def test_keywords_are_no_names() -> None:
    assert [each.text for each in lexemes(PYTHON, "for x in y: return x\n")] == ["x", "in", "y", "x"]
