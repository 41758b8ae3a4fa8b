"""What ctransformers 0.2.27 can load: the GGUF of September 2023, and of that the llama architecture only.

Its loader (llama.cpp of that month, `llm_load_hparams`, `llm_load_vocab`, `llm_load_tensors`) wants an untied
`output.weight`, scores and types of all tokens and exactly the tensors it knows. What it does not know it would ignore,
and then compute something else: so a model with a key or a tensor that is not listed here is refused.

A vocabulary of bytes (BPE) has the newline as "Ċ". That loader looks it up as itself, and reads outside of a vector
where it is not found: the copy has it as itself, and engine/vocabulary.py turns it back.

What is copied may be anybody's, and that loader believes it: whatever it reads without a check is checked here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from codeassist.errors import UsageError
from codeassist.models.layout import ARRAY, STRING, Source
from codeassist.models.rewriting import Key, Target
from codeassist.models.splitting import SPLITS
from codeassist.models.tensors import TensorInfo

U32, I32, F32, TEXT = 4, 5, 6, 8  # value types
FLOAT, HALF, BRAIN, BYTE = 0, 1, 30, 8  # tensor types: F32, F16, BF16, Q8_0
# F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K … Q6_K: their blocks have not changed since (ggml.h).
_TYPES = frozenset({FLOAT, HALF, 2, 3, 6, 7, BYTE, 10, 11, 12, 13, 14})
_KEYS = frozenset(
    {"block_count", "context_length", "embedding_length", "feed_forward_length", "attention.head_count"}
    | {"attention.head_count_kv", "attention.layer_norm_rms_epsilon", "rope.dimension_count", "rope.freq_base"}
    | {"rope.scale_linear", "rope.scaling.type", "rope.scaling.factor", "rope.scaling.original_context_length"}
    | {"rope.scaling.finetuned", "vocab_size", "tensor_data_layout", "attention.key_length", "attention.value_length"}
    | {"expert_count", "expert_used_count"}
)
_LAYER = ("attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down")
NEWLINE = "Ċ".encode()  # as GPT-2 writes the byte (bytes_to_unicode)
_COPIED = ("general.", "llama.", "tokenizer.")
_STRETCH = "llama.rope.scale_linear"
TOKENS, SCORES, KINDS, MERGES = (f"tokenizer.ggml.{name}" for name in ("tokens", "scores", "token_type", "merges"))
_LEFT_OUT = (_STRETCH, "general.alignment")  # the first is written anew, and what is written has the usual alignment
# That loader looks these up in a vector without a check; without them it has numbers of its own, below 256.
_TOKEN_IDS = frozenset(
    f"tokenizer.ggml.{name}_token_id" for name in ("bos", "eos", "unknown", "seperator", "separator", "padding")
)
_BYTES, _LONGEST = 256, 1024  # tokens that a vocabulary has at least; bytes of one at most


def refusal(source: Source) -> str:
    """Why ctransformers cannot run this model; "" if it can."""
    architecture = source.values.get("general.architecture")
    if architecture != "llama":
        return f"its architecture is {str(architecture)[:40]}, and ctransformers knows llama"
    return _of_keys(source) or _of_vocabulary(source) or _of_tensors(source)


def _of_keys(source: Source) -> str:
    if _number(source, "expert_count"):
        return "it is a mixture of experts"
    own = {key.removeprefix("llama."): key for key in source.places if key.startswith("llama.")}
    if unknown := [key for name, key in own.items() if name not in _KEYS and source.values[key] != 0]:
        return f"ctransformers does not know {unknown[0][:80]}"
    heads, width = _number(source, "attention.head_count"), _number(source, "embedding_length")
    groups = _number(source, "attention.head_count_kv") if "attention.head_count_kv" in own else heads
    if not heads or not groups or heads % groups or width % heads:
        return "its layers have heads of different kinds"
    told = ("rope.dimension_count", "attention.key_length", "attention.value_length")
    if {_number(source, name) for name in told if name in own} - {width // heads}:
        return "the size of its heads is not its width divided by their number"
    scaling = source.values.get("llama.rope.scaling.type", "none")
    return "" if scaling in ("none", "linear") else f"ctransformers does not know rope scaling of type {scaling!s:.20}"


def _of_vocabulary(source: Source) -> str:
    model, pre = (source.values.get(f"tokenizer.ggml.{name}") for name in ("model", "pre"))
    told = source.strings(TOKENS)
    tokens = frozenset(told)
    if len(told) < _BYTES or max(map(len, told)) > _LONGEST:
        return "its vocabulary is none"
    if source.places[MERGES].element != STRING if MERGES in source.places else model == "gpt2":
        return "its vocabulary has no merges"  # that loader reads whatever is there as texts
    if model == "gpt2" and (NEWLINE not in tokens or b"\n" in tokens):
        return "its vocabulary has no newline of its own"
    if model == "llama" and b"<0x0A>" not in tokens:
        return "its vocabulary has no bytes"
    if model == "llama" or (model == "gpt2" and (pre or "default") in SPLITS):
        return ""
    return f"codeassist does not know its tokenizer ({str(model)[:20]}, {str(pre)[:40]})"


def _of_tensors(source: Source) -> str:
    expected = {"token_embd.weight", "output_norm.weight"}
    layers = _number(source, "block_count")
    expected |= {f"blk.{at}.{part}.weight" for at in range(min(layers, 1024)) for part in _LAYER}
    names = {tensor.name for tensor in source.tensors}
    if missing := sorted(expected - names):
        return f"it has no tensor {missing[0]}"
    if extra := sorted(names - expected - {"output.weight"}):
        return f"ctransformers does not know its tensor {extra[0][:80]}"
    # That loader takes a row of anything for a vector, whose elements it then reads as floats.
    odd = [each.name for each in source.tensors if len(each.shape) != (1 if each.name.endswith("norm.weight") else 2)]
    return f"its tensor {odd[0]} has another shape" if odd else ""


def keys(source: Source, origin: str) -> Iterator[Key]:
    """The values of the new file; `origin` is the sha256 of the old one.

    Raises:
        UsageError: the vocabulary is not one.
    """
    count = len(source.strings(TOKENS))
    for name, place in source.places.items():
        if name == TOKENS:
            yield Key(name, ARRAY, _tokens(source))
        elif name in _TOKEN_IDS and not (place.kind == U32 and source.values[name] < count):
            continue
        elif name.startswith(_COPIED) and name not in _LEFT_OUT and place.element != ARRAY:
            yield Key(name, place.kind, source.raw(name))
    for name, kind, one in ((SCORES, F32, struct.pack("<f", 0)), (KINDS, I32, struct.pack("<i", 1))):
        if name not in source.places:
            yield Key(name, ARRAY, struct.pack("<IQ", kind, count) + one * count)
        elif len(source.numbers(name)) != count or source.places[name].element != kind:
            raise UsageError("its tokens' scores or types are not as many as its tokens", "use another model")
    yield Key(_STRETCH, F32, struct.pack("<f", _scale(source)))
    yield Key("codeassist.converted_from", TEXT, struct.pack("<Q", len(origin)) + origin.encode())


def _tokens(source: Source) -> bytes:
    bpe = source.values.get("tokenizer.ggml.model") == "gpt2"
    tokens = [b"\n" if bpe and token == NEWLINE else token for token in source.strings(TOKENS)]
    return struct.pack("<IQ", TEXT, len(tokens)) + b"".join(struct.pack("<Q", len(each)) + each for each in tokens)


def _scale(source: Source) -> float:
    """By how much positions are stretched: the old loader has a key of its own for it."""
    own = source.values.get(_STRETCH)
    linear = source.values.get("llama.rope.scaling.type") == "linear"
    factor = source.values.get("llama.rope.scaling.factor") if linear else own
    return float(factor) if isinstance(factor, float) and factor > 0 else 1.0


def targets(source: Source) -> Iterator[Target]:
    """The tensors of the new file."""
    names = {tensor.name for tensor in source.tensors}
    for tensor in source.tensors:
        yield Target(tensor.name, _kind(tensor), tensor)
        if tensor.name == "token_embd.weight" and "output.weight" not in names:
            yield Target("output.weight", _kind(tensor), tensor)


def _kind(tensor: TensorInfo) -> int:
    """The type it is written in: its own where that was known, else the next one that holds as much."""
    if len(tensor.shape) == 1:
        return FLOAT
    if tensor.kind in _TYPES:
        return tensor.kind
    return BYTE if tensor.kind != BRAIN and tensor.shape[0] % 32 == 0 else HALF


def _number(source: Source, name: str) -> int:
    """A whole number of the architecture; 0 if there is none."""
    value = source.values.get(f"llama.{name}")
    return value if type(value) is int else 0
