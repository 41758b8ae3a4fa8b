"""Other layouts of weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeassist.errors import MissingError, ModelFileError, UsageError
from codeassist.models.add import add
from codeassist.models.files import hash_file, no_progress
from codeassist.models.inspection import inspect_gguf
from codeassist.models.layout import opened
from codeassist.models.manifest import Manifest
from codeassist.models.mixing import LAYOUTS, Q4_0, Q8_0, mix
from codeassist.models.store import Store
from tests.models.tiny.families import FAMILIES
from tests.models.tiny.writing import write_tiny

HALF = 1


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "models")
    made.prepare()
    return made


def installed(store: Store, family: str = "qwen2.5-coder") -> Manifest:
    return add(write_tiny(store.directory.parent / "tiny.gguf", FAMILIES[family]()), store)


def kinds(path: str) -> dict[str, int]:
    with opened(Path(path)) as source:
        return {tensor.name: tensor.kind for tensor in source.tensors}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_matrices_change_and_nothing_else(layout: str, store: Store) -> None:
    origin = installed(store)
    made = mix(origin, layout, store, no_progress)
    before, after = kinds(origin.path), kinds(made.path)
    assert before.keys() == after.keys()
    with opened(Path(origin.path)) as old, opened(Path(made.path)) as new:
        assert old.values["general.architecture"] == new.values["general.architecture"]
        assert [old.raw(key) for key in old.places if key.startswith("tokenizer.")] == [
            new.raw(key) for key in new.places if key.startswith("tokenizer.")
        ]
        vectors = [tensor.name for tensor in old.tensors if len(tensor.shape) < 2]
        assert all(before[name] == after[name] for name in vectors)
        changed = {after[tensor.name] for tensor in old.tensors if before[tensor.name] != after[tensor.name]}
    assert changed == ({Q4_0, Q8_0} if layout == "mixed" else {Q8_0} if layout == "q8_0" else {Q4_0})
    facts = inspect_gguf(Path(made.path))
    assert (facts.fim, facts.family) == (origin.fim, origin.family)
    assert made.sha256 == hash_file(Path(made.path), no_progress, "").hexdigest()


def test_mixed_keeps_four_bits_to_what_widens(store: Store) -> None:
    after = kinds(mix(installed(store), "mixed", store, no_progress).path)
    assert {name for name, kind in after.items() if kind == Q4_0} == {
        name for name in after if name.endswith(("ffn_gate.weight", "ffn_up.weight"))
    }
    assert after["token_embd.weight"] not in (Q4_0, Q8_0), "looked up, not multiplied"


def test_it_is_not_installed_by_itself(store: Store) -> None:
    made = mix(installed(store), "mixed", store, no_progress)
    assert store.get(made.id) is None
    assert made.id == "tiny-mixed"
    assert "tiny, sha256" in made.source


def test_an_unknown_layout(store: Store) -> None:
    with pytest.raises(UsageError, match="no layout is called 'q1'"):
        mix(installed(store), "q1", store, no_progress)


def test_a_layout_that_is_there_already(store: Store) -> None:
    made = mix(installed(store), "q8_0", store, no_progress)
    store.put(made)
    with pytest.raises(UsageError, match="has that layout already"):
        mix(made, "q8_0", store, no_progress)


def test_an_altered_file_is_refused(store: Store) -> None:
    origin = installed(store)
    with Path(origin.path).open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x7f")
    with pytest.raises(ModelFileError, match="was altered"):
        mix(origin, "mixed", store, no_progress)


def test_an_interruption_leaves_nothing(store: Store) -> None:
    def stop(phase: str, _done: int, _total: int) -> None:
        if phase == "requantise":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mix(installed(store), "mixed", store, stop)
    assert [path.name for path in store.files.iterdir() if path.suffix != ".lock"] == []


def test_a_directory_that_cannot_be_written(store: Store) -> None:
    origin = installed(store)
    store.files.rmdir()
    store.files.write_text("a file")
    with pytest.raises(MissingError):
        mix(origin, "mixed", store, no_progress)
