"""What `model tune` left: between the defaults and config.toml, and only where it was measured."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from codeassist import config, tuned
from codeassist.errors import MissingError
from codeassist.machine import Machine
from codeassist.tuned import Profile, Speeds, Tuned, in_force, read, reset, tuned_file, write

from .conftest import Run

SETTINGS = {"engine": {"batch_tokens": 128}, "completion": {"context_tokens": 64, "expected_ms": 350}}


def profile(**settings: object) -> Profile:
    return Profile(
        measured="2026-11-25T12:00:00+00:00",
        target_ms=500,
        speeds=Speeds("qwen2.5-coder-0.5b", 130.0, 40.0),
        settings=dict(settings or SETTINGS),
    )


def loaded(home: Path) -> config.Loaded:
    return config.load({"CODEASSIST_HOME": str(home)})


def test_it_goes_before_the_defaults_and_after_the_file(tmp_path: Path) -> None:
    write(tmp_path / "state", profile(), "mains")
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.toml").write_text("[completion]\ncontext_tokens = 300\n")
    found = loaded(tmp_path)
    assert found.settings.engine.batch_tokens == 128
    assert found.settings.completion.context_tokens == 300
    assert found.settings.completion.expected_ms == 350
    assert found.tuning.state == "current"
    origins = {name: origin for name, _, origin in config.rows(found)}
    assert origins["engine.batch_tokens"] == "tuned"
    assert origins["completion.context_tokens"] == "file"
    assert origins["engine.threads"] == "default"


def test_config_show_says_what_was_tuned(tmp_path: Path, home: Path, run: Run) -> None:
    write(config.load({"CODEASSIST_HOME": str(home)}).paths.state, profile(), "mains")
    shown = run("config", "show").stdout
    assert [line.split() for line in shown.splitlines() if "batch_tokens" in line] == [
        ["engine.batch_tokens", "128", "tuned"]
    ]


def test_nothing_is_believed_on_another_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "state", profile(), "mains")
    monkeypatch.setattr(tuned, "machine", lambda: Machine("another", 64, 512))
    found = loaded(tmp_path)
    assert (found.tuning.state, found.tuning.stale) == ("other machine", True)
    assert found.settings.engine.batch_tokens == 64


def test_another_build_of_the_engine_makes_it_stale_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "state", profile(), "mains")
    monkeypatch.setattr(tuned, "engine_build", lambda: "xllamacpp 2099.1")
    found = loaded(tmp_path)
    assert (found.tuning.state, found.tuning.stale) == ("other build", True)
    assert found.settings.engine.batch_tokens == 128


def test_each_source_of_power_has_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = tmp_path / "state"
    write(state, profile(), "mains")
    monkeypatch.setattr(tuned, "on_battery", lambda: True)
    assert (in_force(state).state, in_force(state).stale) == ("other power", True)
    assert in_force(state).profile == profile()
    write(state, profile(completion={"context_tokens": 0}), "battery")
    assert in_force(state).state == "current"
    assert loaded(tmp_path).settings.completion.context_tokens == 0
    monkeypatch.setattr(tuned, "on_battery", lambda: False)
    assert loaded(tmp_path).settings.completion.context_tokens == 64


@pytest.mark.parametrize(
    "content",
    ["not toml [", "x = 1", "", '[machine]\nprocessor = 3\nprocessors = "a"\nmemory_gib = 1\n'],
)
def test_a_damaged_file_changes_nothing(content: str, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    tuned_file(tmp_path / "state").write_text(content)
    found = loaded(tmp_path)
    assert found.tuning.state == "damaged"
    assert found.settings == config.Settings()
    write(tmp_path / "state", profile(), "mains")
    assert loaded(tmp_path).tuning.state == "current"


def test_settings_of_a_newer_version_are_not_believed(tmp_path: Path) -> None:
    write(tmp_path / "state", profile(engine={"warp": 9}), "mains")
    found = loaded(tmp_path)
    assert (found.tuning.state, found.settings) == ("damaged", config.Settings())


def test_the_other_profile_stays(tmp_path: Path) -> None:
    write(tmp_path, profile(), "mains")
    write(tmp_path, profile(model="x"), "battery")
    found = read(tmp_path)
    assert isinstance(found, Tuned)
    assert (found.mains, found.battery) == (profile(), profile(model="x"))


def test_reset_goes_back(tmp_path: Path) -> None:
    assert not reset(tmp_path)
    write(tmp_path, profile(), "mains")
    assert reset(tmp_path)
    assert in_force(tmp_path).state == "none"


def test_the_file_names_its_maker(tmp_path: Path) -> None:
    text = write(tmp_path, profile(), "mains").read_text()
    assert text.startswith("# Written by `codeassist model tune`")
    assert msgspec.toml.decode(text.encode())["mains"]["settings"] == SETTINGS


def test_a_model_that_was_removed_is_not_asked_for(tmp_path: Path) -> None:
    """Otherwise every command would fail until somebody thinks of `model tune --reset`."""
    paths = loaded(tmp_path).paths
    write(paths.state, profile(model="mine-mixed", **SETTINGS), "mains")
    found = loaded(tmp_path)
    assert (found.tuning.state, found.tuning.stale) == ("gone", False)
    assert found.settings == config.Settings()
    paths.models.mkdir(parents=True)
    (paths.models / "mine-mixed.json").write_text("{}")
    assert loaded(tmp_path).settings.model == "mine-mixed"


@pytest.mark.parametrize("engine", [{"draft": "small"}, {"backend": "llama-cpp-python"}])
def test_a_draft_or_a_backend_that_was_removed(
    engine: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuned, "find_spec", lambda _name: None)
    write(tmp_path / "state", profile(engine=engine), "mains")
    assert loaded(tmp_path).tuning.state == "gone"
    assert loaded(tmp_path).settings == config.Settings()


DRAFTED = {"backend": "llama-cpp-python", "draft": "small", "draft_tokens": 3, "threads": 2}


@pytest.fixture
def drafted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tuned, "find_spec", lambda _name: object())
    paths = loaded(tmp_path).paths
    paths.models.mkdir(parents=True)
    (paths.models / "small.json").write_text("{}")
    write(paths.state, profile(engine=DRAFTED, completion={"context_tokens": 0, "expected_ms": 900}), "mains")
    paths.config.mkdir(parents=True, exist_ok=True)
    return paths.config_file


@pytest.mark.parametrize("how", ["file", "environment", "flag"])
def test_what_was_measured_with_one_model_is_not_another_s(how: str, drafted: Path, tmp_path: Path) -> None:
    environ = {"CODEASSIST_HOME": str(tmp_path)}
    assert config.load(environ).settings.completion.expected_ms == 900
    if how == "file":
        drafted.write_text('model = "other"\n')
    elif how == "environment":
        environ["CODEASSIST_MODEL"] = "other"
    found = config.load(environ, model="other" if how == "flag" else None)
    assert found.settings.completion == config.CompletionSettings()
    assert (found.settings.engine.draft, found.settings.engine.draft_tokens) == ("", 4)
    assert found.settings.engine.threads == 2, "processors are what they were"
    assert found.origins["completion.context_tokens"] == "default"


def test_drafts_go_with_the_backend_that_checks_them(drafted: Path, tmp_path: Path) -> None:
    drafted.write_text('[engine]\nbackend = "xllamacpp"\n')
    found = loaded(tmp_path).settings
    assert (found.engine.backend, found.engine.draft) == ("xllamacpp", "")
    assert found.completion.expected_ms == 900


def test_a_team_s_server_is_not_as_slow_as_this_machine(drafted: Path, tmp_path: Path) -> None:
    drafted.write_text('[engine]\nurl = "https://llm.example.com"\n')
    found = loaded(tmp_path).settings
    assert found.completion == config.CompletionSettings()
    assert found.engine.threads == 0


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(MissingError, match="No space left"):
        write(tmp_path, profile(), "mains")
    assert list(tmp_path.iterdir()) == []
