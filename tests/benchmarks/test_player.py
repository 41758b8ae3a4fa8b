from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import psutil
import pytest

from benchmarks.keystrokes import JUMP, Stroke, apply, paced, synthesise
from benchmarks.lspclient import LanguageClient
from benchmarks.ourside import OurSide
from benchmarks.player import Trace, Typing, load, play
from benchmarks.sides import Seen, Side
from tests.benchmarks import seeded
from tests.conftest import FakeScript

PRE, POST = "def f(values):\n    pass\n", "def f(values):\n    total = sum(values)\n    return total\n"
TYPING = Typing(traces=2, keystrokes=20, probe=0.2, probe_seconds=3.0, seed=5)


@dataclass
class Watched(Side):
    """A side that shows one letter after each stroke and does a token's work."""

    def __post_init__(self) -> None:
        self.texts: list[str] = []
        self.inserting: list[bool] = []

    def start(self) -> None: ...

    def opened(self) -> None:
        self.texts.append(self.buffer.text)
        self.inserting.append(self.buffer.inserting)

    def pressed(self, stroke: Stroke, before: str) -> None:
        assert apply(before, stroke) == self.buffer.text
        self.texts.append(self.buffer.text)
        self.inserting.append(self.buffer.inserting)
        self.show("x", cached=stroke.kind == JUMP)

    def closing(self) -> None:
        self.inserting.append(self.buffer.inserting)

    def tokens(self) -> tuple[int, int]:
        return len(self.texts), 0

    def busy(self) -> bool:
        return False

    def processes(self) -> dict[str, psutil.Process]:
        return {"engine": psutil.Process(os.getpid())}

    def close(self) -> None: ...


def trace() -> Trace:
    return Trace(0, Path("/replay/f.py"), PRE, paced(synthesise(PRE, POST), seeded(), 0.0, 0.0))


def test_a_side_sees_every_stroke_and_what_it_did_until_the_next_one_is_counted() -> None:
    side = Watched("watched")
    played = trace()
    seen, turn = play(side, played, pace=0.0)
    assert side.texts[0] == PRE
    assert side.texts[-1] == POST
    assert [one.kind for one in seen] == [stroke.kind for stroke in played.strokes]
    assert [one.evaluated for one in seen] == [1] * len(seen)
    assert turn.evaluated == len(seen) + 1
    assert {one.text for one in seen} == {"x"}
    assert [one.cached for one in seen] == [one.kind == JUMP for one in seen]
    assert side.inserting == [False, *[True] * len(seen), False]


def test_a_sample_of_traces_is_the_same_for_a_seed(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "fresh_edit_traces.jsonl.gz", "wt") as file:
        for index in range(5):
            file.write(json.dumps({"repo": "a/b", "path": f"f{index}.py", "pre": PRE, "post": POST}) + "\n")
    one, other = load(tmp_path, TYPING), load(tmp_path, TYPING)
    assert one == other
    assert len(one) == 2
    assert all(10 <= len(found.strokes) <= 11 for found in one)
    assert all(found.path.is_relative_to("/replay/a/b") for found in one)


@pytest.fixture
def ours(fake_engine: FakeScript) -> OurSide:
    fake_engine(*["total"] * 200)
    return OurSide("ours")


def test_the_real_language_server_is_played(ours: OurSide) -> None:
    try:
        ours.start()
        seen, turn = play(ours, trace(), pace=0.2)
    finally:
        ours.close()
    assert ours.buffer.text == POST
    assert any(one.text for one in seen)
    assert any(one.answered for one in seen)
    assert turn.generated > 0
    assert ours.client.process.returncode == 0


class Counting:
    """A language client whose server answers the status with these cumulative counts of cache hits."""

    def __init__(self, *hits: int) -> None:
        self._hits = list(hits)

    def request(self, method: str, params: object, receive: Callable[[dict[str, object]], None]) -> int:
        assert (method, params) == ("workspace/executeCommand", {"command": "codeassist.status", "arguments": []})
        counters = {"cache_hits": self._hits.pop(0), "typed_through": 0, "evaluated_tokens": 0, "generated_tokens": 0}
        receive({"result": {"counters": counters}})
        return 0


def test_a_superseded_request_does_not_take_the_next_ones_cache_hit() -> None:
    side = OurSide("ours")
    side._client = cast(LanguageClient, Counting(1, 1))  # the hit is there before the old request's answer is
    old, new = (
        Seen(trace=0, index=index, kind="type", probe=False, length=1, ahead="", pressed=0.0) for index in range(2)
    )
    side.seen = new
    side._on_answer({"id": 1, "result": []}, old, "ab", 1)
    side._on_answer({"id": 2, "result": [{"insertText": "c"}]}, new, "ab", 2)
    assert (old.cached, new.cached) == (False, True)
    assert (old.text, new.text) == ("", "c")
