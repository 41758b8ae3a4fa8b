"""Which embedding model is taken, and that none is needed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest

from codeassist.engine.embedder import Embedder
from codeassist.engine.fake import Script
from codeassist.errors import MissingError
from codeassist.models.add import add
from codeassist.models.store import Store
from codeassist.session import open_embedder, open_session
from tests.models.builders import write_gguf
from tests.models.tiny.families import write_family


@pytest.fixture
def store(home: Path) -> Store:
    return Store(home / "models")


def install(store: Store, name: str, *, embeds: bool = True) -> Path:
    path = write_gguf(store.directory.parent / f"{name}.gguf", architecture="bert" if embeds else "llama")
    add(path, store, model=name)
    return path


def setting(home: Path, value: str) -> None:
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "config" / "config.toml").write_text(f'[context]\nembeddings = "{value}"\n')


@contextmanager
def opened() -> Iterator[tuple[Embedder | None, list[str]]]:
    """What is opened, and what the user is told."""
    told: list[str] = []
    embedder = open_embedder(os.environ, notice=told.append)
    if embedder is None:
        yield None, told
    else:
        with closing(embedder):
            yield embedder, told


@pytest.mark.parametrize("value", ["auto", "off"])
def test_nothing_is_said_where_no_model_is_installed(home: Path, store: Store, value: str) -> None:
    store.prepare()
    install(store, "writer", embeds=False)
    setting(home, value)
    with opened() as (embedder, told):
        assert (embedder, told) == (None, [])


def test_the_first_installed_one_is_taken_by_itself(home: Path, store: Store) -> None:
    store.prepare()
    for name, embeds in (("a-writer", False), ("c-encoder", True), ("b-encoder", True)):
        install(store, name, embeds=embeds)
    with opened() as (embedder, told):
        assert embedder is not None
        assert (embedder.id.split()[0], told) == ("b-encoder", [])
    setting(home, "c-encoder")
    with opened() as (embedder, told):
        assert embedder is not None
        assert (embedder.id.split()[0], told) == ("c-encoder", [])
    setting(home, "off")
    with opened() as (embedder, told):
        assert (embedder, told) == (None, [])


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("bge-small-en-v1.5", "not installed"),
        ("nonsense", "no model is called"),
        ("writer", "makes none"),
    ],
)
def test_a_model_that_cannot_be_used_is_told_and_done_without(
    home: Path, store: Store, value: str, complaint: str
) -> None:
    store.prepare()
    install(store, "writer", embeds=False)
    setting(home, value)
    with opened() as (embedder, told):
        assert embedder is None
    assert len(told) == 1
    assert complaint in told[0]


def test_a_file_that_has_changed_is_not_loaded(home: Path, store: Store) -> None:
    store.prepare()
    with install(store, "encoder").open("ab") as file:
        file.write(b"more")
    with opened() as (embedder, told):
        assert embedder is None
    assert "has changed" in told[0]


@pytest.mark.parametrize("dimensions", [0, 12])
def test_a_script_decides_for_the_scripted_engine(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dimensions: int
) -> None:
    script = tmp_path / "script.json"
    script.write_bytes(msgspec.json.encode(Script(dimensions=dimensions)))
    monkeypatch.setenv("CODEASSIST_ENGINE", f"fake:{script}")
    with opened() as (embedder, told):
        assert told == []
        vectors = embedder.embed(["x"]) if embedder else []
    assert [len(vector) for vector in vectors] == ([12] if dimensions else [])


@pytest.mark.parametrize(("family", "chats"), [("starcoder2", False), ("qwen2.5-coder", True)])
def test_a_model_that_only_completes_is_not_asked(family: str, chats: bool, home: Path, store: Store) -> None:
    add(write_family(family, home.parent / "tiny.gguf"), store, model="tiny")
    with open_session(os.environ, model="tiny"):
        pass
    if chats:
        with open_session(os.environ, model="tiny", chat=True):
            pass
        return
    with pytest.raises(MissingError, match="only completes") as caught:
        open_session(os.environ, model="tiny", chat=True)
    assert "--model" in caught.value.hint
