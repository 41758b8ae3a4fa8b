"""The parts of the filters that have no golden cases: confidence, what compiles, what is parsed around the cursor."""

from __future__ import annotations

import math
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.completion.filters.compiles import compiles
from codeassist.completion.filters.confidence import DEFAULT, Thresholds, confident, mean_probability
from codeassist.completion.filters.hole import hole
from codeassist.completion.filters.region import Parsed, Region, regions
from codeassist.context.languages import languages

PYTHON = languages()["python"]


@pytest.mark.parametrize(
    ("probabilities", "shown"),
    [
        ([], True),
        ([0.9, 0.8, 0.9], True),
        ([0.55] * 20, True),
        ([0.45] * 20, False),
        ([0.01, 1.0, 1.0, 1.0], False),
        ([0.31], True),
        ([0.9, 0.9, 0.9, 0.01], False),
    ],
)
def test_confident(probabilities: list[float], shown: bool) -> None:
    assert confident([math.log(each) for each in probabilities]) is shown


def test_how_likely_a_word_was_that_the_person_began_says_nothing() -> None:
    logprobs = [math.log(each) for each in (0.2, 0.9)]
    assert confident(logprobs, forced=True)
    assert not confident(logprobs)


def test_thresholds_are_in_one_place() -> None:
    logprobs = [math.log(0.5)] * 4
    assert confident(logprobs, Thresholds(mean=0.5 - 1e-9, first=0.1))
    assert not confident(logprobs, Thresholds(mean=0.6))
    assert not confident(logprobs, Thresholds(mean=0.1, first=0.6))
    assert Thresholds() == DEFAULT


@given(st.lists(st.floats(), max_size=5))
def test_any_logprobs_are_weighed(logprobs: list[float]) -> None:
    assert 0.0 <= mean_probability(logprobs) <= 1.0
    assert confident(logprobs) in (True, False)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("x = 1\n", True),
        ("    def f(self):\n        pass\n", True),
        ("\tx = = 1\n", False),
        ("a() return\n", False),
        ("if a:\nb = 1\n", False),
        ("x = '\ud800'\n", False),
        ("(" * 10_000, False),
        ("x = \0\n", False),
        ("x = f'\\N{EM DASH} {a} \\d'\n", True),
        ("x = \"\\\\\" + '\\''\n", True),
        ("x = 1 + \\\n    2\n", True),
    ],
)
def test_compiles(text: str, result: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert compiles(text) is result


def test_the_definition_around_the_cursor_is_parsed_first() -> None:
    file = (
        "x = = 1\n\n\nclass A:\n    a = 1\n\n    def f(self):\n        ▮\n\n    def g(self):\n        pass\n\n\nb =\n"
    )
    prefix, suffix = file.split("▮")
    first, second = regions(hole(prefix, suffix, PYTHON))
    assert first == Region("    def f(self):\n        ", "\n\n    def g(self):\n        pass\n\n\n")
    assert second.prefix.startswith("class A:")


def test_a_definition_begins_neither_in_a_string_nor_goes_without_its_decorator() -> None:
    prefix = 'def f():\n    """\ndef g():\n    """\n    '
    region = regions(hole(prefix, "\n\n\n@a\n@b\ndef h():\n    pass\n\n\nx = 1\n\n\n@c\ndef i():\n    pass\n", PYTHON))[
        0
    ]
    assert region.prefix == prefix
    assert not region.suffix.rstrip().endswith("@a")


@pytest.mark.parametrize("language", ["python", "javascript", "go", "rust"])
@given(st.data())
def test_parsing_again_counts_as_parsing_anew(language: str, data: st.DataObject) -> None:
    """A tree that was edited and parsed again is free of errors exactly if the text is."""
    pieces = st.lists(st.sampled_from(["a", "(", ")", "{", "}", "\n", " = ", "b", '"', "é𝒳", "if a", ":"]), max_size=6)
    before, middle, after = ("".join(data.draw(pieces)) for _ in range(3))
    row = languages()[language]
    again = Parsed(row, Region(before, after))
    again.errors("")
    anew = Parsed(row, Region("", ""))
    assert (again.errors(middle) == 0) == (anew.errors(before + middle + after) == 0)
