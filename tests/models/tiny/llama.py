"""The tiny models of families that share Llama's architecture."""

from __future__ import annotations

from . import chat, layers
from .layers import HEAD
from .vocabulary import Vocabulary, byte_level, sentencepiece
from .writing import Tiny

BOS, EOS = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"
HOLE, BEGIN, END = "<｜fim▁hole｜>", "<｜fim▁begin｜>", "<｜fim▁end｜>"
LLAMA2_IDS = {"bos_token_id": "<s>", "eos_token_id": "</s>", "unknown_token_id": "<unk>"}


def _llama(name: str, licence: str, vocabulary: Vocabulary, template: str, base: float = 10000.0) -> Tiny:
    """Llama's architecture, which Mistral, DeepSeek-Coder and SmolLM2 share."""
    size = len(vocabulary.tokens)
    keys = layers.shared() | {
        "attention.layer_norm_rms_epsilon": 1e-5,
        "rope.dimension_count": HEAD,
        "rope.freq_base": base,
        "vocab_size": size,
    }
    tensors = layers.ends(size) | layers.blocks(lambda block: layers.attention(block) | layers.dense(block))
    return Tiny("llama", name, licence, vocabulary, keys, tensors, template)


def codellama() -> Tiny:
    """CodeLlama Instruct: SentencePiece, infilling markers under the keys' older names."""
    ids = LLAMA2_IDS | {
        "prefix_token_id": "▁<PRE>",
        "suffix_token_id": "▁<SUF>",
        "middle_token_id": "▁<MID>",
        "eot_token_id": "▁<EOT>",
    }
    vocabulary = sentencepiece(["▁<PRE>", "▁<SUF>", "▁<MID>", "▁<EOT>"], ids)
    return _llama("CodeLlama", "llama2", vocabulary, chat.LLAMA2, 1e6)


def llama3() -> Tiny:
    """Llama 3 Instruct: byte-level BPE; whether BOS is put first is left to the pre-tokenizer's name."""
    markers = [
        "<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>",
    ]  # fmt: skip
    ids = {"bos_token_id": "<|begin_of_text|>", "eos_token_id": "<|eot_id|>"}
    return _llama("Llama 3", "llama3", byte_level(markers, ids, pre="llama-bpe"), chat.LLAMA3, 5e5)


def minicpm_v() -> Tiny:
    """The language part of MiniCPM-Llama3-V 2.5: Llama 3 with tokens that stand around images."""
    model = llama3()
    around = ["<image>", "</image>", "<slice>", "</slice>"]
    vocabulary = model.vocabulary
    markers = [*vocabulary.tokens[-5:], *around]
    vocabulary = byte_level(markers, vocabulary.ids, pre="llama-bpe")
    return _llama("MiniCPM-Llama3-V 2.5", "minicpm", vocabulary, chat.LLAMA3, 5e5)


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
    return _llama("SmolLM2", "apache-2.0", vocabulary, chat.CHATML, 1e5)


def deepseek_coder() -> Tiny:
    """DeepSeek-Coder (v1) Instruct: Llama's architecture, no keys for infilling: the vocabulary has the markers."""
    markers = [BOS, EOS, HOLE, BEGIN, END, "<pad>", "<|User|>", "<|Assistant|>", "<|EOT|>"]
    ids = {"bos_token_id": BOS, "eos_token_id": "<|EOT|>", "padding_token_id": EOS}
    vocabulary = byte_level(markers, ids, pre="deepseek-coder", flags={"add_bos_token": True})
    return _llama("DeepSeek Coder", "deepseek", vocabulary, chat.DEEPSEEK_CODER, 1e5)


def mixtral() -> Tiny:
    """Mixtral 8x7B Instruct: Llama's architecture with experts, Mistral's SentencePiece vocabulary."""
    dense = _llama(
        "Mixtral", "apache-2.0", sentencepiece([], LLAMA2_IDS, flags={"add_bos_token": True}), chat.MISTRAL, 1e6
    )
    keys = {**dense.keys, "expert_count": layers.EXPERTS, "expert_used_count": layers.USED}
    tensors = layers.ends(len(dense.vocabulary.tokens)) | layers.blocks(
        lambda block: layers.attention(block) | layers.experts(block, layers.FEED)
    )
    return Tiny("llama", dense.name, dense.licence, dense.vocabulary, keys, tensors, dense.template)


def _mistral_v3(name: str, licence: str) -> Tiny:
    """The vocabulary of Mistral's third tokenizer: the turns' markers are control tokens."""
    first = [
        "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[TOOL_CALLS]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]",
        "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[IMG]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]",
    ]  # fmt: skip
    vocabulary = sentencepiece([], LLAMA2_IDS, first=first, flags={"add_bos_token": True, "add_eos_token": False})
    return _llama(name, licence, vocabulary, chat.MISTRAL_V3, 1e6)


def mistral() -> Tiny:
    """Mistral 7B Instruct v0.3: it has markers for infilling, and was not trained with them."""
    return _mistral_v3("Mistral 7B Instruct v0.3", "apache-2.0")


def codestral() -> Tiny:
    """Codestral 22B: the suffix first, and no marker for the middle."""
    return _mistral_v3("Codestral 22B v0.1", "mnpl")
