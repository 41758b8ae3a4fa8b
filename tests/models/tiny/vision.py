"""Tiny vision projectors with random weights, and a language model that fits each.

Keys and tensors are those of llama.cpp's tools/mtmd (clip.cpp, models/llava.cpp, models/minicpmv.cpp). MiniCPM-V's
resampler has 4,096 as its width in the code: its matrices are written as random Q4_0 blocks, 47 MB in all.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from . import chat
from .vocabulary import byte_level
from .writing import Shape, Tiny, add_key, write_tiny

LLAVA, MINICPM_V = "mlp", "resampler"
WIDTHS = {LLAVA: 64, MINICPM_V: 4096}
# Image tokens of a square picture: two by two patches; MiniCPM-V 2.5 asks 96 questions of a slice.
IMAGE_TOKENS = {LLAVA: 4, MINICPM_V: 96}

_WIDTH, _FEED, _PATCH, _BLOCKS = 32, 64, 14, 2  # of the image's encoder
_POSITIONS = 70 * 70  # that MiniCPM-V's encoder knows
_BLOCK_BYTES, _BLOCK_WEIGHTS, _SCALE_BYTES = 18, 32, 2  # of Q4_0


def write_eyed(kind: str, folder: Path, keys: Mapping[str, Any] | None = None) -> tuple[Path, Path]:
    """Write a language model and a projector for it; `keys` as in `write_tiny`."""
    model = write_tiny(folder / f"{kind}.gguf", _language(WIDTHS[kind]), keys)
    return model, write_projector(kind, folder / f"mm-{kind}.gguf")


def write_projector(kind: str, path: Path) -> Path:
    """Write a projector of a kind (llama.cpp's `clip.projector_type`)."""
    writer = gguf.GGUFWriter(str(path), "clip")
    for key, value in _KEYS[kind].items():
        if key == "minicpmv_version":
            writer.add_int32(f"clip.{key}", value)  # llama.cpp aborts where it is unsigned
        else:
            add_key(writer, f"clip.{key}", value)
    random = np.random.default_rng(20261125)
    for name, shape in (_encoder(kind) | _PROJECTORS[kind]).items():
        if len(shape) == 2 and shape[1] == WIDTHS[MINICPM_V] == shape[0]:
            writer.add_tensor(name, _blocks(random, *shape), raw_dtype=gguf.GGMLQuantizationType.Q4_0)
        else:
            norm = ".ln" in name and name.endswith("weight")
            writer.add_tensor(name, np.ones(shape, np.float32) if norm else _weights(random, shape))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _language(width: int) -> Tiny:
    """Llama 3's vocabulary, with the tokens that MiniCPM-V puts around images."""
    markers = [
        "<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>",
        "<image>", "</image>", "<slice>", "</slice>",
    ]  # fmt: skip
    ids = {"bos_token_id": "<|begin_of_text|>", "eos_token_id": "<|eot_id|>"}
    vocabulary = byte_level(markers, ids, pre="llama-bpe")
    head, heads, feed, size = 16, 2, 64, len(vocabulary.tokens)
    keys: dict[str, int | float | bool] = {
        "context_length": 4096,
        "embedding_length": width,
        "block_count": 1,
        "feed_forward_length": feed,
        "attention.head_count": heads,
        "attention.head_count_kv": 1,
        "attention.key_length": head,
        "attention.value_length": head,
        "attention.layer_norm_rms_epsilon": 1e-5,
        "rope.dimension_count": head,
        "rope.freq_base": 10000.0,
        "vocab_size": size,
    }
    tensors: dict[str, Shape] = {
        "token_embd.weight": (size, width),
        "output_norm.weight": (width,),
        "output.weight": (size, width),
        "blk.0.attn_norm.weight": (width,),
        "blk.0.attn_q.weight": (heads * head, width),
        "blk.0.attn_k.weight": (head, width),
        "blk.0.attn_v.weight": (head, width),
        "blk.0.attn_output.weight": (width, heads * head),
        "blk.0.ffn_norm.weight": (width,),
        "blk.0.ffn_gate.weight": (feed, width),
        "blk.0.ffn_up.weight": (feed, width),
        "blk.0.ffn_down.weight": (width, feed),
    }
    # Attention that looks at everything a little: a sharp one might never look at the image.
    factors = {f"blk.0.attn_{name}.weight": 4 / width**0.5 for name in "qk"} | {"output.weight": 8 / width**0.5}
    return Tiny("llama", "Tiny with eyes", "llama3", vocabulary, keys, tensors, chat.LLAMA3, factors=factors)


_VISION: dict[str, Any] = {
    "has_vision_encoder": True,
    "use_gelu": True,
    "vision.image_size": 2 * _PATCH,
    "vision.patch_size": _PATCH,
    "vision.embedding_length": _WIDTH,
    "vision.feed_forward_length": _FEED,
    "vision.projection_dim": _WIDTH,
    "vision.block_count": _BLOCKS,
    "vision.attention.head_count": 2,
    "vision.attention.layer_norm_epsilon": 1e-5,
    "vision.image_mean": [0.5, 0.5, 0.5],
    "vision.image_std": [0.5, 0.5, 0.5],
}
_KEYS: dict[str, dict[str, Any]] = {
    LLAVA: _VISION | {"projector_type": "mlp", "has_llava_projector": True},
    MINICPM_V: _VISION | {"projector_type": "resampler", "has_minicpmv_projector": True, "minicpmv_version": 2},
}


def _encoder(kind: str) -> dict[str, Shape]:
    """The image's encoder: CLIP's, with a token of its own for the class, for LLaVA; SigLIP's for MiniCPM-V."""
    tensors: dict[str, Shape] = {"v.patch_embd.weight": (_WIDTH, 3, _PATCH, _PATCH)}
    if kind == LLAVA:
        tensors |= {"v.class_embd": (_WIDTH,), "v.position_embd.weight": (5, _WIDTH)}
        tensors |= _pair("v.pre_ln", _WIDTH)
    else:
        tensors |= {"v.patch_embd.bias": (_WIDTH,), "v.position_embd.weight": (_POSITIONS, _WIDTH)}
        tensors |= _pair("v.post_ln", _WIDTH)
    for number in range(_BLOCKS):
        block = f"v.blk.{number}"
        for name in ("attn_q", "attn_k", "attn_v", "attn_out"):
            tensors |= _pair(f"{block}.{name}", _WIDTH, _WIDTH)
        tensors |= _pair(f"{block}.ln1", _WIDTH) | _pair(f"{block}.ln2", _WIDTH)
        tensors |= _pair(f"{block}.ffn_up", _FEED, _WIDTH) | _pair(f"{block}.ffn_down", _WIDTH, _FEED)
    return tensors


def _pair(name: str, *shape: int) -> dict[str, Shape]:
    """A weight with its bias."""
    return {f"{name}.weight": shape, f"{name}.bias": shape[:1]}


_LLAVA, _MINICPM = WIDTHS[LLAVA], WIDTHS[MINICPM_V]
_PROJECTORS: dict[str, dict[str, Shape]] = {
    LLAVA: _pair("mm.0", _LLAVA, _WIDTH) | _pair("mm.2", _LLAVA, _LLAVA),
    MINICPM_V: {
        "resampler.query": (96, _MINICPM),
        "resampler.pos_embed_k": (1, _MINICPM),
        "resampler.proj.weight": (_MINICPM, _MINICPM),
        "resampler.kv.weight": (_MINICPM, _WIDTH),
        **_pair("resampler.attn.q", _MINICPM, _MINICPM),
        **_pair("resampler.attn.k", _MINICPM, _MINICPM),
        **_pair("resampler.attn.v", _MINICPM, _MINICPM),
        **_pair("resampler.attn.out", _MINICPM, _MINICPM),
        **_pair("resampler.ln_q", _MINICPM),
        **_pair("resampler.ln_kv", _MINICPM),
        **_pair("resampler.ln_post", _MINICPM),
    },
}


def _weights(random: Any, shape: Shape) -> Any:
    return (random.standard_normal(shape) * 0.3).astype(np.float32)


def _blocks(random: Any, rows: int, columns: int) -> Any:
    """Rows of Q4_0 blocks: a scale and random nibbles, the same again after every 64 rows."""
    blocks = random.integers(0, 256, (64, columns // _BLOCK_WEIGHTS, _BLOCK_BYTES), dtype=np.uint8)
    blocks[:, :, :_SCALE_BYTES] = np.frombuffer(np.float16(0.005).tobytes(), np.uint8)
    return np.tile(blocks.reshape(64, -1), (rows // 64, 1))
