"""Scoring: what the model thinks of a text that is given, by the scripted engine and on real weights."""

from __future__ import annotations

import ctypes
import math
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from codeassist.config import EngineSettings
from codeassist.engine import capi
from codeassist.engine.api import Chunk, Priority, Request, Scores
from codeassist.engine.client import EngineClient
from codeassist.engine.fake import FakeEngine, Script
from codeassist.engine.launch import Launcher, stop_engine
from codeassist.engine.scheduler import Scheduler
from codeassist.engine.scorer import Scorer
from codeassist.engine.scoring import score
from codeassist.engine.wire import Spec
from codeassist.errors import CancelledError, EngineError, UnsupportedError
from codeassist.models.catalog import load_catalog
from codeassist.models.store import Store
from tests.engine.support import Collector, fake, tokens
from tests.models.cache import cached_model

BATCH = 32
CODE = "def add(first: int, second: int) -> int:\n    return first"


def test_a_scripted_engine_finds_everything_likely_but_its_surprises() -> None:
    engine = FakeEngine(Script(surprises={"<=": "> 0"}))
    scores = score(engine, tokens("if "), tokens("a <= b"), watched=tokens(">"))
    likely = [logprob > -1 for logprob in scores.logprobs]
    assert likely == [True, True, False, True, True, True]
    assert scores.best[2] == tokens(">")[0]
    assert scores.watched[2][0] > -1 > scores.watched[0][0]
    assert sum(scores.lengths) == len("a <= b")


def test_scoring_goes_through_the_scheduler_and_is_counted() -> None:
    scheduler, sink = Scheduler(fake()), Collector()
    try:
        job = scheduler.submit(Request(prompt=tokens("ab"), scored=tokens("cd"), max_tokens=1), sink)
        assert job.done.wait(30)
    finally:
        scheduler.close()
    assert sink.chunks[-1].finish == "stop"
    assert sink.chunks[-1].scores is not None
    assert len(sink.chunks[-1].scores.logprobs) == 2
    assert scheduler.counters.evaluated_tokens == 2


def test_an_engine_that_gives_no_scores_is_told_of() -> None:
    class Old(FakeEngine):
        def generate(self, request: Request, emit: object) -> None:  # noqa: ARG002
            emit(Chunk(text="x", finish="stop"))  # type: ignore[operator]

    with pytest.raises(UnsupportedError):
        score(Old(Script()), tokens("a"), tokens("b"))


def test_scoring_can_be_given_up() -> None:
    with pytest.raises(CancelledError):
        score(fake(), tokens("a"), tokens("b"), cancelled=lambda: True)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineClient]:
    directory = tmp_path_factory.mktemp("scoring") / "run"
    manifest = Store(cached_model("smollm2-135m")).resolve("smollm2-135m", load_catalog())
    settings = EngineSettings(context_tokens=2048, batch_tokens=BATCH)
    client = EngineClient(
        Launcher(Spec(manifest=manifest, settings=settings, directory=str(directory)), directory / "engine.log")
    )
    yield client
    client.close()
    stop_engine(directory)


@pytest.mark.model
def test_scores_are_the_probabilities_that_generating_shows(engine: EngineClient) -> None:
    prompt = engine.tokenize([CODE])[0]
    out = Collector()
    engine.generate(Request(prompt=prompt, max_tokens=8), out.emit)
    written = [token for chunk in out.chunks for token in chunk.tokens]
    shown = [logprob for chunk in out.chunks for logprob in chunk.logprobs]
    scores = score(engine, prompt, written, watched=written[:1])
    assert scores.best[: len(written)] == tuple(written)
    assert scores.logprobs == pytest.approx(shown, abs=0.35)  # batches of other shapes round in other ways
    assert scores.logprobs == pytest.approx(scores.best_logprobs)
    assert scores.watched[0][0] == pytest.approx(scores.logprobs[0])
    assert sum(scores.lengths) == sum(len(chunk.text.encode()) for chunk in out.chunks)


@pytest.mark.model
def test_what_two_texts_share_is_evaluated_once(engine: EngineClient) -> None:
    prompt, right, wrong = engine.tokenize([CODE, " + second\n", " - second\n"])
    score(engine, prompt, right)
    again = score(engine, prompt, wrong)
    assert again.evaluated_tokens == len(wrong)
    assert again.cached_tokens == len(prompt) - 1
    assert all(math.isfinite(each) and each <= 0 for each in again.logprobs)


@pytest.mark.model
def test_scoring_gives_way_within_a_batch_and_goes_on_from_there(engine: EngineClient) -> None:
    prompt = engine.tokenize([CODE * 30])[0]
    seen: list[Chunk] = []

    def left(chunk: Chunk) -> bool:
        seen.append(chunk)
        return chunk.usage.evaluated_tokens >= BATCH

    request = Request(prompt=prompt, scored=prompt[:4], max_tokens=1, priority=Priority.REVIEW)
    engine.generate(request, left)
    assert seen[-1].usage.evaluated_tokens < 4 * BATCH
    assert score(engine, prompt, prompt[:4]).cached_tokens >= BATCH


@pytest.mark.model
def test_what_does_not_fit_is_refused_and_the_engine_goes_on(engine: EngineClient) -> None:
    with pytest.raises(EngineError, match="exceeds the context"):
        score(engine, [5] * 2500, [5])
    with pytest.raises(EngineError):
        score(engine, [5], [2_000_000_000])
    assert score(engine, [5], [6]).logprobs


@pytest.mark.model
def test_the_slow_way_says_the_same(tmp_path: Path) -> None:
    model = Store(cached_model("smollm2-135m")).resolve("smollm2-135m", load_catalog())
    (tmp_path / "model.json").write_bytes(msgspec.json.encode(model))
    with tempfile.TemporaryDirectory(dir="/tmp") as short:  # a socket's path has a limit
        command = [sys.executable, "-m", "tests.engine.both_scorers", str(tmp_path / "model.json"), short]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    quick, forced = msgspec.json.decode(done.stdout.splitlines()[-1], type=list[Scores])
    assert forced.tokens == quick.tokens
    assert forced.lengths == quick.lengths
    assert forced.logprobs == pytest.approx(quick.logprobs, abs=0.35)
    assert forced.best == quick.best
    assert forced.watched[0][0] == pytest.approx(quick.watched[0][0], abs=0.35)


@pytest.mark.model
def test_another_layout_of_the_library_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Store(cached_model("smollm2-135m")).resolve("smollm2-135m", load_catalog())
    monkeypatch.setattr(capi, "_THREADS_AT", capi._THREADS_AT + 4)
    with pytest.raises(UnsupportedError):
        Scorer(Path(model.path), 512, BATCH, 3)


@pytest.mark.model
def test_a_library_without_the_functions_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(capi._SIGNATURES, "llama_no_such_function", (None, ()))
    with pytest.raises(UnsupportedError, match="llama_no_such_function"):
        capi.xllamacpp_library()


def test_structs_are_as_large_as_the_interface_says() -> None:
    assert struct.calcsize("i4xPPPPPP") == ctypes.sizeof(capi.Batch)
