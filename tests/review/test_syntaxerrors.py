from __future__ import annotations

import pytest

from codeassist.context.languages import languages, parse
from codeassist.review.syntaxerrors import compile_python, faults, is_unbalanced

PYTHON = languages()["python"]
FLAT = parse(PYTHON, "x = 1\n")


def test_deep_texts_are_no_matter_for_pythons_parser() -> None:
    text = "x = " + "-" * 400 + "1\n"
    assert compile_python(parse(PYTHON, text), text) == ("unknown", None)


@pytest.mark.parametrize("text", ["x = " + "-" * 200_000 + "1\n", "x = " + "a." * 40_000 + "b\n", "x = 1\n" * 100_000])
def test_texts_that_are_too_much_for_pythons_parser_end_in_no_word(text: str) -> None:
    assert compile_python(FLAT, text) == ("unknown", None)


def test_warnings_are_no_errors() -> None:
    assert compile_python(FLAT, "x = '\\d'\n") == ("right", None)


def test_errors_are_listed_up_to_a_bound() -> None:
    assert len(faults(parse(languages()["javascript"], "function f() { ) }\n" * 1_000))) == 100
    assert faults(FLAT) == []


@pytest.mark.parametrize(
    ("language", "text", "unbalanced"),
    [
        ("c", "f(a[1], '(', \"{\"); /* ( */", False),
        ("c", "f(a[1)]", True),
        ("c", "f)", True),
        ("c", "#if A\n{\n# else\n{ {\n#if B\n{\n#endif\n{\n#endif\n}\n", False),
        ("c", "#if A\n{\n#elif B\n}\n#endif\n}\n", False),
        ("bash", "if a; then\n  for x in b; do c; done\nfi\ncase $a in b) ;; esac\n", False),
        ("bash", "if a; then\n  echo fi-x --if .fi\n", True),
        ("csharp", 'var s = @"(\\"; F("[");', False),
    ],
)
def test_brackets_are_matched_outside_of_text(language: str, text: str, unbalanced: bool) -> None:
    assert is_unbalanced(languages()[language], text) is unbalanced
