from __future__ import annotations

import re
from pathlib import Path

import pytest

from codeassist.completion.filters.hole import hole
from codeassist.completion.filters.words import closing_word
from codeassist.completion.postprocess import clean
from codeassist.context.languages import language_for, languages

SAMPLES = [path for path in sorted((Path(__file__).parents[1] / "context/samples").iterdir()) if path.suffix != ".txt"]


def test_languages_with_other_marks_are_left_alone() -> None:
    for name in ("python", "c"):
        assert closing_word(hole("def f\n    ", "\nend\n", languages()[name]), "x\nend\n") is None


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_line_that_stood_there_stays(path: Path) -> None:
    """Nine of ten, at least; what is taken away is a brace that may belong to the line below, or says nothing."""
    language, text = language_for(path), path.read_text(encoding="utf-8")
    tried, kept = 0, 0
    for match in list(re.finditer(r"(?<=\n)([ \t]*)(\S[^\n]*\w[^\n]*)", text))[::3]:
        line = match[2]
        tried += 1
        kept += clean(text[: match.start(2)], text[match.end() :], line, language).text.rstrip() == line.rstrip()
    assert tried >= 10
    assert kept >= 0.9 * tried


def test_code_in_a_namespace_that_is_not_indented() -> None:
    before, after = "namespace a {\nnamespace b {\n\nint f(int x) {\n    ", "\n}\n}  // b\n}  // a\n\nint g();\n"
    for text in ("return x + 1;", "std::lock_guard<std::mutex> guard(mutex);"):
        assert clean(before, after, text, languages()["cpp"]).text == text
    assert (
        clean("class A {\npublic:\n    A();\n    ", "\n};\n", "virtual ~A();", languages()["cpp"]).text
        == "virtual ~A();"
    )
