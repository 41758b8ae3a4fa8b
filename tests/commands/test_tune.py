"""`codeassist model tune` on a tiny model, with real engine processes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from codeassist import config, tuned
from codeassist.models.catalog import load_catalog
from codeassist.models.files import no_progress
from codeassist.models.mixing import mix
from codeassist.models.store import Store, check
from codeassist.tuned import tuned_file
from codeassist.tuning import gate, requantising
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
    done = run("model", "tune", "--rounds", "1", "--force", "--json", *arguments)
    assert done.code == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_what_is_measured_is_chosen_and_told(tiny: str, home: Path, run: Run) -> None:
    found = document(run)
    assert [step["name"] for step in found["steps"]] == ["threads", "batch tokens"]
    assert "model" not in found["settings"], "the person chose it"
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
    done = run("model", "tune", "--rounds", "1", "--force")
    assert "goes first: completion.context_tokens" in done.stderr
    assert config.load({"CODEASSIST_HOME": str(home)}).settings.completion.context_tokens == 7


@pytest.mark.parametrize("allowed", [9.0, -9.0])
def test_a_layout_is_kept_only_if_the_gate_says_so(
    allowed: float, tiny: str, home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the gate says of random weights is chance, so it is told; a layout that it refuses leaves no file."""
    few = items()[:1]
    monkeypatch.setattr(requantising, "items", lambda: few)
    monkeypatch.setattr(requantising, "_FASTER", 0.0)
    monkeypatch.setattr(gate, "_FEWEST", 1)
    monkeypatch.setattr(gate, "MARGIN", allowed)
    monkeypatch.setattr(gate, "LOSS", abs(allowed))
    trial = document(run, "--requantise", "q8_0")["requantised"]
    paths = config.load({"CODEASSIST_HOME": str(home)}).paths
    kept = "tiny-coder-q80" if allowed > 0 else ""
    assert trial["kept"] == kept
    assert [path.stem for path in paths.models.glob("files/*.gguf")] == [kept] * (allowed > 0)
    measured = tuned.read(paths.state)
    assert measured is not None
    assert measured.mains is not None
    assert measured.mains.speeds.model == (kept or tiny)


def test_a_layout_that_is_installed_is_not_written_over(
    tiny: str, home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused one would be deleted, and the record would name a file that is gone. What was measured stays."""
    store = Store(config.load({"CODEASSIST_HOME": str(home)}).paths.models)
    made = mix(store.resolve(tiny, load_catalog()), "q8_0", store, no_progress)
    store.put(made)
    done = run("model", "tune", "--rounds", "1", "--force", "--requantise", "q8_0")
    assert (done.code, "tiny-coder-q80 is installed already" in done.stderr) == (2, True)
    check(made)
    assert config.load({"CODEASSIST_HOME": str(home)}).tuning.state == "current"


def test_two_do_not_measure_each_other(tiny: str, home: Path, run: Run) -> None:
    (home / "state").mkdir(exist_ok=True)
    with FileLock(state(home) / "tune.lock"):
        done = run("model", "tune", "--rounds", "1", "--force")
    assert (done.code, "being measured already" in done.stderr) == (2, True)
    assert not tuned_file(state(home)).exists()


def test_the_model_of_the_flag_is_the_one_from_then_on(tiny: str, home: Path, run: Run) -> None:
    config_file = config.load({"CODEASSIST_HOME": str(home)}).paths.config_file
    config_file.unlink()
    assert run("model", "tune", "--rounds", "1", "--force", "--model", tiny).code == 0
    found = config.load({"CODEASSIST_HOME": str(home)})
    assert (found.settings.model, found.origins["model"]) == (tiny, "tuned")
    assert found.settings.completion.expected_ms > 0
    assert run("model", "tune", "--rounds", "1", "--force").code == 0, (
        "the default is not installed: the chosen one stays"
    )
    assert config.load({"CODEASSIST_HOME": str(home)}).settings.model == tiny
    assert run("model", "remove", tiny, "--yes").code == 0
    assert config.load({"CODEASSIST_HOME": str(home)}).settings.model == config.DEFAULT_MODEL


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


def test_a_busy_machine_is_not_measured_for_good(
    tiny: str, home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codeassist.commands.tune.busy", lambda: 0.6)
    done = run("model", "tune", "--rounds", "1")
    assert done.code == 3
    assert "others use 60% of its processors" in done.stderr
    assert "--force" in done.stderr
    assert not tuned_file(state(home)).exists()


def test_reset_is_one_document(home: Path, run: Run) -> None:
    assert run("model", "tune", "--reset", "--json").document == {"schema": 1, "reset": False}
