from __future__ import annotations

from codeassist.lsp.debounce import Debounce


def typed(interval: float, latency: float, keystrokes: int = 40) -> Debounce:
    debounce = Debounce()
    for number in range(keystrokes):
        debounce.keystroke(number * interval)
        debounce.answered(latency)
    return debounce


def test_an_idle_engine_is_asked_at_once() -> None:
    assert Debounce().wait(busy=False) == 0


def test_an_engine_quicker_than_the_typing_is_asked_at_once() -> None:
    assert typed(0.2, 0.1).wait(busy=False) == 0


def test_a_slower_engine_is_spared_a_little() -> None:
    wait = typed(0.1, 0.4).wait(busy=False)
    assert 0.02 < wait <= 0.03


def test_a_wait_is_never_longer_than_what_the_answer_is_late() -> None:
    assert 0 < typed(0.2, 0.21).wait(busy=False) < 0.02


def test_a_wait_is_bounded() -> None:
    assert typed(1.4, 5.0).wait(busy=True) == 0.075


def test_a_busy_engine_is_waited_for_a_little() -> None:
    assert 0 < typed(0.1, 0.05).wait(busy=True) <= 0.03


def test_pauses_are_no_typing() -> None:
    fast = typed(0.1, 0.4)
    before = fast.wait(busy=False)
    fast.keystroke(1000.0)
    assert fast.wait(busy=False) == before


def test_a_clock_that_stands_still_changes_nothing() -> None:
    debounce = typed(0.1, 0.4)
    before = debounce.wait(busy=False)
    for _ in range(10):
        debounce.keystroke(3.9)
    assert debounce.wait(busy=False) == before


def test_it_adapts_when_the_person_slows_down() -> None:
    debounce = typed(0.1, 0.3)
    assert debounce.wait(busy=False) > 0
    for number in range(40):
        debounce.keystroke(10 + number * 0.6)
    assert debounce.wait(busy=False) == 0


def test_a_number_is_taken_as_it_is() -> None:
    assert Debounce().wait(busy=True, fixed_ms=120) == 0.12
    assert Debounce().wait(busy=True, fixed_ms=0) == 0
