"""Whether the numbers that a model file gives can be those of a model.

llama.cpp believes many of them and ends its process over others (GGML_ASSERT): said at `model add`, they are a reason
instead of an engine that dies. Limits are those of its src/llama-hparams.h and src/llama-model.cpp.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from codeassist.models.header import TEMPLATE, Header

MAX_BLOCKS, MAX_EXPERTS, MAX_WIDTH = 512, 1024, 1 << 20
MAX_NESTING = 100  # of a chat template's brackets; the deepest known has 12. llama.cpp's parser is recursive
MAX_RANGE = 1_000_000  # steps of a loop that a chat template counts itself
_RANGE = re.compile(r"\brange\s*\(([^()]{0,200})\)")
_BIG = re.compile(r"\d{7,}|\*\*|\d[_\d]*\s*\*\s*\d")
_POOLING = range(5)  # none, mean, first, last, rank
# Architectures without attention: their converters write 0 heads.
_RECURRENT = ("mamba", "mamba2", "rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7")
_NORMS = ("attention.layer_norm_epsilon", "attention.layer_norm_rms_epsilon", "attention.group_norm_epsilon")


def implausible(header: Header, architecture: str) -> str:
    """What cannot be, in a few words; "" if nothing is found. What a file leaves out is not missed here."""
    own = {
        key.removeprefix(f"{architecture}."): value
        for key, value in header.values.items()
        if key.startswith(f"{architecture}.")
    }
    return (
        _of_sizes(own)
        or _of_heads(own, architecture)
        or _of_experts(own)
        or _of_reals(own)
        or _of_vocabulary(header, own)
        or _of_template(header.values.get(TEMPLATE))
    )


def _of_sizes(own: Mapping[str, Any]) -> str:
    bounds = {"block_count": MAX_BLOCKS, "embedding_length": MAX_WIDTH, "feed_forward_length": 16 * MAX_WIDTH}
    for key, most in bounds.items():
        value = own.get(key)
        if value is not None and not (type(value) is int and 0 < value <= most):
            return f"its {key} is {value}"
    if own.get("pooling_type", 0) not in _POOLING:
        return f"its pooling_type is {own['pooling_type']}"
    return ""


def _of_heads(own: Mapping[str, Any], architecture: str) -> str:
    heads, shared = own.get("attention.head_count"), own.get("attention.head_count_kv")
    if heads is None or architecture in _RECURRENT:  # a number for each block is an array, which is not kept
        return ""
    if type(heads) is not int or not 0 < heads <= MAX_WIDTH:
        return f"it has {heads} attention heads"
    if shared is not None and not (type(shared) is int and 0 < shared <= heads and heads % shared == 0):
        return f"its {heads} attention heads share {shared} keys"
    return ""


def _of_experts(own: Mapping[str, Any]) -> str:
    experts, used = own.get("expert_count", 0), own.get("expert_used_count")
    if type(experts) is not int or not 0 <= experts <= MAX_EXPERTS:
        return f"it has {experts} experts"
    if experts and used is not None and not (type(used) is int and 0 < used <= experts):
        return f"it uses {used} of {experts} experts"
    return ""


def _of_reals(own: Mapping[str, Any]) -> str:
    for key in (*_NORMS, "rope.freq_base"):
        value = own.get(key)
        least = 0.0 if key in _NORMS else 1e-9
        if value is not None and not (isinstance(value, float) and math.isfinite(value) and value >= least):
            return f"its {key} is {value}"
    return ""


def _of_vocabulary(header: Header, own: Mapping[str, Any]) -> str:
    shape = header.embedding
    if len(shape) != 2 or not header.vocabulary:
        return ""
    if shape[1] != header.vocabulary:
        return f"its vocabulary has {header.vocabulary:,} tokens, and its embedding {shape[1]:,}"
    width = own.get("embedding_length")
    if width is not None and width != shape[0]:
        return f"its embedding_length is {width:,}, and its embedding has {shape[0]:,}"
    return ""


def _of_template(template: object) -> str:
    """What would end the engine, or keep it busy for ever, when it first renders the template. Not all can be seen."""
    if not isinstance(template, str):
        return ""
    depth = deepest = 0
    for sign in re.findall(r"[(\[{}\])]", template):
        depth = depth + 1 if sign in "([{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    if deepest > MAX_NESTING:
        return f"its chat template is nested {deepest:,} deep"
    if any(_BIG.search(steps) for steps in _RANGE.findall(template)):
        return f"its chat template loops more than {MAX_RANGE:,} times"
    return ""
