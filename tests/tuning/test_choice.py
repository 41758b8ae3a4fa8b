"""From speeds to settings."""

from __future__ import annotations

import pytest

from codeassist.tuning.choice import best_batch, best_model, context_tokens, cost_ms, fastest
from codeassist.tuning.speed import Speed


def speed(prefill: float = 130.0, decode: float = 40.0, typed_ms: float = 50.0) -> Speed:
    return Speed(prefill, decode, typed_ms, 3)


@pytest.mark.parametrize(
    ("prefill", "target", "tokens"),
    [
        (20, 500, 0),
        (130, 500, 192),
        (140, 500, 256),
        (200, 500, 512),
        (2000, 500, 512),
        (130, 250, 0),
        (130, 1000, 512),
    ],
)
def test_context_follows_the_speed(prefill: float, target: int, tokens: int) -> None:
    """The prompt around the cursor has 288 tokens; the rest of what is read in eight targets is for the repository."""
    assert context_tokens(speed(prefill), target) == tokens


def test_a_small_change_of_speed_changes_nothing() -> None:
    assert len({context_tokens(speed(prefill), 500) for prefill in range(136, 150)}) == 1


def test_a_suggestion_is_a_keystroke_s_tokens_and_eleven_more() -> None:
    assert speed(decode=20, typed_ms=100).suggestion_ms() == pytest.approx(100 + 11 * 50)
    assert cost_ms(speed(prefill=288, decode=20, typed_ms=100)) == pytest.approx(650 + 100)


def test_larger_batches_win_where_they_read_faster() -> None:
    """Figures of the default model on two cores (ARCHITECTURE.md): 128 reads faster, 512 holds a cancel up."""
    speeds = {16: speed(86), 32: speed(105), 64: speed(131), 128: speed(160), 512: speed(165)}
    assert best_batch(speeds, 64) == 128


def test_a_batch_stays_where_another_gains_little() -> None:
    speeds = {16: speed(86), 32: speed(105), 64: speed(131), 128: speed(148), 512: speed(150)}
    assert best_batch(speeds, 64) == 64


def test_a_slow_current_candidate_gives_way_a_nearly_equal_one_does_not() -> None:
    assert fastest({"a": speed(decode=40), "b": speed(decode=41)}, "a") == "a"
    assert fastest({"a": speed(decode=40), "b": speed(decode=60)}, "a") == "b"
    assert fastest({"b": speed(decode=20)}, "a") == "b"


def test_the_largest_model_within_the_target() -> None:
    speeds = {"small": speed(decode=40), "middle": speed(decode=15), "large": speed(decode=7)}
    sizes = {"small": 1, "middle": 2, "large": 4}
    assert best_model(speeds, sizes, 400) == "small"
    assert best_model(speeds, sizes, 900) == "middle"
    assert best_model(speeds, sizes, 3000) == "large"
    assert best_model(speeds, sizes, 60) == "small", "none is within: the fastest"
