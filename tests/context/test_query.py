"""What a search query asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.context.query import parse


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("run", (("run",),)),
        ("Runner.run", (("Runner", "run"),)),
        ("Runner::run()", (("Runner", "run"),)),
        ("`_private`", (("_private",),)),
        ("$store->get", (("$store", "get"),)),
    ],
)
def test_a_name_alone(query: str, names: tuple[tuple[str, ...], ...]) -> None:
    asked = parse(query)
    assert (asked.symbol, asked.names) == (True, names)


def test_names_inside_prose_are_those_that_look_like_code() -> None:
    asked = parse("Show why Panel ignores soft_wrap in Console.print, closes #12")
    assert not asked.symbol
    assert asked.names == (("Panel",), ("soft_wrap",), ("Console", "print"))
    assert asked.words == ("show", "panel", "ignores", "soft", "wrap", "console", "print")


def test_words_that_every_text_has_are_left_out_unless_there_are_no_others() -> None:
    assert parse("where is the cache made").words == ("cache", "made")
    assert parse("what is it").words == ("what", "is", "it")
    assert parse("fix").words == ("fix",)


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("app/run.py:12", ("app/run.py", 12)),
        ("run.py", ("run.py", 0)),
        ("run.py:12:4", ("run.py", 12)),
        ("app/run.py:12-30", ("app/run.py", 12)),
        ("lib/", None),
        ("run", None),
        ("see run.py", None),
    ],
)
def test_a_place(query: str, place: tuple[str, int] | None) -> None:
    assert parse(query).place == place


@given(st.text(max_size=80))
def test_any_text_is_a_query(query: str) -> None:
    asked = parse(query)
    assert len(set(asked.words)) == len(asked.words)
    assert all(part for name in asked.names for part in name)


def test_a_long_query_is_bounded() -> None:
    assert len(parse("word" * 1_000_000).words) <= 1
    assert parse("a." * 500_000).symbol is False
