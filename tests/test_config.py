from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from codeassist.config import DEFAULT_MODEL, Loaded, Settings, load, rows, set_model
from codeassist.errors import ConfigError
from codeassist.paths import user_paths


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"CODEASSIST_HOME": str(tmp_path)}


def _write(environ: Mapping[str, str], text: str | bytes) -> Path:
    file = user_paths(environ).config_file
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def _row(loaded: Loaded, name: str) -> tuple[object, str]:
    return next((value, origin) for key, value, origin in rows(loaded) if key == name)


def test_defaults(environ: dict[str, str]) -> None:
    loaded = load(environ)
    assert loaded.settings == Settings()
    assert loaded.fake_script is None
    assert {origin for _, _, origin in rows(loaded)} == {"default"}
    assert _row(loaded, "model") == (DEFAULT_MODEL, "default")
    assert not user_paths(environ).config.exists()


def test_the_file_wins_over_defaults_key_by_key(environ: dict[str, str]) -> None:
    _write(environ, 'model = "m"\n[engine]\nidle_minutes = 3\n')
    loaded = load(environ)
    assert _row(loaded, "model") == ("m", "file")
    assert _row(loaded, "engine.idle_minutes") == (3.0, "file")
    assert _row(loaded, "engine.mode") == ("shared", "default")


def test_a_table_whose_keys_people_choose_is_one_setting(environ: dict[str, str]) -> None:
    assert _row(load(environ), "review.severity") == ({}, "default")
    _write(environ, '[review.severity]\ntodo = "high"\n"ruff/F401" = "low"\n')
    loaded = load(environ)
    assert _row(loaded, "review.severity") == ({"todo": "high", "ruff/F401": "low"}, "file")
    assert len(rows(loaded)) == len(loaded.origins)


def test_the_environment_wins_over_the_file_and_a_flag_over_both(environ: dict[str, str]) -> None:
    _write(environ, 'model = "from-file"\n')
    environ["CODEASSIST_MODEL"] = "from-environment"
    assert _row(load(environ), "model") == ("from-environment", "environment")
    assert _row(load(environ, model="from-flag"), "model") == ("from-flag", "flag")
    environ["CODEASSIST_MODEL"] = ""
    assert _row(load(environ), "model") == ("from-file", "file")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('modle = "x"\n', "modle"),
        ("[engine]\nidle_minute = 3\n", r"idle_minute.*\$\.engine"),
        ("model = 3\n", r"str.*\$\.model"),
        ('engine = "shared"\n', r"\$\.engine"),
        ('[engine]\nmode = "public"\n', r"\$\.engine\.mode"),
        ("[engine]\nidle_minutes = 0\n", r"\$\.engine\.idle_minutes"),
        ("[completion]\nmax_tokens = 0\n", r"\$\.completion\.max_tokens"),
        ('[models]\nhub_url = "file:///"\n', r"\$\.models\.hub_url"),
        ("model = \n", "line 1"),
        (b"\xff", "decode"),
    ],
)
def test_a_bad_file_is_named_with_the_key(environ: dict[str, str], text: str | bytes, said: str) -> None:
    file = _write(environ, text)
    with pytest.raises(ConfigError, match=said) as caught:
        load(environ)
    assert str(file) in caught.value.message
    assert caught.value.hint


def test_a_file_that_cannot_be_read(environ: dict[str, str]) -> None:
    user_paths(environ).config_file.mkdir(parents=True)
    with pytest.raises(ConfigError, match="cannot read"):
        load(environ)
    with pytest.raises(ConfigError, match="cannot read"):
        set_model(user_paths(environ), "m")


def test_the_scripted_engine(environ: dict[str, str]) -> None:
    assert load({**environ, "CODEASSIST_ENGINE": "fake:a:b.json"}).fake_script == Path("a:b.json")
    for value in ("fake", "fake:", "real:x", "x"):
        with pytest.raises(ConfigError, match="CODEASSIST_ENGINE"):
            load({**environ, "CODEASSIST_ENGINE": value})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'model = "new"\n'),
        ("# mine\nmodel = 'old' # why\n", '# mine\nmodel = "new" # why\n'),
        ("# top\n\n[engine] # e\nidle_minutes = 3\n", None),
        ("model = 'old'\n[engine]\nmode = 'private'  # alone\n", None),
    ],
)
def test_set_model_keeps_the_rest(environ: dict[str, str], before: str, after: str | None) -> None:
    file = _write(environ, before)
    old = load(environ).settings
    set_model(user_paths(environ), "new")
    text, new = file.read_text(), load(environ).settings
    assert (new.model, new.engine) == ("new", old.engine)
    assert [line for line in before.splitlines() if "#" in line and "old" not in line] == [
        line for line in text.splitlines() if "#" in line and "new" not in line
    ]
    if after is not None:
        assert text == after
    assert [each.name for each in file.parent.iterdir()] == ["config.toml"]


def test_set_model_makes_the_file(environ: dict[str, str]) -> None:
    set_model(user_paths(environ), "new")
    assert load(environ).settings.model == "new"


def test_set_model_keeps_link_and_mode(environ: dict[str, str], tmp_path: Path) -> None:
    dotfile = tmp_path / "dotfiles.toml"
    dotfile.write_text("# dot\n")
    dotfile.chmod(0o600)
    paths = user_paths(environ)
    paths.config.mkdir()
    paths.config_file.symlink_to(dotfile)
    set_model(paths, "new")
    assert paths.config_file.is_symlink()
    assert dotfile.read_text() == '# dot\nmodel = "new"\n'
    assert stat.S_IMODE(dotfile.stat().st_mode) == 0o600


def test_set_model_leaves_a_broken_file_alone(environ: dict[str, str]) -> None:
    file = _write(environ, "model = \n")
    with pytest.raises(ConfigError):
        set_model(user_paths(environ), "new")
    assert file.read_text() == "model = \n"


def test_set_model_that_cannot_write(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ConfigError, match=r"cannot write .*Permission denied"):
        set_model(user_paths(environ), "new")
