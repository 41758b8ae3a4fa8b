"""The server measures again where an earlier tuning holds no longer: once, and only while nobody types."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from codeassist import tuned
from codeassist.config import CompletionSettings, EngineSettings, Settings
from codeassist.engine.fake import FakeEngine, Reply
from codeassist.lsp.assistant import Assistant
from codeassist.lsp.debounce import Debounce
from codeassist.lsp.rechecking import Rechecking
from codeassist.tuned import Profile, Speeds, Tuning, in_force, read, write
from tests.engine.support import fake

OLD = Profile(
    measured="2026-01-01T00:00:00+00:00",
    target_ms=700,
    speeds=Speeds("fake", 1.0, 1.0),
    settings={"engine": {"batch_tokens": 128}, "completion": {"context_tokens": 0, "expected_ms": 9000}},
)


def server(tmp_path: Path, tuning: Tuning, *, url: str = "") -> tuple[Rechecking, list[int]]:
    """A rechecking over an assistant whose session has a scripted engine; how often it was used."""
    used: list[int] = []
    session = SimpleNamespace(
        tuning=tuning,
        settings=Settings(engine=EngineSettings(url=url), completion=CompletionSettings(expected_ms=350)),
        engine=fake(Reply(text="x" * 64)),
        manifest=SimpleNamespace(id="fake"),
        state=tmp_path,
    )

    def with_session(work: Any) -> Any:
        used.append(1)
        return work(session)

    assistant = SimpleNamespace(session=session, with_session=with_session)
    return Rechecking(cast(Assistant, assistant)), used


def test_on_battery_it_measures_once_and_keeps_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, OLD, "mains")
    monkeypatch.setattr(tuned, "on_battery", lambda: True)
    rechecking, used = server(tmp_path, in_force(tmp_path))
    asyncio.run(rechecking.idle())
    asyncio.run(rechecking.idle())
    assert used == [1]
    found = read(tmp_path)
    assert found is not None
    assert found.mains == OLD
    assert found.battery is not None
    assert found.battery.target_ms == 700
    assert found.battery.settings["engine"] == {"batch_tokens": 128}
    assert found.battery.settings["completion"]["context_tokens"] == 512, "a scripted engine is fast"
    assert in_force(tmp_path).state == "current"


def test_what_another_editor_measured_meanwhile_is_not_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would read what the shared engine has in its caches, and take the machine for a hundred times as fast."""
    write(tmp_path, OLD, "mains")
    monkeypatch.setattr(tuned, "on_battery", lambda: True)
    late, _ = server(tmp_path, in_force(tmp_path))
    mine = msgspec.structs.replace(OLD, measured="2026-02-02T00:00:00+00:00")
    write(tmp_path, mine, "battery")
    asyncio.run(late.idle())
    found = read(tmp_path)
    assert found is not None
    assert found.battery == mine


def test_another_model_leaves_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, msgspec.structs.replace(OLD, speeds=Speeds("tuned", 1.0, 1.0)), "mains")
    monkeypatch.setattr(tuned, "on_battery", lambda: True)
    rechecking, _ = server(tmp_path, in_force(tmp_path))
    asyncio.run(rechecking.idle())
    found = read(tmp_path)
    assert found is not None
    assert found.battery is None


def test_each_measurement_has_code_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts: list[tuple[int, ...]] = []
    monkeypatch.setattr(FakeEngine, "generate", _noting(FakeEngine.generate, prompts))
    write(tmp_path, OLD, "mains")
    for build in ("2027", "2028"):
        monkeypatch.setattr(tuned, "engine_build", lambda build=build: build)
        rechecking, _ = server(tmp_path, in_force(tmp_path))
        asyncio.run(rechecking.idle())
    assert len(prompts) == len(set(prompts)) == 12


def _noting(generate: Any, prompts: list[tuple[int, ...]]) -> Any:
    def noted(engine: FakeEngine, request: Any, emit: Any) -> None:
        prompts.append(request.prompt)
        generate(engine, request, emit)

    return noted


@pytest.mark.parametrize("state", ["none", "current", "damaged"])
def test_nothing_is_measured_where_nothing_changed(state: Any, tmp_path: Path) -> None:
    rechecking, used = server(tmp_path, Tuning(state, "mains", OLD))
    asyncio.run(rechecking.idle())
    assert used == []


def test_a_team_s_server_is_not_measured(tmp_path: Path) -> None:
    rechecking, used = server(tmp_path, Tuning("other power", "battery", OLD), url="https://team.example/")
    asyncio.run(rechecking.idle())
    assert used == []


def test_a_failure_leaves_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, OLD, "mains")
    monkeypatch.setattr(tuned, "on_battery", lambda: True)
    rechecking, _ = server(tmp_path, in_force(tmp_path))
    cast(Any, rechecking)._assistant.session.engine = fake(Reply(fail="error"))
    asyncio.run(rechecking.idle())
    found = read(tmp_path)
    assert found is not None
    assert (found.mains, found.battery) == (OLD, None)


def test_what_is_expected_is_the_first_latency(tmp_path: Path) -> None:
    rechecking, _ = server(tmp_path, Tuning("current", "mains", OLD))
    slow, known = Debounce(), Debounce()
    slow.expect(rechecking.expected_seconds())
    assert slow.wait(busy=False) > 0, "an answer takes longer than a keystroke: a short wait pays"
    known.answered(0.1)
    known.expect(rechecking.expected_seconds())
    assert known.wait(busy=False) == 0, "what was seen goes before what was expected"
