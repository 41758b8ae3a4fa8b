"""One text from the model: how it begins and ends, and that it is bounded."""

from __future__ import annotations

import pytest

from codeassist.edit.writing import Asked, temperature, write
from codeassist.engine.api import Emit, Message, Request
from codeassist.engine.fake import FakeEngine, Reply, Script
from codeassist.errors import CancelledError

SAID = (Message("user", "write"),)


def never() -> bool:
    return False


def engine(text: str, **more: object) -> FakeEngine:
    return FakeEngine(Script(replies=[Reply(text=text, **more)]))  # type: ignore[arg-type]


class Recording(FakeEngine):
    """Remembers what it is asked."""

    def __init__(self, script: Script) -> None:
        super().__init__(script)
        self.requests: list[Request] = []

    def generate(self, request: Request, emit: Emit) -> None:
        self.requests.append(request)
        super().generate(request, emit)


def test_the_opening_is_part_of_the_prompt_and_of_what_is_said() -> None:
    recording = Recording(Script(replies=[Reply(text="(x):\n    pass\n```")]))
    said = write(recording, Asked(SAID, 100, opening="```python\ndef f", stop=("\n```",)), 0, never)
    assert said.text == "```python\ndef f(x):\n    pass"
    assert said.whole
    (request,) = recording.requests
    (opening,) = recording.tokenize(["```python\ndef f"])
    assert request.prompt[-len(opening) :] == opening
    assert request.begin == ""


def test_drafts_differ_in_temperature_and_seed() -> None:
    recording = Recording(Script(replies=[Reply(text="x")]))
    for attempt in range(6):
        write(recording, Asked(SAID, 10), attempt, never)
    assert [each.seed for each in recording.requests] == [0, 1, 2, 3, 4, 5]
    temperatures = [each.temperature for each in recording.requests]
    assert temperatures[0] == 0
    assert sorted(temperatures) == temperatures
    assert temperatures[-1] == temperature(3) <= 1
    assert len({each.prompt for each in recording.requests}) == 1  # the KV cache is shared


def test_what_is_cut_off_is_not_whole() -> None:
    assert not write(engine("a" * 50), Asked(SAID, 10), 0, never).whole


def test_it_ends_where_there_is_enough() -> None:
    said = write(engine("one\ntwo\nthree\n"), Asked(SAID, 100, enough=lambda text: "two" in text), 0, never)
    assert said.text == "one\ntwo\n"
    assert said.whole


def test_a_line_without_end_is_given_up() -> None:
    said = write(engine("x" * 50_000), Asked(SAID, 100_000), 0, never)
    assert len(said.text) <= 4_100
    assert not said.whole


def test_a_text_without_end_is_given_up() -> None:
    said = write(engine(f"{'long line ' * 100}\n" * 300), Asked(SAID, 1_000_000), 0, never)
    assert len(said.text) <= 200_100
    assert not said.whole


def test_it_can_be_cancelled() -> None:
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 3

    with pytest.raises(CancelledError):
        write(engine("abcdefgh"), Asked(SAID, 100), 0, cancelled)
    assert len(asked) == 4
