"""Tensors of types that ctransformers does not know, in the next one that it knows."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest

from codeassist.errors import UsageError
from codeassist.models.add import add
from codeassist.models.convert import convert
from codeassist.models.layout import opened
from codeassist.models.store import Store
from tests.models.test_convert import content, left
from tests.models.tiny.families import FAMILIES
from tests.models.tiny.writing import write_tiny


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "models")
    made.prepare()
    return made


Kind = gguf.GGMLQuantizationType


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (Kind.BF16, Kind.F16, 0.001),
        (Kind.IQ4_NL, Kind.Q8_0, 0.05),
        (Kind.MXFP4, Kind.Q8_0, 0.05),
        (Kind.Q4_1, Kind.Q4_1, 0),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_types_that_are_not_known_are_written_in_the_next_one(
    old: gguf.GGMLQuantizationType, new: gguf.GGMLQuantizationType, error: float, store: Store
) -> None:
    made = convert(add(retyped(store, old), store), store)
    with opened(store.directory.parent / "other.gguf") as source, opened(Path(made.path)) as copy:
        kinds = {tensor.name: tensor.kind for tensor in copy.tensors}
        assert kinds["blk.0.ffn_up.weight"] == new
        assert kinds["blk.0.attn_norm.weight"] == Kind.F32
        before, after = (
            gguf.quants.dequantize(np.frombuffer(content(each, "blk.0.ffn_up.weight"), np.uint8), kind)
            for each, kind in ((source, old), (copy, new))
        )
    assert np.abs(before.ravel() - after.ravel()).max() <= error * np.abs(before).max()


def retyped(store: Store, kind: gguf.GGMLQuantizationType) -> Path:
    """The tiny model with its matrices in a type, its norms in F16."""
    plain = write_tiny(store.directory.parent / "plain.gguf", FAMILIES["smollm2"]())
    reader = gguf.GGUFReader(plain)
    path = store.directory.parent / "other.gguf"
    writer = gguf.GGUFWriter(str(path), "llama")
    for key, field in reader.fields.items():
        if not key.startswith("GGUF.") and key != "general.architecture":
            element = field.types[1] if len(field.types) > 1 else None
            writer.add_key_value(key, field.contents(), field.types[0], element)
    for tensor in reader.tensors:
        values = np.array(tensor.data, np.float32)
        chosen = Kind.F16 if values.ndim == 1 else kind
        writer.add_tensor(tensor.name, encoded(values, chosen), raw_dtype=chosen)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def encoded(values: Any, kind: gguf.GGMLQuantizationType) -> Any:
    """IQ4_NL is written by hand: the package only reads it."""
    if kind != Kind.IQ4_NL:
        return gguf.quants.quantize(values, kind)
    rows, columns = values.shape
    blocks = np.zeros((rows, columns // 32, 18), np.uint8)
    blocks[..., :2] = np.frombuffer(np.float16(0.01).tobytes(), np.uint8)
    blocks[..., 2:] = np.random.default_rng(1).integers(0, 256, (rows, columns // 32, 16))
    return blocks.reshape(rows, -1)


def test_what_a_type_cannot_hold_is_refused(store: Store) -> None:
    path = retyped(store, Kind.BF16)
    with opened(path) as source:
        tensor = next(each for each in source.tensors if each.name == "blk.0.ffn_up.weight")
        at = source.data + tensor.offset
    with path.open("r+b") as file:
        file.seek(at)
        file.write(struct.pack("<f", 1e30)[2:])
    with pytest.raises(UsageError, match="F16 cannot hold"):
        convert(add(path, store), store)
    assert left(store) == []


def test_a_type_that_holds_no_fractions_is_refused(store: Store) -> None:
    path = store.directory.parent / "whole.gguf"
    plain = write_tiny(store.directory.parent / "plain.gguf", FAMILIES["smollm2"]())
    content = bytearray(plain.read_bytes())
    at = content.index(b"blk.0.ffn_up.weight") + len("blk.0.ffn_up.weight") + 4 + 2 * 8
    content[at : at + 4] = struct.pack("<I", Kind.I32)  # as large as F32
    path.write_bytes(content)
    with pytest.raises(UsageError, match="type that cannot be changed"):
        convert(add(path, store), store)
    assert left(store) == []


def test_a_row_that_is_as_large_as_a_model_is_not_read(monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    monkeypatch.setattr("codeassist.models.requantise._LONGEST", 63)
    with pytest.raises(UsageError, match="rows of"):
        convert(add(retyped(store, Kind.BF16), store), store)
