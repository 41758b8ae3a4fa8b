from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.keystrokes import DELETE, JUMP, TYPE, Stroke, apply, paced, pause_after, synthesise, window
from tests.benchmarks import seeded

_LINES = st.lists(st.sampled_from(["a = 1\n", "    b\n", "\n", "\tc(d)\n", "  \n", "é𝄞 x\n"]), max_size=8)


def replayed(pre: str, strokes: list[Stroke]) -> str:
    text = pre
    for stroke in strokes:
        assert 0 <= stroke.at <= len(text)
        text = apply(text, stroke)
    return text


def typed(strokes: list[Stroke]) -> list[str]:
    return [stroke.text for stroke in strokes if stroke.kind == TYPE]


@settings(max_examples=300, deadline=None)
@given(_LINES, _LINES, st.booleans(), st.booleans())
def test_replaying_the_strokes_gives_exactly_the_new_text(
    old: list[str], new: list[str], open_old: bool, open_new: bool
) -> None:
    pre, post = ("".join(lines)[: -1 if cut else None] for lines, cut in ((old, open_old), (new, open_new)))
    assert replayed(pre, synthesise(pre, post)) == post


def test_new_lines_are_typed_from_the_end_of_the_line_above_and_bring_their_indentation() -> None:
    strokes = synthesise("def f():\nend\n", "def f():\n    return 1\nend\n")
    assert strokes[0].kind == JUMP
    assert strokes[0].at == len("def f():")
    assert typed(strokes) == ["\n    ", *"return 1"]


def test_a_changed_word_is_deleted_in_one_edit_and_typed_again() -> None:
    strokes = synthesise("x = alpha + 1\n", "x = beta + 1\n")
    assert [(stroke.kind, stroke.removed, stroke.text) for stroke in strokes[:2]] == [(JUMP, 0, ""), (DELETE, 4, "")]
    assert typed(strokes) == list("bet")


def test_what_lies_ahead_ends_at_a_jump() -> None:
    strokes = synthesise("a\nb\nc\n", "a1\nb\nc23\n")
    assert [stroke.ahead for stroke in strokes] == ["1", "", "23", "3", ""]


def test_a_window_starts_with_a_jump_to_where_the_text_has_come() -> None:
    pre, post = "a\n", "a long line of text\n"
    strokes = synthesise(pre, post)
    text, taken = window(pre, strokes, 5, seeded(3))
    assert taken[0].kind == JUMP
    assert taken[0].at == text.index("\n")
    assert post.startswith(replayed(text, taken)[:-1])
    assert post[taken[0].at :].startswith(taken[0].ahead)


def test_a_window_larger_than_the_trace_takes_all_of_it() -> None:
    strokes = synthesise("a\n", "abc\n")
    assert window("a\n", strokes, 50, seeded(0)) == ("a\n", strokes)


@pytest.mark.parametrize(
    ("stroke", "least", "most"),
    [(Stroke(JUMP, 0), 1.0, 3.0), (Stroke(TYPE, 0, 0, "\n  "), 0.3, 0.8), (Stroke(TYPE, 0, 0, "x"), 0.04, 1.0)],
)
def test_pauses_stay_within_the_bounds_of_their_kind(stroke: Stroke, least: float, most: float) -> None:
    pauses = [pause_after(stroke, seeded(seed)) for seed in range(200)]
    assert least <= min(pauses) < max(pauses) <= most


def test_the_same_seed_gives_the_same_pauses_and_stops() -> None:
    strokes = synthesise("", "for name in names:\n    print(name)\n")
    one, other = (paced(strokes, seeded(7), 0.3, 5.0) for _ in range(2))
    assert one == other
    assert {stroke.pause for stroke in one if stroke.probe} == {5.0}
    assert any(not stroke.probe for stroke in one)
