"""The families' tiny models: `write_family("llama3", path)`.

Markers, their ids' keys, kind of tokenizer and template are those of the families' real files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from . import chat, layers
from .layers import BLOCKS, HEAD
from .llama import (
    BEGIN,
    BOS,
    END,
    EOS,
    HOLE,
    LLAMA2_IDS,
    codellama,
    codestral,
    deepseek_coder,
    llama3,
    minicpm_v,
    mistral,
    mixtral,
    smollm2,
)
from .vocabulary import byte_level, sentencepiece, wordpiece
from .writing import Tiny, write_tiny


def write_family(family: str, path: Path, keys: Mapping[str, Any] | None = None) -> Path:
    """Write the tiny model of a family; see `write_tiny` for `keys`."""
    return write_tiny(path, FAMILIES[family](), keys)


def qwen25_coder() -> Tiny:
    """Qwen2.5-Coder Instruct."""
    markers = [
        "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<tool_call>", "</tool_call>", "<|fim_prefix|>",
        "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>",
    ]  # fmt: skip
    ids = {"bos_token_id": "<|endoftext|>", "eos_token_id": "<|im_end|>", "padding_token_id": "<|endoftext|>"}
    vocabulary = byte_level(markers, ids, pre="qwen2", flags={"add_bos_token": False})
    keys = layers.shared() | {"attention.layer_norm_rms_epsilon": 1e-6, "rope.freq_base": 1e6}
    tensors = layers.ends(len(vocabulary.tokens)) | layers.blocks(
        lambda block: layers.attention(block, bias=True) | layers.dense(block)
    )
    return Tiny("qwen2", "Qwen2.5 Coder", "apache-2.0", vocabulary, keys, tensors, chat.CHATML)


def phi3() -> Tiny:
    """Phi-3 mini Instruct: SentencePiece with the turns' markers as control tokens."""
    markers = ["<|endoftext|>", "<|assistant|>", "<|system|>", "<|end|>", "<|user|>"]
    ids = LLAMA2_IDS | {"eos_token_id": "<|endoftext|>", "padding_token_id": "<|endoftext|>"}
    vocabulary = sentencepiece(markers, ids, flags={"add_bos_token": True, "add_eos_token": False})
    keys = layers.shared() | {
        "attention.head_count_kv": layers.HEADS,
        "attention.layer_norm_rms_epsilon": 1e-5,
        "rope.dimension_count": HEAD,
        "rope.scaling.original_context_length": layers.CONTEXT,
        "attention.sliding_window": 2047,
    }
    tensors = layers.ends(len(vocabulary.tokens)) | layers.blocks(layers.fused_attention)
    return Tiny("phi3", "Phi3", "mit", vocabulary, keys, tensors, chat.PHI3)


def _deepseek2(name: str, *, lite: bool) -> Tiny:
    markers = [BOS, EOS, HOLE, BEGIN, END, "<｜User｜>", "<｜Assistant｜>"]
    ids = {"bos_token_id": BOS, "eos_token_id": EOS, "padding_token_id": EOS}
    vocabulary = byte_level(markers, ids, pre="deepseek-llm", flags={"add_bos_token": True, "add_eos_token": False})
    blocks = 27 if lite else 3  # llama.cpp tells the lite model by its 27 blocks
    mla = {
        "attention.head_count_kv": 1,
        "attention.key_length": layers.KV_RANK + layers.ROPE,
        "attention.value_length": layers.KV_RANK,
        "attention.key_length_mla": layers.NOPE + layers.ROPE,
        "attention.value_length_mla": layers.VALUE,
        "attention.q_lora_rank": layers.Q_RANK,
    }
    plain = {
        "attention.head_count_kv": layers.HEADS,
        "attention.key_length": layers.NOPE + layers.ROPE,
        "attention.value_length": layers.VALUE,
    }
    keys = layers.shared(blocks) | (plain if lite else mla) | {
        "vocab_size": len(vocabulary.tokens),
        "attention.layer_norm_rms_epsilon": 1e-6,
        "attention.kv_lora_rank": layers.KV_RANK,
        "rope.dimension_count": layers.ROPE,
        "rope.freq_base": 10000.0,
        "rope.scaling.type": "yarn",
        "rope.scaling.factor": 40.0,
        "rope.scaling.original_context_length": layers.CONTEXT // 40,
        "rope.scaling.yarn_log_multiplier": 0.0707,
        "leading_dense_block_count": 1,
        "expert_feed_forward_length": 16,
        "expert_count": layers.EXPERTS,
        "expert_used_count": layers.USED,
        "expert_shared_count": 2,
        "expert_weights_scale": 1.0,
    }  # fmt: skip
    tensors = layers.ends(len(vocabulary.tokens)) | layers.dense("blk.0")
    tensors |= layers.blocks(lambda block: layers.latent_attention(block, lite=lite), blocks)
    for number in range(1, blocks):
        tensors |= layers.experts(f"blk.{number}", 16, 32)
    return Tiny("deepseek2", name, "deepseek", vocabulary, keys, tensors, chat.DEEPSEEK_V2)


def deepseek_coder_v2() -> Tiny:
    """DeepSeek-Coder-V2 Instruct: latent attention as newer files hold it; a dense block, then experts."""
    return _deepseek2("DeepSeek Coder V2", lite=False)


def deepseek_coder_v2_lite() -> Tiny:
    """DeepSeek-Coder-V2 Lite Instruct: the same without compressed queries, 27 blocks, in the layout of older files."""
    return _deepseek2("DeepSeek Coder V2 Lite", lite=True)


def starcoder2() -> Tiny:
    """StarCoder2: biases everywhere, the embedding is the output, no chat."""
    first = [
        "<|endoftext|>", "<fim_prefix>", "<fim_middle>", "<fim_suffix>", "<fim_pad>", "<repo_name>", "<file_sep>",
    ]  # fmt: skip
    ids = dict.fromkeys(("bos_token_id", "eos_token_id", "unknown_token_id"), "<|endoftext|>")
    vocabulary = byte_level([], ids, pre="starcoder", first=first, flags={"add_bos_token": False})
    keys = layers.shared() | {"attention.layer_norm_epsilon": 1e-5, "rope.freq_base": 1e6}
    tensors = layers.ends(len(vocabulary.tokens), tied=True) | layers.blocks(
        lambda block: layers.attention(block) | layers.dense(block, gate=False)
    )
    return Tiny("starcoder2", "StarCoder2", "bigcode-openrail-m", vocabulary, keys, layers.biased(tensors))


def gemma3() -> Tiny:
    """Gemma 3: SentencePiece without a space put first; the embedding is the output, local and global attention."""
    ids = {
        "bos_token_id": "<bos>",
        "eos_token_id": "<end_of_turn>",
        "unknown_token_id": "<unk>",
        "padding_token_id": "<pad>",
    }
    vocabulary = sentencepiece(
        ["<start_of_turn>", "<end_of_turn>"],
        ids,
        first=["<pad>", "<eos>", "<bos>", "<unk>"],
        flags={"add_bos_token": True, "add_eos_token": False, "add_space_prefix": False},
        user_defined=["\n", "\n\n", "<table>"],
    )
    keys = layers.shared() | {
        "attention.key_length": HEAD,
        "attention.value_length": HEAD,
        "attention.layer_norm_rms_epsilon": 1e-6,
        "attention.sliding_window": 64,
        "rope.freq_base": 1e6,
    }
    tensors = layers.ends(len(vocabulary.tokens), tied=True) | layers.blocks(
        lambda block: layers.normed_attention(block) | layers.dense(block)
    )
    return Tiny("gemma3", "Gemma 3", "gemma", vocabulary, keys, tensors, chat.GEMMA)


def codegemma() -> Tiny:
    """CodeGemma Instruct: Gemma's first architecture, markers for infilling."""
    ids = {"bos_token_id": "<bos>", "eos_token_id": "<eos>", "unknown_token_id": "<unk>", "padding_token_id": "<pad>"}
    markers = [
        "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|file_separator|>", "<start_of_turn>", "<end_of_turn>",
    ]  # fmt: skip
    vocabulary = sentencepiece(
        markers,
        ids,
        first=["<pad>", "<eos>", "<bos>", "<unk>"],
        flags={"add_bos_token": True, "add_eos_token": False, "add_space_prefix": False},
        user_defined=["\n", "\n\n", "<table>"],
    )
    keys = layers.shared() | {
        "attention.key_length": HEAD,
        "attention.value_length": HEAD,
        "attention.layer_norm_rms_epsilon": 1e-6,
    }
    tensors = layers.ends(len(vocabulary.tokens), tied=True) | layers.blocks(
        lambda block: layers.attention(block) | layers.dense(block)
    )
    return Tiny("gemma", "CodeGemma", "gemma", vocabulary, keys, tensors, chat.GEMMA)


def _encoder(architecture: str, name: str, licence: str, pooling: int) -> Tiny:
    vocabulary = wordpiece()
    keys: dict[str, int | float | bool | str] = {
        "context_length": 128,
        "embedding_length": layers.WIDTH,
        "block_count": BLOCKS,
        "feed_forward_length": layers.FEED,
        "attention.head_count": layers.HEADS,
        "attention.layer_norm_epsilon": 1e-12,
        "attention.causal": False,
        "pooling_type": pooling,
    }
    size = len(vocabulary.tokens)
    tensors = layers.bert(size, 128) if architecture == "bert" else layers.nomic_bert(size)
    if architecture == "nomic-bert":
        keys["rope.freq_base"] = 1000.0
    more = {"tokenizer.ggml.token_type_count": 2}
    return Tiny(architecture, name, licence, vocabulary, keys, tensors, more=more)


def bert() -> Tiny:
    """A BERT that embeds: WordPiece, the mean of all tokens (all-MiniLM-L6-v2)."""
    return _encoder("bert", "BERT", "apache-2.0", 1)


def bge() -> Tiny:
    """BGE: a BERT whose first token's vector is the text's."""
    return _encoder("bert", "BGE small", "mit", 2)


def nomic() -> Tiny:
    """Nomic Embed."""
    return _encoder("nomic-bert", "Nomic Embed", "apache-2.0", 1)


FAMILIES: dict[str, Callable[[], Tiny]] = {
    "qwen2.5-coder": qwen25_coder,
    "deepseek-coder": deepseek_coder,
    "deepseek-coder-v2": deepseek_coder_v2,
    "deepseek-coder-v2-lite": deepseek_coder_v2_lite,
    "starcoder2": starcoder2,
    "codellama": codellama,
    "llama3": llama3,
    "minicpm-v": minicpm_v,
    "phi3": phi3,
    "mixtral": mixtral,
    "mistral": mistral,
    "codestral": codestral,
    "smollm2": smollm2,
    "gemma3": gemma3,
    "codegemma": codegemma,
    "bert": bert,
    "bge": bge,
    "nomic": nomic,
}
