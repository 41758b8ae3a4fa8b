"""The quality gate: what passes, what fails, what is not shown."""

from __future__ import annotations

import random

from codeassist.tuning.gate import LOSS, MARGIN, judge
from codeassist.tuning.passages import Item
from codeassist.tuning.reading import Reading
from codeassist.tuning.requantising import read_in_turn


def readings(count: int, share: float, logprob: float, seed: int = 1) -> list[Reading]:
    """Twenty lines each; the same items with the same seed."""
    chance = random.Random(seed)  # noqa: S311  figures, not secrets
    found = []
    for _ in range(count):
        drawn = [chance.random() for _ in range(20)]
        exact = sum(value < share for value in drawn)
        found.append(Reading(20, exact, 200 * logprob + chance.gauss(0, 1), 200))
    return found


def test_the_same_readings_pass() -> None:
    verdict = judge(readings(40, 0.5, -1.0), readings(40, 0.5, -1.0))
    assert verdict.passed
    assert not verdict.failed
    assert (verdict.lines.value, verdict.logprob.value) == (0.0, 0.0)


def test_half_of_the_lines_lost_fails() -> None:
    verdict = judge(readings(40, 0.5, -1.0), readings(40, 0.25, -1.0))
    assert verdict.failed
    assert not verdict.passed
    assert verdict.lines.high < -MARGIN


def test_probability_lost_fails_with_every_line_kept() -> None:
    verdict = judge(readings(40, 0.5, -1.0), readings(40, 0.5, -1.0 - 3 * LOSS))
    assert verdict.failed
    assert verdict.lines.value == 0.0


def test_a_gain_passes() -> None:
    assert judge(readings(40, 0.5, -1.0), readings(40, 0.6, -0.9)).passed


def test_what_is_not_shown_does_not_pass() -> None:
    """Differences that go both ways: their mean is none, their interval is wide."""
    before, after = readings(12, 0.5, -1.0, seed=1), readings(12, 0.5, -1.0, seed=2)
    verdict = judge(before, after)
    assert not verdict.passed
    assert not verdict.failed


def test_too_few_items_decide_nothing() -> None:
    verdict = judge(readings(4, 0.9, -1.0), readings(4, 0.1, -3.0))
    assert not verdict.failed
    assert not judge(readings(4, 0.9, -1.0), readings(4, 0.9, -1.0)).passed


def test_reading_ends_when_a_loss_is_shown() -> None:
    texts = [Item(str(number), ()) for number in range(40)]
    asked: list[str] = []

    def good(text: Item) -> Reading:
        asked.append(text.name)
        return Reading(20, 10, -200.0, 200)

    verdict = read_in_turn([good, lambda _text: Reading(20, 2, -400.0, 200)], texts, lambda _text: None)
    assert verdict.failed
    assert len(asked) == verdict.items == 8
