"""Vision projectors: told from other files, added and pulled beside their model, verified and removed with it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from codeassist.config import ModelSettings
from codeassist.errors import DownloadError, ModelFileError, UsageError
from codeassist.models import retry
from codeassist.models.add import add
from codeassist.models.catalog import Entry, HubSource, ProjectorEntry, load_catalog
from codeassist.models.files import no_progress
from codeassist.models.inspection import inspect_projector
from codeassist.models.pull import pull
from codeassist.models.store import Store, check, verify

from .builders import endless_array, entry, gguf_bytes, write_gguf
from .hub import Hub, linked, serving
from .tiny.vision import LLAVA, write_projector

HUB = HubSource(repository="org/repo", revision="abc", file="m.gguf")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("files")
    return write_gguf(folder / "language.gguf"), write_projector(LLAVA, folder / "mmproj.gguf")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


def test_what_a_projector_says(files: tuple[Path, Path]) -> None:
    assert inspect_projector(files[1]).kind == "mlp"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not a GGUF"),
        (b"GGUF", "not a GGUF"),
        (endless_array(), "longer than the file"),
    ],
)
def test_files_that_are_no_gguf(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "x.gguf"
    file.write_bytes(content)
    with pytest.raises(ModelFileError, match=why):
        inspect_projector(file)


def test_files_that_are_no_projector(files: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="not a vision projector"):
        inspect_projector(files[0])
    deaf = write_gguf(tmp_path / "a.gguf", architecture="clip", keys={"clip.has_audio_encoder": True})
    with pytest.raises(ModelFileError, match="no eyes"):
        inspect_projector(deaf)
    os.mkfifo(tmp_path / "fifo.gguf")
    with pytest.raises(ModelFileError, match="regular file"):
        inspect_projector(tmp_path / "fifo.gguf")
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(files[1].read_bytes()[:-5000])
    with pytest.raises(ModelFileError, match="truncated"):
        inspect_projector(cut)


def test_a_model_is_added_with_its_projector(files: tuple[Path, Path], store: Store) -> None:
    manifest = add(files[0], store, projector=files[1])
    assert manifest.capabilities[-1] == "image"
    assert manifest.projector is not None
    assert manifest.projector.kind == "mlp"
    assert manifest.projector.sha256 == hashlib.sha256(files[1].read_bytes()).hexdigest()
    assert store.get(manifest.id) == manifest
    check(manifest)
    assert store.remove(manifest.id) is None
    assert files[1].exists()  # the user's own


def test_a_wrong_projector_is_not_added(files: tuple[Path, Path], store: Store, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="not a vision projector"):
        add(files[0], store, projector=files[0])
    with pytest.raises(UsageError, match="not a file"):
        add(files[0], store, projector=tmp_path / "none.gguf")
    with pytest.raises(ModelFileError, match="vision part"):
        add(files[1], store)
    assert not store.installed().manifests


def test_a_changed_projector_is_found(files: tuple[Path, Path], store: Store, tmp_path: Path) -> None:
    mine = tmp_path / "mine.gguf"
    content = files[1].read_bytes()
    mine.write_bytes(content)
    manifest = add(files[0], store, projector=mine)
    os.utime(mine, ns=(1, 1))
    with pytest.raises(ModelFileError, match=r"projector .* has changed"):
        check(manifest)
    touched = verify(manifest, store, no_progress)
    check(touched)
    assert store.get(manifest.id) == touched
    mine.write_bytes(content[:-1] + b"x")
    with pytest.raises(ModelFileError, match=r"projector .* was altered"):
        verify(touched, store, no_progress)
    mine.unlink()
    with pytest.raises(ModelFileError, match=r"projector .* cannot be read"):
        check(touched)


def seeing(content: bytes, eyes: bytes, *, pinned: bool = True) -> Entry:
    """An entry of two files."""
    projector = ProjectorEntry(
        sha256=hashlib.sha256(eyes).hexdigest() if pinned else "",
        bytes=len(eyes) if pinned else 0,
        file="eyes.gguf",
        sources=(replace(HUB, file="eyes.gguf"),),
    )
    model = entry(content, HUB)
    return replace(model, capabilities=("complete", "image"), projector=projector)


@pytest.fixture
def hub(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(retry, "BACKOFF", (0.0, 0.0))
    with serving(Hub(files[1].read_bytes())) as running:
        yield running


def test_a_pull_takes_both_from_files(files: tuple[Path, Path], store: Store) -> None:
    model = seeing(files[0].read_bytes(), files[1].read_bytes())
    manifest = pull(model, store, ModelSettings(), from_path=files[0], projector=files[1])
    assert manifest.projector is not None
    assert Path(manifest.projector.path).read_bytes() == files[1].read_bytes()
    assert "image" in manifest.capabilities
    assert pull(model, store, ModelSettings()) == manifest  # installed: nothing is fetched
    assert store.remove("tiny") == store.files / "tiny.gguf"
    assert not [file for file in store.files.iterdir() if file.suffix == ".gguf"]


def test_a_pull_verifies_the_projector(files: tuple[Path, Path], store: Store, tmp_path: Path) -> None:
    model = seeing(files[0].read_bytes(), files[1].read_bytes())
    wrong = tmp_path / "wrong.gguf"
    wrong.write_bytes(files[1].read_bytes()[:-1] + b"x")
    with pytest.raises(DownloadError, match="the projector of tiny"):
        pull(model, store, ModelSettings(), from_path=files[0], projector=wrong)
    assert store.get("tiny") is None
    manifest = pull(model, store, ModelSettings(), from_path=tmp_path / "gone.gguf", projector=files[1])
    assert manifest.projector is not None  # the model's own file was there already


def test_the_right_bytes_that_are_no_projector(files: tuple[Path, Path], store: Store) -> None:
    model = seeing(files[0].read_bytes(), files[0].read_bytes())
    with pytest.raises(ModelFileError, match=r"projector of tiny: .*not a vision projector"):
        pull(model, store, ModelSettings(), from_path=files[0], projector=files[0])


def test_a_projector_for_a_model_without_one(files: tuple[Path, Path], store: Store) -> None:
    with pytest.raises(UsageError, match="no vision projector"):
        pull(entry(files[0].read_bytes(), HUB), store, ModelSettings(), from_path=files[0], projector=files[1])


def test_a_model_of_before_gets_its_projector(files: tuple[Path, Path], store: Store) -> None:
    model = seeing(files[0].read_bytes(), files[1].read_bytes())
    blind = replace(model, capabilities=("complete",), projector=None)
    assert pull(blind, store, ModelSettings(), from_path=files[0]).projector is None
    assert pull(model, store, ModelSettings(), from_path=files[0], projector=files[1]).projector is not None


def test_the_projector_comes_from_the_hub(files: tuple[Path, Path], store: Store, hub: Hub) -> None:
    hub.replies = [linked]
    notices: list[str] = []
    model = seeing(files[0].read_bytes(), files[1].read_bytes(), pinned=False)
    manifest = pull(model, store, ModelSettings(hub_url=hub.url), notice=notices.append, from_path=files[0])
    assert manifest.projector is not None
    assert {path for _, path, _ in hub.asked} == {"/org/repo/resolve/abc/eyes.gguf"}
    assert any("does not pin the projector of tiny" in line for line in notices)


def test_the_catalogue_has_one_that_sees() -> None:
    model = load_catalog().get("minicpm-llama3-v-2.5")
    assert model is not None
    assert model.projector is not None
    assert "image" in model.capabilities


def test_an_entry_that_sees_needs_a_projector(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="projector"):
        replace(entry(gguf_bytes(tmp_path), HUB), capabilities=("complete", "image"))
