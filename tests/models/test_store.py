"""The models directory: records, names, what may be deleted, what counts as changed."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from codeassist.errors import MissingError, ModelFileError, UnknownModelError, UsageError
from codeassist.models.add import add, id_of
from codeassist.models.catalog import load_catalog
from codeassist.models.files import no_progress
from codeassist.models.manifest import Manifest
from codeassist.models.store import Store, check, verify

from .builders import write_gguf


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


@pytest.fixture
def own(tmp_path: Path, store: Store) -> Manifest:
    """A user's own file, added."""
    return add(write_gguf(tmp_path / "Mine v1.gguf"), store)


def test_add_records_the_file_where_it_is(tmp_path: Path, store: Store, own: Manifest) -> None:
    assert own.id == "mine-v1"
    assert own.path == str(tmp_path / "Mine v1.gguf")
    assert store.get("mine-v1") == own
    assert store.installed().manifests == (own,)
    assert list(store.files.iterdir()) == []
    check(own)


def test_add_refuses_names_that_are_taken(tmp_path: Path, store: Store, own: Manifest) -> None:
    other = write_gguf(tmp_path / "other.gguf")
    with pytest.raises(UsageError, match="called mine-v1 already"):
        add(other, store, model="mine-v1")
    with pytest.raises(UsageError, match="already"):
        add(other, store, model="x", reserved=("x",))
    with pytest.raises(UsageError, match="cannot be a model's name"):
        add(other, store, model="../../x")
    assert add(Path(own.path), store) == own


def test_add_refuses_what_is_no_model(tmp_path: Path, store: Store) -> None:
    (tmp_path / "text.gguf").write_text("not a model, but long enough to be one")
    with pytest.raises(ModelFileError, match="not a GGUF"):
        add(tmp_path / "text.gguf", store)
    with pytest.raises(UsageError, match="not a file"):
        add(tmp_path / "missing.gguf", store)
    assert store.installed().manifests == ()


def test_add_notices_a_file_that_grows_meanwhile(tmp_path: Path, store: Store) -> None:
    path = write_gguf(tmp_path / "m.gguf")

    def grow(phase: str, done: int, total: int) -> None:
        with path.open("ab") as file:
            file.write(b"x") if path.stat().st_size < 20000 else None

    with pytest.raises(ModelFileError, match="changed while"):
        add(path, store, grow)
    assert store.get("m") is None


def test_ids_from_file_names() -> None:
    assert id_of(Path("Qwen2.5 Coder (best).Q4_K_M.gguf")) == "qwen2.5-coder-best-.q4_k_m"
    with pytest.raises(UsageError):
        id_of(Path("模型.gguf"))


@pytest.mark.parametrize("name", ["../victim", "..", "a/b", "/etc/passwd", ""])
def test_names_cannot_leave_the_directory(tmp_path: Path, store: Store, own: Manifest, name: str) -> None:
    victim = tmp_path / "victim.json"
    victim.write_bytes(msgspec.json.encode(own))
    for act in (store.get, store.remove, lambda model: store.put(msgspec.structs.replace(own, id=model))):
        with pytest.raises(UsageError):
            act(name)
    with pytest.raises(UnknownModelError):
        store.resolve(name, load_catalog())
    assert victim.exists()


def test_remove_leaves_a_users_own_file(store: Store, own: Manifest) -> None:
    assert store.remove(own.id) is None
    assert Path(own.path).exists()
    assert store.get(own.id) is None
    with pytest.raises(UnknownModelError):
        store.remove(own.id)


def test_remove_deletes_what_was_downloaded(store: Store, own: Manifest) -> None:
    store.prepare()
    ours = write_gguf(store.files / "ours.gguf")
    for model in ("one", "two"):
        store.put(msgspec.structs.replace(own, id=model, path=str(ours)))
    assert store.remove("one") is None  # "two" needs it
    assert store.remove("two") == ours
    assert not ours.exists()


def test_remove_believes_no_path_that_leads_out(tmp_path: Path, store: Store, own: Manifest) -> None:
    store.prepare()
    (store.files / "link").symlink_to(tmp_path)
    for path in (f"{store.files}/../../Mine v1.gguf", f"{store.files}/link/Mine v1.gguf", f"{store.files}/.."):
        store.put(msgspec.structs.replace(own, id="evil", path=path))
        assert store.remove("evil") is None
        assert Path(own.path).exists()


def test_damaged_records(store: Store, own: Manifest) -> None:
    (store.directory / "broken.json").write_text('{"id": "broken"')
    (store.directory / "other.json").write_bytes((store.directory / "mine-v1.json").read_bytes())
    (store.directory / "Not An Id.json").write_text("{}")
    found = store.installed()
    assert found.manifests == (own,)
    assert len(found.warnings) == 2
    with pytest.raises(ModelFileError, match="damaged"):
        store.get("broken")
    assert store.remove("broken") is None
    assert len(store.installed().warnings) == 1


def test_resolve(store: Store, own: Manifest) -> None:
    catalog = load_catalog()
    assert store.resolve("mine-v1", catalog) == own
    with pytest.raises(MissingError) as caught:
        store.resolve("qwen2.5-coder-3b", catalog)
    assert caught.value.hint == "codeassist model pull qwen2.5-coder-3b"
    for typo, meant in (("Qwen2.5-coder-0.5", "qwen2.5-coder-0.5b"), ("mine-v2", "mine-v1")):
        with pytest.raises(UnknownModelError) as caught:
            store.resolve(typo, catalog)
        assert caught.value.hint == f"did you mean {meant}?"
    with pytest.raises(UnknownModelError, match="no model is called"):
        store.resolve("\x1b[31m", catalog)


def test_a_changed_file_is_noticed(store: Store, own: Manifest) -> None:
    path = Path(own.path)
    os.utime(path, ns=(1, 1))
    with pytest.raises(ModelFileError, match="has changed") as caught:
        check(own)
    assert caught.value.hint == "codeassist model verify mine-v1"
    fresh = verify(own, store, no_progress)
    check(fresh)
    assert store.get(own.id) == fresh

    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelFileError, match="was altered"):
        verify(fresh, store, no_progress)
    path.unlink()
    for act in (lambda: check(own), lambda: verify(own, store, no_progress)):
        with pytest.raises(ModelFileError, match="cannot be read"):
            act()


def test_a_record_is_written_whole_or_not_at_all(store: Store, own: Manifest, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (store.directory / "mine-v1.json").read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MissingError, match="no space left"):
        store.put(msgspec.structs.replace(own, licence="other"))
    assert (store.directory / "mine-v1.json").read_bytes() == before
    assert [file.name for file in store.directory.iterdir()] == ["files", "mine-v1.json"] or len(
        list(store.directory.iterdir())
    ) == 2


def test_a_directory_that_cannot_be_made(tmp_path: Path, own: Manifest) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MissingError, match="cannot use"):
        Store(tmp_path / "file" / "models").put(own)
