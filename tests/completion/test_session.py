"""Anchored sessions: what keystrokes, deletions, moves and acceptances cost, over the scripted and a real engine."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeassist.completion.decoding import Place
from codeassist.completion.session import Completer
from codeassist.completion.suggestion import Suggestion
from codeassist.engine.fake import Reply
from codeassist.paths import user_paths
from codeassist.session import open_session
from tests.conftest import FakeScript
from tests.models.cache import cached_model

DOC = "file:///a.py"
ABOVE = "".join(f"value_{number} = {number}\n" for number in range(40)) + "\n\ndef work(first, second):\n    "
BELOW = "\n\n\ndef other():\n    pass\n"
WAIT_SECONDS = 60.0


def at(before: str, after: str = BELOW) -> Place:
    return Place(Path("a.py"), before, after)


@pytest.fixture
def completer(fake_engine: FakeScript) -> Iterator[Completer]:
    """Answers every prompt with `total + 1`."""
    config = user_paths(os.environ).config_file
    config.parent.mkdir(parents=True)
    config.write_text("[completion]\nprefix_tokens = 1000\n")  # a token is a character here
    fake_engine("total + 1")
    made = Completer(open_session(os.environ))
    yield made
    made.close()


def idle(completer: Completer) -> None:
    assert completer._ahead.background.idle(WAIT_SECONDS)


def test_a_keystroke_evaluates_what_was_typed(completer: Completer) -> None:
    completer.complete(DOC, at(ABOVE))
    evaluated = [
        completer.complete(DOC, at(ABOVE + "result = first.value"[:end])).timings.evaluated_tokens
        for end in range(1, 21)
    ]
    assert max(evaluated) <= len("result") + 1, "a word, once it is finished; a token is a character here"
    assert sum(evaluated) < 2 * len("result = first.value")
    assert completer.counters.anchors == 1


def test_deleting_what_was_typed_evaluates_next_to_nothing(completer: Completer) -> None:
    completer.complete(DOC, at(ABOVE + "result = first + second"))
    again = completer.complete(DOC, at(ABOVE + "result = first"))
    assert again.timings.evaluated_tokens <= 1
    assert completer.counters.anchors == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(ABOVE.replace("value_39", "value_x"), BELOW, id="edited above"),
        pytest.param(ABOVE, BELOW.replace("other", "another"), id="edited below"),
        pytest.param(ABOVE + "x = 1\n\n\ndef other():\n    ", "\n    pass\n", id="moved down"),
    ],
)
def test_a_change_of_frozen_text_sets_a_new_anchor(completer: Completer, before: str, after: str) -> None:
    completer.complete(DOC, at(ABOVE + "x = 1"))
    completer.complete(DOC, at(before, after))
    assert completer.counters.anchors == 2


def test_going_back_to_where_one_was_needs_no_new_anchor(completer: Completer) -> None:
    completer.complete(DOC, at(ABOVE + "x = 1"))
    completer.complete(DOC, at(ABOVE + "x = 1\n\n\ndef other():\n    ", "\n    pass\n"))
    completer.complete(DOC, at(ABOVE + "x = 1 +"))
    assert completer.counters.anchors == 2


def test_a_new_anchor_keeps_what_the_kv_cache_holds_of_the_text_above(completer: Completer) -> None:
    completer.complete(DOC, at(ABOVE + "x = 1"))
    moved = completer.complete(DOC, at(ABOVE + "x = 1\n\n\ndef other():\n    ", "\n    pass\n"))
    assert moved.timings.cached_tokens > len(ABOVE) // 2


def test_typing_what_was_suggested_asks_no_engine(completer: Completer) -> None:
    first = completer.complete(DOC, at(ABOVE + "x = "))
    assert (first.text, first.origin) == ("total + 1", "engine")
    typed = completer.complete(DOC, at(ABOVE + "x = tot"))
    assert (typed.text, typed.origin, typed.timings.evaluated_tokens) == ("al + 1", "typed", 0)
    again = completer.complete(DOC, at(ABOVE + "x = "))
    assert (again.text, again.origin) == ("total + 1", "cache")
    assert (completer.counters.cache_hits, completer.counters.typed_through) == (1, 1)
    assert completer.complete(DOC, at(ABOVE + "x = other")).origin == "engine"


def test_the_next_suggestion_is_computed_while_one_is_shown(fake_engine: FakeScript) -> None:
    fake_engine(Reply(when="x = total", text="\n    return x\n"), Reply(text="total"))
    completer = Completer(open_session(os.environ))
    place = at(ABOVE + "x = ")
    completer.shown(DOC, place, completer.complete(DOC, place))
    idle(completer)
    following = completer.complete(DOC, at(ABOVE + "x = total"))
    assert (following.text, following.origin) == ("\n    return x", "cache")
    entered = completer.complete(DOC, at(ABOVE + "x = total\n    "))
    assert (entered.text, entered.origin) == ("return x", "typed"), "the person pressed Enter, the editor indented"
    completer.close()


def begun(completer: Completer, place: Place) -> tuple[threading.Thread, list[Suggestion]]:
    """A completion on a thread of its own, once the engine works on it."""
    answers: list[Suggestion] = []
    started = threading.Event()

    def cancel() -> bool:
        started.set()
        return False

    thread = threading.Thread(target=lambda: answers.append(completer.complete(DOC, place, cancel=cancel)))
    thread.start()
    assert started.wait(WAIT_SECONDS)
    return thread, answers


@pytest.mark.parametrize("how", ["newer", "cancel", "forget"])
def test_what_is_superseded_ends_at_once(fake_engine: FakeScript, how: str) -> None:
    fake_engine(Reply(when="slow", fail="hang"), Reply(text="fast"))
    completer = Completer(open_session(os.environ))
    thread, answers = begun(completer, at(ABOVE + "slow = "))
    if how == "newer":
        assert completer.complete(DOC, at(ABOVE + "quick = ")).text == "fast"
    elif how == "cancel":
        completer.cancel(DOC)
    else:
        completer.forget(DOC)
    thread.join(WAIT_SECONDS)
    assert [(each.text, each.finish) for each in answers] == [("", "cancelled")]
    assert completer.counters.cancelled == 1
    completer.close()


def test_what_was_begun_early_is_given_up_once_it_is_wrong(fake_engine: FakeScript) -> None:
    fake_engine(Reply(when="x = total", fail="hang"), Reply(text="total"))
    completer = Completer(open_session(os.environ))
    place = at(ABOVE + "x = ")
    completer.shown(DOC, place, completer.complete(DOC, place))
    assert completer.complete(DOC, at(ABOVE + "x = tot")).text == "al", "typing on towards it leaves it running"
    assert not completer._ahead.background.idle(0)
    completer.complete(DOC, at(ABOVE + "x = other"))
    idle(completer)
    assert completer._anchored.cache.exact(DOC, ABOVE + "x = total", BELOW) is None
    completer.close()


def test_a_place_is_warmed_up_before_anybody_asks(completer: Completer) -> None:
    completer.warm(DOC, at(ABOVE))
    idle(completer)
    first = completer.complete(DOC, at(ABOVE))
    assert first.timings.evaluated_tokens <= 1
    assert first.timings.cached_tokens > len(ABOVE) // 2


def test_a_long_warm_up_is_told_and_its_end(fake_engine: FakeScript) -> None:
    fake_engine("total")
    told: list[str] = []
    completer = Completer(open_session(os.environ), progress=told.append)
    completer.warm(DOC, at(ABOVE))
    idle(completer)
    completer.warm(DOC, at(ABOVE + "x"))
    idle(completer)
    assert told == ["reading the code around the cursor", ""], "the second one finds everything in the cache"
    completer.close()


def test_max_lines_bounds_a_block(fake_engine: FakeScript) -> None:
    fake_engine("a = 1\n    b = 2\n    return a\n")
    completer = Completer(open_session(os.environ))
    assert completer.complete(DOC, at(ABOVE), max_lines=2).text == "a = 1\n    b = 2"
    completer.close()


def test_whole_statements_are_enough_when_patience_ends(fake_engine: FakeScript) -> None:
    fake_engine("a = 1\n    b = 2\n    return a\n")
    completer = Completer(open_session(os.environ), patience_s=0.0)
    assert completer.complete(DOC, at(ABOVE)).text == "a = 1"
    completer.close()


@pytest.mark.model
def test_a_real_model_evaluates_a_few_tokens_for_a_keystroke(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "models").symlink_to(cached_model("qwen2.5-coder-0.5b"))
    completer = Completer(open_session(os.environ, mode="private"))
    completer.complete(DOC, at(ABOVE))
    evaluated = [
        completer.complete(DOC, at(ABOVE + "result = first - se"[:end])).timings.evaluated_tokens
        for end in range(1, 20)
    ]
    completer.close()
    assert completer.counters.anchors == 1
    assert max(evaluated) <= 4, evaluated
