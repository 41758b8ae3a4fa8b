"""`codeassist model tune` on a tiny model, with real engine processes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from codeassist import config
from codeassist.tuned import tuned_file
from codeassist.tuning import requantising
from codeassist.tuning.passages import items
from tests.conftest import Run
from tests.models.tiny.families import FAMILIES
from tests.models.tiny.writing import write_tiny


@pytest.fixture
def tiny(home: Path, run: Run, tmp_path: Path) -> str:
    """An installed model with random weights, which is the default."""
    path = write_tiny(tmp_path / "tiny-coder.gguf", FAMILIES["qwen2.5-coder"]())
    assert run("model", "add", str(path)).code == 0
    assert run("model", "use", "tiny-coder").code == 0
    return "tiny-coder"


def state(home: Path) -> Path:
    return config.load({"CODEASSIST_HOME": str(home)}).paths.state


def document(run: Run, *arguments: str) -> dict[str, Any]:
    done = run("model", "tune", "--rounds", "1", "--json", *arguments)
    assert done.code == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_what_is_measured_is_chosen_and_told(tiny: str, home: Path, run: Run) -> None:
    found = document(run)
    assert [step["name"] for step in found["steps"]] == ["threads", "batch tokens"]
    for step in found["steps"]:
        assert step["chosen"] in {row["candidate"] for row in step["rows"]}
        assert all(row["prefill"] > 0 and row["decode"] > 0 for row in step["rows"])
    assert found["bandwidth"] > 0
    settings = found["settings"]
    assert settings["completion"]["expected_ms"] > 0
    loaded = config.load({"CODEASSIST_HOME": str(home)})
    assert loaded.tuning.state == "current"
    assert loaded.settings.completion.expected_ms == settings["completion"]["expected_ms"]
    shown = run("config", "show").stdout
    assert "tuned" in shown
    assert run("model", "tune", "--reset").code == 0
    assert "tuned" not in run("config", "show").stdout


def test_a_dry_run_writes_nothing(tiny: str, home: Path, run: Run) -> None:
    done = run("model", "tune", "--rounds", "1", "--dry-run")
    assert done.code == 0
    assert "<- taken" in done.stdout
    assert "nothing was written" in done.stderr
    assert not tuned_file(state(home)).exists()


def test_config_toml_goes_first_and_that_is_said(tiny: str, home: Path, run: Run) -> None:
    file = config.load({"CODEASSIST_HOME": str(home)}).paths.config_file
    file.write_text(file.read_text() + "\n[completion]\ncontext_tokens = 7\n")
    done = run("model", "tune", "--rounds", "1")
    assert "goes first: completion.context_tokens" in done.stderr
    assert config.load({"CODEASSIST_HOME": str(home)}).settings.completion.context_tokens == 7


def test_a_layout_is_kept_only_if_it_is_told_so(
    tiny: str, home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which way it goes is chance with random weights of a few hundred kilobytes; a refused one leaves no file."""
    few = items()[:8]
    monkeypatch.setattr(requantising, "items", lambda: few)
    found = document(run, "--requantise", "q8_0")
    trial = found["requantised"]
    files = [path.name for path in config.load({"CODEASSIST_HOME": str(home)}).paths.models.glob("files/*.gguf")]
    assert bool(trial["kept"]) == (files == ["tiny-coder-q80.gguf"])
    assert trial["faster"] > 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--requantise", "q1"), 2, "no layout is called 'q1'"),
        (("--model", "qwen2.5-coder-7b"), 3, "is not installed"),
        (("--model", "nobody"), 3, "no model is called"),
        (("--target", "1"), 2, "--target"),
    ],
)
def test_what_cannot_be_measured(arguments: tuple[str, ...], code: int, said: str, tiny: str, run: Run) -> None:
    done = run("model", "tune", *arguments)
    assert done.code == code
    assert said in done.stderr


def test_a_scripted_engine_is_not_measured(fake_engine: Any, run: Run) -> None:
    fake_engine("x")
    done = run("model", "tune")
    assert done.code == 2
    assert "unset CODEASSIST_ENGINE" in done.stderr


def test_reset_where_nothing_was_measured(home: Path, run: Run) -> None:
    done = run("model", "tune", "--reset")
    assert (done.code, done.stdout) == (0, "")
    assert "was not tuned" in done.stderr
