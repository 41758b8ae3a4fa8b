"""A real llama.cpp server for a module's tests, and a user whose settings name a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.remote.servers import KEY, llama_server

Configure = Callable[..., None]


@pytest.fixture(scope="module")
def small_server() -> Iterator[str]:
    """SmolLM2's URL."""
    with llama_server("smollm2-135m") as url:
        yield url


@pytest.fixture
def configure(home: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Writes config.toml with a URL and what else is named, and sets the key."""

    def write(url: str, **more: str) -> None:
        settings = {"url": f'"{url}"', "allow_remote": "true", "key_env": '"TEAM_KEY"'} | more
        (home / "config").mkdir(parents=True, exist_ok=True)
        lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
        (home / "config" / "config.toml").write_text(f"[engine]\n{lines}")
        monkeypatch.setenv("TEAM_KEY", KEY)

    return write
