from __future__ import annotations

import math
from pathlib import Path
from xml.etree import ElementTree as ET

from benchmarks.agreement import by_word, saved, whole
from benchmarks.figures import LATE, SETTLED_SECONDS, Play, describe, latencies, percentile, ratios, settled, uncached
from benchmarks.keystrokes import JUMP
from benchmarks.ourside import insertion
from benchmarks.player import Turn
from benchmarks.plots import distribution
from benchmarks.sides import Buffer, Seen
from tests.benchmarks import seeded


def seen(
    shown: float | None, *, text: str = "", cached: bool = False, answered: bool = True, ahead: str = "", index: int = 0
) -> Seen:
    return Seen(
        trace=0,
        index=index,
        kind="type",
        probe=True,
        length=1,
        ahead=ahead,
        pressed=0.0,
        shown=shown,
        text=text or ("x" if shown is not None else ""),
        cached=cached,
        answered=answered,
        asked_evaluated=2,
        asked_generated=1,
        evaluated=3,
        generated=1,
    )


def play(*strokes: Seen, engine_seconds: float = 1.0) -> Play:
    turn = Turn(
        trace=0,
        strokes=len(strokes),
        evaluated=10,
        generated=4,
        engine_seconds=engine_seconds,
        server_seconds=0.0,
        engine_mb=1.0,
    )
    return Play(list(strokes), turn)


def test_percentiles_are_values_that_occurred() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile(range(1, 101), 0.95) == 95
    assert math.isnan(percentile([], 0.5))


def test_no_answer_is_late_and_an_empty_answer_has_no_latency() -> None:
    assert latencies([seen(0.2), seen(None), seen(None, answered=False)]) == [0.2, LATE]


def test_strokes_that_either_side_answers_from_a_cache_are_left_out_on_both() -> None:
    ours = [play(seen(0.1), seen(0.0, cached=True, index=1), seen(0.3, index=2))]
    peer = [play(seen(1.0), seen(2.0, index=1), seen(0.0, cached=True, index=2))]
    assert uncached(ours, peer) == ([0.1], [1.0])


def test_where_the_peer_does_not_ask_it_is_neither_late_nor_compared() -> None:
    ours, peer = play(seen(0.1), seen(0.2, index=1)), play(seen(1.0), seen(None, answered=False, index=1))
    peer.seen[1].declined = True
    peer.seen[1].evaluated = 50
    assert latencies(peer.seen) == [1.0]
    assert uncached([ours], [peer]) == ([0.1], [1.0])
    assert ratios([ours], [peer])["tokens evaluated, where the peer asks"].ratio == 1.0


def test_stops_soon_after_a_jump_can_be_left_out() -> None:
    strokes = [seen(0.1, index=index) for index in range(3)]
    strokes[0].kind, strokes[2].pressed = JUMP, SETTLED_SECONDS
    plays = [play(*strokes)] * 2
    assert settled(plays) == [strokes[2]] * 2
    assert uncached(plays, plays, settled) == ([0.1] * 2, [0.1] * 2)


def test_ratios_are_how_many_times_more_the_peer_needs() -> None:
    ours = [play(seen(0.1), engine_seconds=1.0), play(seen(0.2), engine_seconds=1.0)]
    peer = [play(seen(1.0), engine_seconds=4.0), play(seen(2.0), engine_seconds=4.0)]
    found = ratios(ours, peer)
    assert found["CPU seconds, engine and language server"].ratio == 4.0
    assert found["the same, neither side cached, p50"].ratio == 10.0
    assert found["the same, neither side cached, p95"].low == 10.0


def test_wasted_tokens_are_all_but_those_whose_answer_was_shown() -> None:
    figures = describe([play(seen(0.1), seen(None))])
    assert figures["tokens wasted per stroke, mean"] == (10 + 4 - 3) / 2
    assert figures["tokens evaluated for the keystroke, median"] == 2
    assert figures["stops answered with nothing to show, %"] == 50


def test_whole_suggestions_are_right_or_not() -> None:
    assert whole("ab", "abc") == 2
    assert whole("abd", "abc") == 0


def test_word_by_word_a_suggestion_is_taken_as_far_as_whole_words_are_right() -> None:
    assert by_word("foo(bar)", "foo(baz)") == 4
    assert by_word("foo", "foo_bar") == 3
    assert by_word("x", "y") == 0


def test_what_was_accepted_is_not_accepted_again_and_costs_a_key() -> None:
    text = "alpha"
    strokes = [seen(0.1, text=text[index + 1 :], ahead=text[index + 1 :]) for index in range(len(text) - 1)]
    strokes.append(seen(None))
    assert saved(strokes, whole) == (3, 5)


def test_nothing_is_saved_beyond_the_end_of_the_window() -> None:
    assert saved([seen(0.1, text="lpha", ahead="lpha"), seen(None)], whole) == (0, 2)


def test_the_insertion_leaves_out_what_its_range_covers() -> None:
    span = {"start": {"line": 1, "character": 1}, "end": {"line": 1, "character": 3}}
    item = {"insertText": "yzw", "range": span}
    assert insertion({"items": [item]}, "a\nxyz\n", 5) == "w"
    assert insertion([item], "a\nxab\n", 5) == ""
    assert insertion(None, "", 0) == ""


def test_columns_can_be_counted_in_utf_16() -> None:
    span = {"start": {"line": 0, "character": 2}, "end": {"line": 0, "character": 3}}
    assert insertion([{"insertText": "yz", "range": span}], "𝄞y", 2, utf16=True) == "z"


def test_a_buffer_knows_the_place_of_its_cursor() -> None:
    buffer = Buffer(Path("/f"), "ab\ncd\n", 4)
    assert buffer.place == (1, 1)
    assert buffer.lines == ["ab", "cd"]


def test_a_plot_is_well_formed_and_names_its_series() -> None:
    rng = seeded(0)
    values = [rng.random() for _ in range(50)]
    for logarithmic in (False, True):
        text = distribution("A < B", "seconds", {"one & two": [*values, LATE]}, most=4.0, logarithmic=logarithmic)
        root = ET.fromstring(text)  # noqa: S314  our own
        labels = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
        assert "one & two (n=51)" in labels
        assert "A < B" in labels
