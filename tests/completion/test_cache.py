"""Known suggestions: exact, typed through, and never for another place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.completion.cache import Known, SuggestionCache

DOC = "file:///a.py"
BEFORE, AFTER, TEXT = "def f(a):\n    ret", "\n\nx = 1\n", "urn a + 1\n    # done"


@pytest.fixture
def cache() -> SuggestionCache:
    cache = SuggestionCache()
    cache.put(DOC, BEFORE, AFTER, Known(TEXT, "scope", 0.9))
    return cache


def test_the_same_place_again(cache: SuggestionCache) -> None:
    known = cache.exact(DOC, BEFORE, AFTER)
    assert known is not None
    assert known.text == TEXT
    assert cache.exact(DOC, BEFORE + " ", AFTER) is None
    assert cache.exact(DOC, BEFORE, AFTER + "y") is None
    assert cache.exact("file:///b.py", BEFORE, AFTER) is None


@given(typed=st.integers(1, len(TEXT) - 1))
def test_typing_what_was_suggested_leaves_the_rest(typed: int) -> None:
    cache = SuggestionCache()
    cache.put(DOC, BEFORE, AFTER, Known(TEXT, "scope", 0.9))
    known = cache.typed_through(DOC, BEFORE + TEXT[:typed], AFTER)
    assert known is not None
    assert known.text == TEXT[typed:]


def test_typing_something_else_leaves_nothing(cache: SuggestionCache) -> None:
    assert cache.typed_through(DOC, BEFORE + "x", AFTER) is None
    assert cache.typed_through(DOC, BEFORE + TEXT, AFTER) is None, "all of it was typed: ask anew"
    assert cache.typed_through(DOC, BEFORE + TEXT[:3], AFTER + "changed") is None


def test_an_edit_far_above_changes_nothing() -> None:
    cache = SuggestionCache()
    near = "y = 2\n" * 400 + BEFORE
    cache.put(DOC, "a = 1\n" + near, AFTER, Known(TEXT, "scope", 0.9))
    assert cache.exact(DOC, "import os\na = 1\n" + near, AFTER) is not None


def test_nothing_to_show_is_known_too_but_not_typed_through() -> None:
    cache = SuggestionCache()
    cache.put(DOC, BEFORE, AFTER, Known("", "filtered", 0.0))
    assert cache.exact(DOC, BEFORE, AFTER) == Known("", "filtered", 0.0)
    assert cache.typed_through(DOC, BEFORE + "u", AFTER) is None


def test_only_so_many_are_kept() -> None:
    cache = SuggestionCache()
    for number in range(600):
        cache.put(DOC, f"x{number}", "", Known("y", "stop", 1.0))
    assert cache.exact(DOC, "x0", "") is None
    assert cache.exact(DOC, "x599", "") is not None
