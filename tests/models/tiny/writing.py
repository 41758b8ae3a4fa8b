"""Writes a tiny model: random weights of a fixed seed, its keys and vocabulary, in the layout that real files have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from .vocabulary import Vocabulary

Shape = tuple[int, ...]

_SEED = 20261125
_UNLIKELY, _TIED = 0.02, 0.1  # factors
_SCALE = 0.4  # of the weights: small ones would make every output the same


@dataclass(frozen=True)
class Tiny:
    """One model.

    Attributes:
        keys: below the architecture's name (`block_count`, `rope.dimension_count` …).
        tensors: shape of each, rows first as numpy has them; what ends in `norm.weight` is ones.
        template: of chats, as Jinja; "" for none.
        more: keys by their full names.
        factors: of some tensors' weights.
    """

    architecture: str
    name: str
    licence: str
    vocabulary: Vocabulary
    keys: Mapping[str, int | float | bool | str]
    tensors: Mapping[str, Shape]
    template: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)


def write_tiny(path: Path, tiny: Tiny, keys: Mapping[str, Any] | None = None) -> Path:
    """Write the model; `keys` (full names) are added or replace its own, None leaves one out."""
    writer = gguf.GGUFWriter(str(path), tiny.architecture)
    values: dict[str, Any] = {"general.name": tiny.name, "general.license": tiny.licence, **tiny.more}
    values |= {f"{tiny.architecture}.{key}": value for key, value in tiny.keys.items()}
    values |= _tokenizer(tiny)
    values |= keys or {}
    for key, value in values.items():
        if value is not None:
            add_key(writer, key, value)
    random = np.random.default_rng(_SEED)
    for name, shape in tiny.tensors.items():
        weights = _weights(random, name, shape) * np.float32(tiny.factors.get(name, 1))
        if name == ("output.weight" if "output.weight" in tiny.tensors else "token_embd.weight"):
            weights = _printable(weights, tiny)
        writer.add_tensor(name, weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _tokenizer(tiny: Tiny) -> dict[str, Any]:
    vocabulary = tiny.vocabulary
    values: dict[str, Any] = {"tokenizer.ggml.model": vocabulary.model}
    if vocabulary.pre:
        values["tokenizer.ggml.pre"] = vocabulary.pre
    values["tokenizer.ggml.tokens"] = vocabulary.tokens
    values["tokenizer.ggml.token_type"] = vocabulary.types
    if vocabulary.scores is not None:
        values["tokenizer.ggml.scores"] = vocabulary.scores
    if vocabulary.merges is not None:
        values["tokenizer.ggml.merges"] = vocabulary.merges
    values |= {f"tokenizer.ggml.{key}": vocabulary.id(text) for key, text in vocabulary.ids.items()}
    values |= {f"tokenizer.ggml.{key}": flag for key, flag in vocabulary.flags.items()}
    if tiny.template:
        values["tokenizer.chat_template"] = tiny.template
    return values


def add_key(writer: Any, key: str, value: Any) -> None:
    """Write one key with the type that its value has."""
    if isinstance(value, bool):
        writer.add_bool(key, value)
    elif isinstance(value, int):
        writer.add_uint32(key, value)
    elif isinstance(value, float):
        writer.add_float32(key, value)
    elif isinstance(value, list):
        writer.add_array(key, value)
    else:
        writer.add_string(key, value)


def _weights(random: Any, name: str, shape: Shape) -> Any:
    """Norms are ones, the rest is noise."""
    if name.endswith("norm.weight"):
        return np.ones(shape, np.float32)
    return (random.standard_normal(shape) * _SCALE).astype(np.float32)


def _printable(values: Any, tiny: Tiny) -> Any:
    """Make tokens that are not printable unlikely, so that the model writes text and goes on.

    An embedding that is the output, too, is made small: else every token would be followed by itself.
    """
    tied = "output.weight" not in tiny.tensors
    factors = np.full((len(values), 1), _UNLIKELY if tied else 0, np.float32)
    factors[tiny.vocabulary.plain] = 1
    return values * factors * np.float32(_TIED if tied else 1)
