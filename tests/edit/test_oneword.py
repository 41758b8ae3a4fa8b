"""Drafts in which one word is another, the likeliest first."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from codeassist.edit.draft import Draft
from codeassist.edit.oneword import one_word_drafts
from codeassist.edit.original import Original
from codeassist.edit.pipeline import Desk, Order
from codeassist.edit.presets.fix import tried
from codeassist.edit.target import Named, targets
from codeassist.engine.fake import Reply, Script
from codeassist.session import open_session

CALC = """def between(low, high):
    middle = low - high
    return middle / 2


def other(low, high):
    return low - high
"""
WRITTEN = "```python\ndef between(low, high):\n    return 0\n```"


@pytest.fixture
def surprised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that expects a plus where the first definition has a minus, and less surely a three for the two."""
    script = tmp_path / "script.json"
    surprises = {"- high\n    return middle": "+", "2\n\n\n": "3"}
    script.write_bytes(msgspec.json.encode(Script(replies=[Reply(text=WRITTEN)], surprises=surprises)))
    monkeypatch.setenv("CODEASSIST_ENGINE", f"fake:{script}")


def order(text: str = CALC, path: str = "calc.py", name: str = "between") -> Order:
    return Order("mend it", targets(Original.of_text(path, text), Named(path, name=name)))


def texts(found: list[Draft]) -> list[str]:
    return [(each.files[0].after or b"").decode() for each in found]


def one_word(wanted: Order, most: int) -> list[Draft]:
    with open_session(os.environ) as session:
        return list(one_word_drafts(Desk(session, None), wanted, most))


def test_the_likeliest_word_comes_first(surprised: None) -> None:
    found = texts(one_word(order(), 10))
    assert found[0] == CALC.replace("low - high", "low + high", 1)
    assert CALC.replace("/ 2", "/ 3") in found
    assert all(each.endswith(CALC[CALC.index("def other") :]) for each in found)  # only the target is changed


def test_no_more_than_were_asked_for(surprised: None) -> None:
    assert len(one_word(order(), 1)) == 1
    assert one_word(order(), 0) == []


def test_words_that_are_far_less_likely_are_not_tried(surprised: None) -> None:
    assert one_word(order(name="other"), 10) == []


def test_line_endings_stay(surprised: None) -> None:
    found = one_word(order(CALC.replace("\n", "\r\n")), 1)
    assert texts(found) == [CALC.replace("low - high", "low + high", 1).replace("\n", "\r\n")]


def test_words_and_written_drafts_take_turns(surprised: None) -> None:
    with open_session(os.environ) as session:
        found = texts(list(tried(Desk(session, None), order(), 3, checked=True)))
    written = CALC.replace("    middle = low - high\n    return middle / 2", "    return 0")
    assert found[:2] == [CALC.replace("low - high", "low + high", 1), written]
    assert len(found) == 3


def test_without_a_check_only_the_model_writes(surprised: None) -> None:
    with open_session(os.environ) as session:
        found = texts(list(tried(Desk(session, None), order(), 1, checked=False)))
    assert all("return 0" in each for each in found)


def test_an_engine_that_cannot_score_has_no_words(surprised: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codeassist.engine.fake.FakeEngine._scores", lambda *_arguments: None)
    assert one_word(order(), 3) == []
