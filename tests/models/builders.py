"""Small GGUF files and catalogue entries for tests."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from codeassist.models.catalog import Entry, HubSource, PackageIndexSource

QWEN = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|fim_pad|>")


def write_gguf(
    path: Path,
    *,
    architecture: str = "llama",
    tokens: tuple[str, ...] = ("a", "b", "c"),
    keys: dict[str, Any] | None = None,
    context: int | None = 512,
    weights: int = 4096,
) -> Path:
    """A GGUF with one F32 tensor of `weights` elements."""
    writer = gguf.GGUFWriter(str(path), architecture)
    if context is not None:
        writer.add_context_length(context)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(list(tokens))
    for key, value in (keys or {}).items():
        if isinstance(value, bool):
            writer.add_bool(key, value)
        elif isinstance(value, int):
            writer.add_uint32(key, value)
        elif isinstance(value, list):
            writer.add_array(key, value)
        else:
            writer.add_string(key, value)
    if weights:
        writer.add_tensor("token_embd.weight", np.arange(weights, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def gguf_bytes(folder: Path, **arguments: Any) -> bytes:
    """The content of such a file."""
    return write_gguf(folder / "built.gguf", **arguments).read_bytes()


def text(value: str) -> bytes:
    """A GGUF string."""
    return struct.pack("<Q", len(value.encode())) + value.encode()


def head(keys: int, tensors: int = 1, version: int = 3) -> bytes:
    """The first 24 bytes of a GGUF."""
    return b"GGUF" + struct.pack("<IQQ", version, tensors, keys)


def endless_array() -> bytes:
    """49 bytes whose array claims 2**62 strings: gguf 0.19 never returns from it."""
    crafted = head(1) + text("k") + struct.pack("<IIQ", 9, 8, 1 << 62)
    assert len(crafted) == 49
    return crafted


def entry(
    content: bytes,
    *sources: HubSource | PackageIndexSource,
    pinned: bool = True,
    sized: bool = True,
    sha256: str | None = None,
) -> Entry:
    """A catalogue entry for that content."""
    return Entry(
        id="tiny",
        name="Tiny",
        family="",
        parameters="1",
        quantisation="F32",
        context_tokens=512,
        licence="Apache-2.0",
        sha256=sha256 or (hashlib.sha256(content).hexdigest() if pinned else ""),
        bytes=len(content) if sized else 0,
        file="tiny.gguf",
        capabilities=("complete",),
        sources=sources,
    )
