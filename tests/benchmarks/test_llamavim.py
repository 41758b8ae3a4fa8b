from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.eventloop import EventLoop
from benchmarks.keystrokes import JUMP, TYPE, Stroke
from benchmarks.llamaring import Ring, similarity
from benchmarks.llamavim import LlamaVim
from benchmarks.sides import Buffer, Seen
from tests.benchmarks import seeded


class Server:
    """Answers in order; without a thread of its own, so that a test decides when an answer comes."""

    def __init__(self, *answers: str) -> None:
        self.bodies: list[dict[str, Any]] = []
        self._answers = list(answers)

    def __call__(self, body: dict[str, Any]) -> dict[str, Any]:
        self.bodies.append(body)
        content = self._answers.pop(0) if self._answers else ""
        return {"content": content, "timings/prompt_n": 7, "timings/predicted_n": 2}


class Editor:
    """A side with a file open and strokes that are told one by one."""

    def __init__(self, text: str, *answers: str) -> None:
        self.server = Server("", *answers)
        self.side = LlamaVim(name="peer", post=self.server)
        self.side.start()
        self.server.bodies.clear()
        self.side.buffer = Buffer(Path("/f.py"), text)

    def press(self, text: str = "", at: int | None = None) -> Seen:
        side = self.side
        where = side.buffer.cursor if at is None else at
        side.seen = Seen(trace=0, index=0, kind=TYPE, probe=False, length=len(text), ahead="", pressed=side.loop.now())
        side.press(Stroke(TYPE if text else JUMP, where, 0, text))
        return side.seen

    def rest(self) -> None:
        """Until nothing runs or waits."""
        loop = self.side.loop
        loop.run_until(loop.now() + 10, lambda: not self.side.busy())
        assert not self.side.busy()

    @property
    def prompts(self) -> list[str]:
        return [body["prompt"] for body in self.server.bodies]


def test_an_answer_is_shown_and_the_next_one_asked_for_as_if_it_had_been_accepted() -> None:
    editor = Editor("x = \n", "one")
    seen = editor.press(at=4)
    editor.rest()
    assert seen.text == "one"
    assert not seen.cached
    assert (seen.asked_evaluated, seen.asked_generated) == (7, 2)
    assert editor.prompts == ["x = ", "x = one"]
    assert [body["t_max_predict_ms"] for body in editor.server.bodies] == [250, 1000]
    assert editor.side.tokens() == (14, 4)


def test_typing_what_was_suggested_is_answered_at_once() -> None:
    editor = Editor("x = \n", "one")
    editor.press(at=4)
    editor.rest()
    seen = editor.press("o")
    assert seen.text == "ne"
    assert seen.cached


def test_a_running_request_is_not_broken_off_and_the_last_place_is_asked_for_after_it() -> None:
    editor = Editor("x = \n", "", "", "")
    editor.press(at=4)
    for letter in "abc":
        editor.press(letter)
    assert len(editor.prompts) <= 1
    editor.rest()
    assert editor.prompts[:2] == ["x = ", "x = abc"]


def test_an_answer_for_an_older_place_is_shown_if_what_was_typed_fits() -> None:
    editor = Editor("x = \n", "abc", "")
    first = editor.press(at=4)
    second = editor.press("a")
    editor.rest()
    assert first.shown is None
    assert second.text == "bc"


def test_nothing_is_asked_with_more_than_eight_characters_right_of_the_cursor() -> None:
    editor = Editor("f(123456789)\n")
    seen = editor.press(at=2)
    editor.rest()
    assert editor.prompts == []
    assert seen.declined
    assert not editor.press(at=11).declined


def test_the_ring_keeps_its_chunks_apart_and_evicts_what_repeats() -> None:
    ring = Ring(2, seeded(0))
    for name in ("a", "b", "c"):
        ring.pick([f"{name}{index} {name}" for index in range(5)], f"{name}.py", evict=True)
    assert [ring.advance() for _ in range(4)] == [True, True, True, False]
    assert [piece.path for piece in ring.chunks] == ["b.py", "c.py"]
    assert ring.extra()[0]["filename"] == "b.py"
    ring.drop_like([f"c{index} c" for index in range(5)])
    assert [piece.path for piece in ring.chunks] == ["b.py"]


def test_many_chunks_wait_in_a_short_queue() -> None:
    ring = Ring(16, seeded(0))
    for name in range(40):
        ring.pick([f"word{name}_{index}" for index in range(4)], f"{name}", evict=False)
    assert [piece.path for piece in ring.queued] == [str(name) for name in range(24, 40)]


def test_of_long_text_33_lines_are_taken() -> None:
    ring = Ring(1, seeded(0))
    ring.pick([f"line {index}" for index in range(500)], "f", evict=True)
    assert len(ring.queued[0].lines) == 33


def test_no_ring_keeps_nothing() -> None:
    ring = Ring(0, seeded(0))
    ring.pick(["a", "b", "c", "d"], "f", evict=True)
    assert ring.queued == []


def test_similarity_counts_shared_words() -> None:
    assert similarity(["a b"], ["a b"]) == 1.0
    assert similarity(["a b"], ["c d"]) == 0.0
    assert similarity([""], ["..."]) == 1.0


def test_timers_fire_in_order_and_a_stopped_one_never() -> None:
    now = [0.0]
    loop = EventLoop(lambda: now[0])
    fired: list[str] = []
    loop.after(2.0, lambda: fired.append("late"))
    stopped = loop.after(1.5, lambda: fired.append("never"))
    loop.after(1.0, lambda: fired.append("early"))
    stopped.stop()
    now[0] = 5.0
    loop.run_until(5.0)
    assert fired == ["early", "late"]


def test_an_error_in_a_callback_reaches_the_caller() -> None:
    loop = EventLoop(lambda: 0.0)
    loop.post(lambda: pytest.fail("broken"))
    with pytest.raises(pytest.fail.Exception, match="broken"):
        loop.run_until(0.0)
