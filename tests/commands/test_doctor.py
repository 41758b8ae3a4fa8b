"""`codeassist doctor`."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeassist import config, tuned
from codeassist.machine import Machine
from codeassist.tuned import Profile, Speeds
from tests.conftest import FakeScript, Run

from .support import write

IDS = ("python", "model", "engine", "tuning", "sandbox", "git", "terminal", "disk")


def by_id(document: dict[str, list[dict[str, str]]]) -> dict[str, dict[str, str]]:
    """The checks by their id, in order."""
    return {check["id"]: check for check in document["checks"]}


def test_json_is_the_contract(run: Run, fake_engine: FakeScript) -> None:
    fake_engine()
    result = run("doctor", "--json")
    assert result.code == 0
    assert set(result.document) == {"schema", "checks"}
    assert result.document["schema"] == 1
    for check in result.document["checks"]:
        assert set(check) == {"id", "status", "detail", "hint"}
        assert all(isinstance(value, str) for value in check.values())
        assert check["status"] in {"ok", "warn", "fail"}
        assert check["hint"] or check["status"] == "ok", check


def test_every_check_is_made(run: Run, fake_engine: FakeScript) -> None:
    fake_engine()
    checks = by_id(run("doctor", "--json").document)
    assert tuple(checks)[: len(IDS)] == IDS
    assert checks["model"]["status"] == "warn"
    assert "scripted" in checks["model"]["detail"]
    assert checks["engine"]["status"] == "ok"
    lines = run("doctor").stdout.splitlines()
    assert [line.split()[1] for line in lines if not line.startswith(" ")] == list(checks)


def test_a_missing_model_fails_with_the_command_that_helps(run: Run) -> None:
    result = run("doctor", "--json")
    model = by_id(result.document)["model"]
    assert result.code == 3
    assert (model["status"], model["hint"]) == ("fail", "codeassist model pull qwen2.5-coder-0.5b")
    assert result.stderr == ""


def test_the_sandbox_is_proved_and_not_claimed(
    run: Run, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_engine()
    monkeypatch.setattr("codeassist.privacy.sandbox.prove", lambda: "broken")
    result = run("doctor", "--json")
    assert result.code == 3
    assert by_id(result.document)["sandbox"]["status"] == "fail"


def test_without_git_it_warns(
    tmp_path: Path, run: Run, fake_engine: FakeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_engine()
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run("doctor", "--json")
    git = by_id(result.document)["git"]
    assert (result.code, git["status"]) == (0, "warn")
    assert git["hint"]


def test_broken_settings_are_a_finding(home: Path, run: Run) -> None:
    """The self-check is what people run when nothing else works."""
    (home / "config").mkdir(parents=True)
    write(home / "config" / "config.toml", "model = 3\n")
    result = run("doctor", "--json")
    assert "checks" in result.document
    assert "fail" in {check["status"] for check in result.document["checks"]}


def tuning_of(run: Run) -> dict[str, str]:
    return by_id(run("doctor", "--json").document)["tuning"]


def test_doctor_says_whether_tuning_holds(
    home: Path, fake_engine: FakeScript, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_engine("x")
    assert tuning_of(run)["status"] == "ok"
    profile = Profile(
        measured="2026-11-25T12:00:00+00:00", target_ms=500, speeds=Speeds("qwen", 130.0, 40.0), settings={}
    )
    state = config.load({"CODEASSIST_HOME": str(home)}).paths.state
    tuned.write(state, profile, "mains")
    assert "qwen reads 130 and writes 40 tokens/s" in tuning_of(run)["detail"]
    monkeypatch.setattr(tuned, "on_battery", lambda: True)
    found = tuning_of(run)
    assert (found["status"], found["hint"]) == ("warn", "codeassist model tune")
    assert "other source of power" in found["detail"]
    monkeypatch.setattr(tuned, "machine", lambda: Machine("another", 4, 8))
    assert "another machine" in tuning_of(run)["detail"]
    tuned.tuned_file(state).write_text("[")
    assert "cannot be read" in tuning_of(run)["detail"]
