"""The backend over llama.cpp's C interface, on real weights (SmolLM2-135M), beside the default one.

Everywhere by the C functions that xllamacpp's library exports; where `codeassist[native]` is installed, which takes
minutes to compile, by that library too, and through the resident process in its sandbox.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from codeassist.config import EngineSettings
from codeassist.engine.api import Message, Request
from codeassist.engine.client import EngineClient
from codeassist.engine.launch import BRIEF_SPINNING, Launcher, running_engine, stop_engine
from codeassist.engine.wire import Spec
from codeassist.errors import EngineError
from codeassist.models.catalog import load_catalog
from codeassist.models.manifest import Manifest
from codeassist.models.store import Store
from tests.engine.llamacpp_probe import DRAFTED, STEPS, Report
from tests.engine.support import Collector
from tests.models.cache import cached_model

pytestmark = pytest.mark.model

INSTALLED = importlib.util.find_spec("llama_cpp") is not None
NEEDS_NATIVE = pytest.mark.skipif(not INSTALLED, reason="codeassist[native] is not installed: compiling takes minutes")


@pytest.fixture(scope="module")
def model() -> Manifest:
    return Store(cached_model("smollm2-135m")).resolve("smollm2-135m", load_catalog())


LIBRARIES = ["xllamacpp", pytest.param("native", marks=NEEDS_NATIVE)]  # whose C functions are called


@pytest.fixture(scope="module", params=LIBRARIES)
def report(request: pytest.FixtureRequest, model: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    directory = tmp_path_factory.mktemp("probe")
    (directory / "model.json").write_bytes(msgspec.json.encode(model))
    command = [sys.executable, "-m", "tests.engine.llamacpp_probe", str(directory / "model.json"), str(directory)]
    brief = BRIEF_SPINNING | os.environ  # or a busy machine takes ten times as long
    done = subprocess.run([*command, request.param], capture_output=True, text=True, timeout=280, env=brief)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == "", "nothing is logged"
    assert done.stdout.count("\n") == 1, "nothing is printed but the report"
    return msgspec.json.decode(done.stdout, type=Report)


def test_texts_and_conversations_become_the_same_tokens(report: Report) -> None:
    assert report.own.tokens == report.default.tokens
    assert report.own.turns == report.default.turns
    assert report.own.turns[0]


def test_greedy_output_is_the_same(report: Report) -> None:
    assert len(report.default.greedy.tokens) == STEPS
    assert report.agreeing == STEPS
    assert report.own.greedy.tokens == report.default.greedy.tokens
    assert report.own.greedy.logprobs == pytest.approx(report.default.greedy.logprobs, abs=0.5)
    assert report.own.greedy.usage == report.default.greedy.usage
    assert report.own.greedy.finish == "length"


def test_forced_output_is_the_same(report: Report) -> None:
    assert report.own.forced.text.startswith(' "zebra\n')
    assert report.own.forced.tokens == report.default.forced.tokens


def test_a_stop_text_ends_it_in_the_same_place(report: Report) -> None:
    assert report.own.ended.text == report.default.ended.text
    assert "+" not in report.own.ended.text
    assert report.own.ended.finish == report.default.ended.finish == "stop"


def test_the_cache_holds_several_prompts_at_once(report: Report) -> None:
    first, again, grown = report.visits[:3], report.visits[3:6], report.visits[6:]
    assert all(each.evaluated_tokens > each.prompt_tokens // 2 for each in first)
    assert all(each.evaluated_tokens == 1 for each in again)
    assert all(each.evaluated_tokens < 8 for each in grown)
    assert all(each.cached_tokens + each.evaluated_tokens == each.prompt_tokens for each in report.visits)


def test_what_does_not_fit_beside_others_makes_them_go(report: Report) -> None:
    assert all(each.finish == "length" and each.text for each in report.crowded)
    first, last = report.crowded[0], report.crowded[-1]
    # One was evaluated in batches, the other partly alone: sums of another order round in another way.
    assert last.logprobs[0] == pytest.approx(first.logprobs[0], abs=0.35)


def test_drafts_change_nothing_of_the_output(report: Report) -> None:
    assert report.drafted.tokens == report.own.greedy.tokens[:DRAFTED]


def test_what_it_cannot_do_is_refused(report: Report) -> None:
    assert len(report.refused) == 5
    assert "context" in report.refused[0]


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_family_does_the_same(library: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.engine.families_probe", str(tmp_path), library]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, env=BRIEF_SPINNING | os.environ)
    assert done.returncode == 0, done.stderr[-2000:]
    found = msgspec.json.decode(done.stdout, type=dict[str, list[str] | None])
    assert {family: names for family, names in found.items() if names} == {}
    assert sum(names is not None for names in found.values()) > 10


@pytest.fixture(scope="module")
def spec(model: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Spec:
    settings = EngineSettings(context_tokens=1024, batch_tokens=32, backend="llama-cpp-python")
    return Spec(manifest=model, settings=settings, directory=str(tmp_path_factory.mktemp("native") / "run"))


@pytest.fixture(scope="module")
def engine(spec: Spec) -> Iterator[EngineClient]:
    directory = Path(spec.directory)
    client = EngineClient(Launcher(spec, directory / "engine.log"))
    yield client
    client.close()
    stop_engine(directory)


@pytest.mark.skipif(INSTALLED, reason="codeassist[native] is installed: its absence cannot be shown")
def test_where_it_is_not_installed_the_command_that_installs_it_is_told(engine: EngineClient) -> None:
    with pytest.raises(EngineError) as caught:
        engine.tokenize(["x"])
    assert "pip install 'codeassist[native]'" in caught.value.hint


@NEEDS_NATIVE
def test_it_runs_in_the_sandboxed_process_and_logs_no_text(engine: EngineClient, spec: Spec) -> None:
    out = Collector()
    prompt = engine.render_chat([Message("user", "canary: write a line of Python")])
    engine.generate(Request(prompt=prompt, max_tokens=8), out.emit)
    assert out.text
    assert out.last.usage.generated_tokens == 8
    health = running_engine(Path(spec.directory))
    assert health is not None
    assert health.sandbox in {"enforced", "partial"}
    assert "canary" not in (Path(spec.directory) / "engine.log").read_text(errors="replace")


@NEEDS_NATIVE
def test_a_prefill_is_ended_within_a_batch_and_goes_on_from_there(engine: EngineClient) -> None:
    prompt = engine.tokenize(["x = 1\ny = 2\n" * 60])[0]
    out = Collector()
    engine.generate(Request(prompt=prompt, max_tokens=1), lambda chunk: chunk.usage.evaluated_tokens >= 64)
    engine.generate(Request(prompt=prompt, max_tokens=1), out.emit)
    assert out.last.usage.cached_tokens >= 64
    assert out.last.usage.evaluated_tokens > 32


@NEEDS_NATIVE
def test_a_damaged_file_is_refused_with_the_reason(spec: Spec, model: Manifest, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(b"GGUF" + bytes(100))
    changed = msgspec.structs.replace(
        spec, manifest=msgspec.structs.replace(model, path=str(damaged)), directory=str(tmp_path / "run")
    )
    client = EngineClient(Launcher(changed, tmp_path / "engine.log"))
    with pytest.raises(EngineError, match="cannot be loaded"):
        client.tokenize(["x"])
    client.close()
