"""`codeassist config show|path`."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeassist.config import DEFAULT_MODEL
from tests.conftest import Run

from .support import write


def configure(home: Path, content: str) -> str:
    """Write the user's config.toml."""
    (home / "config").mkdir(parents=True, exist_ok=True)
    return write(home / "config" / "config.toml", content)


def settings(run: Run) -> dict[str, tuple[object, str]]:
    """Value and origin by name, as `config show --json` says."""
    result = run("config", "show", "--json")
    assert (result.code, result.document["schema"]) == (0, 1)
    assert all(set(each) == {"name", "value", "origin"} for each in result.document["settings"])
    return {each["name"]: (each["value"], each["origin"]) for each in result.document["settings"]}


def test_defaults(run: Run) -> None:
    shown = settings(run)
    assert shown["model"] == (DEFAULT_MODEL, "default")
    assert shown["engine.mode"] == ("shared", "default")
    assert {origin for _, origin in shown.values()} == {"default"}


def test_the_origin_of_each_value(home: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(home, 'model = "mine"\n[completion]\nmax_tokens = 64\n')
    shown = settings(run)
    assert shown["model"] == ("mine", "file")
    assert shown["completion.max_tokens"] == (64, "file")
    assert shown["completion.prefix_tokens"][1] == "default"
    monkeypatch.setenv("CODEASSIST_MODEL", "theirs")
    assert settings(run)["model"] == ("theirs", "environment")


def test_text_has_a_line_for_each(home: Path, run: Run) -> None:
    configure(home, "[engine]\nidle_minutes = 2.5\n")
    lines = [line.split() for line in run("config", "show").stdout.splitlines()]
    assert ["engine.idle_minutes", "2.5", "file"] in lines
    assert [line[0] for line in lines] == list(settings(run))


def test_a_value_cannot_act_on_the_terminal(home: Path, run: Run) -> None:
    configure(home, 'model = "a\\u001b]0;x\\u0007\\nb"\n')
    result = run("config", "show")
    assert "\x1b" not in result.stdout
    assert "\\x1b]0;x\\x07" in result.stdout
    assert len(result.stdout.splitlines()) == len(settings(run))


def test_path(home: Path, run: Run) -> None:
    assert run("config", "path").stdout == f"{home}/config/config.toml\n"


def test_path_of_a_broken_file(home: Path, run: Run) -> None:
    """Somebody who is told to correct the file asks where it is."""
    path = configure(home, "model = [\n")
    result = run("config", "path")
    assert (result.code, result.stdout) == (0, f"{path}\n")
