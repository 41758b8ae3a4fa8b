"""The families' tiny models: `write_family("llama3", path)`.

Markers, their ids' keys, tokenizer and hyper-parameter names are those of real files; sizes are the least that run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from . import chat
from .vocabulary import Vocabulary, byte_level, sentencepiece
from .writing import Shape, Tiny, write_tiny

WIDTH, HEADS, KV_HEADS, FEED, BLOCKS, CONTEXT = 64, 4, 2, 96, 2, 4096
HEAD = WIDTH // HEADS


def write_family(family: str, path: Path, keys: Mapping[str, Any] | None = None) -> Path:
    """Write the tiny model of a family; see `write_tiny` for `keys`."""
    return write_tiny(path, FAMILIES[family](), keys)


def _shared(width: int = WIDTH) -> dict[str, int | float | bool]:
    return {
        "context_length": CONTEXT,
        "embedding_length": width,
        "block_count": BLOCKS,
        "feed_forward_length": FEED,
        "attention.head_count": HEADS,
        "attention.head_count_kv": KV_HEADS,
    }


def _ends(vocabulary: Vocabulary) -> dict[str, Shape]:
    size = len(vocabulary.tokens)
    return {"token_embd.weight": (size, WIDTH), "output_norm.weight": (WIDTH,), "output.weight": (size, WIDTH)}


def _attention(block: str) -> dict[str, Shape]:
    return {
        f"{block}.attn_norm.weight": (WIDTH,),
        f"{block}.attn_q.weight": (WIDTH, WIDTH),
        f"{block}.attn_k.weight": (KV_HEADS * HEAD, WIDTH),
        f"{block}.attn_v.weight": (KV_HEADS * HEAD, WIDTH),
        f"{block}.attn_output.weight": (WIDTH, WIDTH),
        f"{block}.ffn_norm.weight": (WIDTH,),
    }


def _feed(block: str) -> dict[str, Shape]:
    return {
        f"{block}.ffn_gate.weight": (FEED, WIDTH),
        f"{block}.ffn_up.weight": (FEED, WIDTH),
        f"{block}.ffn_down.weight": (WIDTH, FEED),
    }


def _llama(name: str, licence: str, vocabulary: Vocabulary, template: str) -> Tiny:
    """Llama's architecture, which Mistral, DeepSeek-Coder and SmolLM2 share."""
    keys = _shared() | {
        "attention.layer_norm_rms_epsilon": 1e-5,
        "rope.dimension_count": HEAD,
        "rope.freq_base": 10000.0,
    }
    tensors = _ends(vocabulary)
    for block in range(BLOCKS):
        tensors |= _attention(f"blk.{block}") | _feed(f"blk.{block}")
    keys["vocab_size"] = len(vocabulary.tokens)
    return Tiny("llama", name, licence, vocabulary, keys, tensors, template)


def codellama() -> Tiny:
    """CodeLlama: SentencePiece, infilling markers under the keys' older names."""
    ids = {
        "bos_token_id": "<s>",
        "eos_token_id": "</s>",
        "unknown_token_id": "<unk>",
        "prefix_token_id": "\u2581<PRE>",
        "suffix_token_id": "\u2581<SUF>",
        "middle_token_id": "\u2581<MID>",
        "eot_token_id": "\u2581<EOT>",
    }
    vocabulary = sentencepiece(["\u2581<PRE>", "\u2581<SUF>", "\u2581<MID>", "\u2581<EOT>"], ids)
    return _llama("CodeLlama tiny", "llama2", vocabulary, chat.LLAMA2)


def llama3() -> Tiny:
    """Llama 3 Instruct: byte-level BPE; whether BOS is put first is left to the pre-tokenizer's name."""
    markers = [
        "<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>",
    ]  # fmt: skip
    ids = {"bos_token_id": "<|begin_of_text|>", "eos_token_id": "<|eot_id|>"}
    return _llama("Llama 3 tiny", "llama3", byte_level(markers, ids, pre="llama-bpe"), chat.LLAMA3)


def smollm2() -> Tiny:
    """SmolLM2: Llama's architecture, its own pre-tokenizer, ChatML; control tokens come first."""
    first = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<repo_name>", "<reponame>", "<file_sep>", "<filename>"]
    ids = {
        "bos_token_id": "<|im_start|>",
        "eos_token_id": "<|im_end|>",
        "unknown_token_id": "<|endoftext|>",
        "padding_token_id": "<|im_end|>",
    }
    flags = {"add_bos_token": False, "add_space_prefix": False}
    vocabulary = byte_level([], ids, pre="smollm", first=first, flags=flags)
    return _llama("SmolLM2 tiny", "apache-2.0", vocabulary, chat.CHATML)


FAMILIES: dict[str, Callable[[], Tiny]] = {
    "codellama": codellama,
    "llama3": llama3,
    "smollm2": smollm2,
}
