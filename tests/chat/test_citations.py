"""Citations are checked: they exist and hold what is said of them, or they are moved or dropped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.chat.citations import Checker, of_names
from codeassist.chat.documents import Document
from codeassist.chat.revising import Revision
from codeassist.chat.sources import Citation, Sources

CODE = "def load(path):\n    return open(path)\n\n\nclass Store:\n    def save(self):\n        pass\n"
OTHER = "# how long to wait\nTIMEOUT = 3\n"


def sources() -> Sources:
    return Sources([Document("pkg/a.py", CODE), Document("b.py", OTHER)])


def revised(answer: str) -> tuple[str, list[Citation]]:
    checker = Checker(sources())
    return checker.revise("", answer), checker.citations


@pytest.mark.parametrize(
    ("answer", "shown", "cited"),
    [
        ("`load` is in pkg/a.py:1.", None, [("pkg/a.py", 1, 1)]),
        ("`load` is in pkg/a.py:1-2.", None, [("pkg/a.py", 1, 2)]),
        ("`load` is in pkg/a.py:L1-L2.", None, [("pkg/a.py", 1, 2)]),
        ("`load` is in `pkg/a.py`:1.", None, [("pkg/a.py", 1, 1)]),
        ("`load` is in pkg/a.py#L1.", None, [("pkg/a.py", 1, 1)]),
        ("`load` is in pkg/a.py, line 1.", None, [("pkg/a.py", 1, 1)]),
        ("`load` is in pkg/a.py:1:5.", None, [("pkg/a.py", 1, 1)]),
        ("`load` is in a.py:1.", "`load` is in pkg/a.py:1.", [("pkg/a.py", 1, 1)]),
        ("`load` is in ./b.py:1.", "`load` is in pkg/a.py:1-2.", [("pkg/a.py", 1, 2)]),
        ("See pkg/a.py:2.", None, [("pkg/a.py", 2, 2)]),
        ("pkg/a.py:6 is where `save` begins.", None, [("pkg/a.py", 6, 6)]),
        ('It "return open" s (pkg/a.py:1).', 'It "return open" s (pkg/a.py:2).', [("pkg/a.py", 2, 2)]),
        ("The timeout is in b.py:2.", None, [("b.py", 2, 2)]),
        ("how long it waits is in b.py:1", None, [("b.py", 1, 1)]),
    ],
)
def test_what_holds_stays(answer: str, shown: str | None, cited: list[tuple[str, int, int]]) -> None:
    assert revised(answer) == (shown or answer, [Citation(*each) for each in cited])


@pytest.mark.parametrize(
    ("answer", "shown", "cited"),
    [
        ("`save` is in pkg/a.py:2.", "`save` is in pkg/a.py:6-7.", ("pkg/a.py", 6, 7)),
        ("`save()` is in pkg/a.py:99.", "`save()` is in pkg/a.py:6-7.", ("pkg/a.py", 6, 7)),
        ("`Store.save` is in pkg/a.py:1-999.", "`Store.save` is in pkg/a.py:6-7.", ("pkg/a.py", 6, 7)),
        ("`save` is in gone.py:3.", "`save` is in pkg/a.py:6-7.", ("pkg/a.py", 6, 7)),
        ("`TIMEOUT` is in `b.py:1`.", "`TIMEOUT` is in `b.py:2`.", ("b.py", 2, 2)),
        ("`return open(path)` is in pkg/a.py:5.", "`return open(path)` is in pkg/a.py:2.", ("pkg/a.py", 2, 2)),
        ("pkg/a.py:3 defines save()", "pkg/a.py:6-7 defines save()", ("pkg/a.py", 6, 7)),
    ],
)
def test_what_is_elsewhere_is_moved(answer: str, shown: str, cited: tuple[str, int, int]) -> None:
    assert revised(answer) == (shown, [Citation(*cited)])


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("`missing` is in pkg/a.py:2.", "`missing` is in pkg/a.py."),
        ("See pkg/a.py:99.", "See pkg/a.py."),
        ("See pkg/a.py:0.", "See pkg/a.py."),
        ("See pkg/a.py:3-1.", "See pkg/a.py."),
        ("See gone.py:1.", "See gone.py (no such file)."),
        ("See `gone.py`:1.", "See `gone.py` (no such file)."),
        ("See /etc/passwd.txt:1 and ../../x.py:2", "See /etc/passwd.txt (no such file) and ../../x.py (no such file)"),
        ("The network is configured in b.py:2.", "The network is configured in b.py."),
        ("`missing` is on gone.rs, line 4", "`missing` is on gone.rs (no such file)"),
    ],
)
def test_what_cannot_be_shown_is_no_claim(answer: str, shown: str) -> None:
    assert revised(answer) == (shown, [])


@pytest.mark.parametrize("text", ["127.0.0.1:80", "example.com:8080", "at 12:30", "note:5", "x = d[1:2]", "::1", "a:1"])
def test_what_is_no_citation_is_left_alone(text: str) -> None:
    assert revised(f"see {text} there") == (f"see {text} there", [])


def test_each_of_two_in_a_sentence_is_checked_by_its_own_side() -> None:
    answer = "`load` (pkg/a.py:7) and `TIMEOUT` (b.py:2) and `save` (pkg/a.py:1)."
    shown, cited = revised(answer)
    assert shown == "`load` (pkg/a.py:1-2) and `TIMEOUT` (b.py:2) and `save` (pkg/a.py:6-7)."
    assert cited == [Citation("pkg/a.py", 1, 2), Citation("b.py", 2, 2), Citation("pkg/a.py", 6, 7)]


def test_names_in_backticks_are_cited_by_their_lines() -> None:
    places = [Citation("pkg/a.py", 1, 2), Citation("pkg/a.py", 6, 7)]
    answer = "`load` opens, `Store.save()` keeps; `missing` not, `pkg/a.py`"
    assert of_names(answer, sources()) == ([], places)
    assert of_names(answer, sources(), places[:1]) == (places[:1], places[1:])


def streamed(answer: str, sizes: list[int]) -> tuple[list[str], list[Citation]]:
    pieces: list[str] = []
    revision = Revision(sources(), [], pieces.append)
    start = 0
    for size in [*sizes, len(answer)]:
        revision.take(answer[start : start + size])
        start += size
    revision.end()
    assert revision.text == "".join(pieces)
    return pieces, revision.citations


ANSWER = (
    "The function `load` is in pkg/a.py:7 and it opens. `save` is at `pkg/a.py`:1, line 3 of none. See gone.py:3!\n"
    "- pkg/a.py:5, where `Store` begins\n- pkg/a.py, line 2 has nothing of `missing`\n\n"
    "    code.py:1: error\nb.py:2 holds TIMEOUT. Or 127.0.0.1:80, e.g. `TIMEOUT`: b.py:1"
)


@given(sizes=st.lists(st.integers(0, 9), max_size=80))
def test_pieces_make_no_difference(sizes: list[int]) -> None:
    pieces, citations = streamed(ANSWER, sizes)
    assert ("".join(pieces), citations) == revised(ANSWER)


def test_nothing_unchecked_is_shown_on_the_way() -> None:
    pieces, _ = streamed(ANSWER, [1] * len(ANSWER))
    shown = ""
    for piece in pieces:
        shown += piece
        assert "gone.py:" not in shown
        assert "pkg/a.py:7" not in shown
    assert "`load` is in pkg/a.py:1-2" in shown


def test_text_without_citations_goes_on_word_by_word() -> None:
    pieces, _ = streamed("one two three four five", [1] * 23)
    assert len(pieces) > 3


@pytest.mark.parametrize("unit", ["a", "a.", "a/", "`a", "a_", "a.py:1", "x.py:1 ", '"', "line ", "A(", "`", "\u202e"])
def test_a_megabyte_in_one_line_is_passed_on(unit: str) -> None:
    """Quadratic work would take minutes, and the test's time limit would end it."""
    text = unit * (2**20 // len(unit))
    pieces, _ = streamed(text, [4096] * 256)
    assert sum(map(len, pieces)) >= len(text) // 2
