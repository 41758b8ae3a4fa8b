"""The tensors of each architecture: names and shapes as llama.cpp's src/models/*.cpp load them, in the least sizes.

Shapes are as numpy has them, rows first; GGUF turns them round.
"""

from __future__ import annotations

from collections.abc import Callable

from .writing import Shape

WIDTH, HEADS, KV_HEADS, FEED, BLOCKS, CONTEXT = 64, 4, 2, 96, 2, 4096
HEAD = WIDTH // HEADS
EXPERTS, USED = 4, 2
Q_RANK, KV_RANK, NOPE, ROPE, VALUE = 24, 32, 16, 8, 16  # of multi-head latent attention

Tensors = dict[str, Shape]


def shared(blocks: int = BLOCKS) -> dict[str, int | float | bool | str]:
    """Keys that every architecture has."""
    return {
        "context_length": CONTEXT,
        "embedding_length": WIDTH,
        "block_count": blocks,
        "feed_forward_length": FEED,
        "attention.head_count": HEADS,
        "attention.head_count_kv": KV_HEADS,
    }


def blocks(build: Callable[[str], Tensors], count: int = BLOCKS) -> Tensors:
    """The tensors of so many blocks."""
    return {name: shape for number in range(count) for name, shape in build(f"blk.{number}").items()}


def ends(vocabulary: int, *, tied: bool = False) -> Tensors:
    """Embedding and output; `tied`: the embedding is the output, too."""
    tensors: Tensors = {"token_embd.weight": (vocabulary, WIDTH), "output_norm.weight": (WIDTH,)}
    return tensors if tied else tensors | {"output.weight": (vocabulary, WIDTH)}


def attention(block: str, *, bias: bool = False) -> Tensors:
    """Grouped-query attention; `bias`: of queries, keys and values, as Qwen2 has."""
    keys = KV_HEADS * HEAD
    tensors: Tensors = {
        f"{block}.attn_norm.weight": (WIDTH,),
        f"{block}.attn_q.weight": (WIDTH, WIDTH),
        f"{block}.attn_k.weight": (keys, WIDTH),
        f"{block}.attn_v.weight": (keys, WIDTH),
        f"{block}.attn_output.weight": (WIDTH, WIDTH),
        f"{block}.ffn_norm.weight": (WIDTH,),
    }
    biases: Tensors = {
        f"{block}.attn_q.bias": (WIDTH,),
        f"{block}.attn_k.bias": (keys,),
        f"{block}.attn_v.bias": (keys,),
    }
    return tensors | biases if bias else tensors


def fused_attention(block: str) -> Tensors:
    """Phi-3's: queries, keys and values in one tensor, and gate and up of the feed-forward in one."""
    return {
        f"{block}.attn_norm.weight": (WIDTH,),
        f"{block}.attn_qkv.weight": (3 * WIDTH, WIDTH),
        f"{block}.attn_output.weight": (WIDTH, WIDTH),
        f"{block}.ffn_norm.weight": (WIDTH,),
        f"{block}.ffn_up.weight": (2 * FEED, WIDTH),
        f"{block}.ffn_down.weight": (WIDTH, FEED),
    }


def normed_attention(block: str) -> Tensors:
    """Gemma 3's: queries and keys are normed, and so is what attention and feed-forward give."""
    return attention(block) | {
        f"{block}.attn_q_norm.weight": (HEAD,),
        f"{block}.attn_k_norm.weight": (HEAD,),
        f"{block}.post_attention_norm.weight": (WIDTH,),
        f"{block}.post_ffw_norm.weight": (WIDTH,),
    }


def biased(tensors: Tensors) -> Tensors:
    """Every tensor but the embedding with its bias, as StarCoder2 and BERT have them."""
    biases = {
        name.replace(".weight", ".bias"): shape[:1]
        for name, shape in tensors.items()
        if name.startswith(("blk.", "output_norm", "token_embd_norm"))
    }
    return tensors | biases


def latent_attention(block: str, *, lite: bool) -> Tensors:
    """DeepSeek-V2's. `lite`: queries are not compressed, and keys and values in one tensor, as in older files."""
    tensors: Tensors = {
        f"{block}.attn_norm.weight": (WIDTH,),
        f"{block}.attn_kv_a_mqa.weight": (KV_RANK + ROPE, WIDTH),
        f"{block}.attn_kv_a_norm.weight": (KV_RANK,),
        f"{block}.attn_output.weight": (WIDTH, HEADS * VALUE),
        f"{block}.ffn_norm.weight": (WIDTH,),
    }
    if lite:
        return tensors | {
            f"{block}.attn_q.weight": (HEADS * (NOPE + ROPE), WIDTH),
            f"{block}.attn_kv_b.weight": (HEADS * (NOPE + VALUE), KV_RANK),
        }
    return tensors | {
        f"{block}.attn_q_a.weight": (Q_RANK, WIDTH),
        f"{block}.attn_q_a_norm.weight": (Q_RANK,),
        f"{block}.attn_q_b.weight": (HEADS * (NOPE + ROPE), Q_RANK),
        f"{block}.attn_k_b.weight": (HEADS, KV_RANK, NOPE),
        f"{block}.attn_v_b.weight": (HEADS, VALUE, KV_RANK),
    }


def dense(block: str, *, gate: bool = True) -> Tensors:
    """A feed-forward network."""
    tensors: Tensors = {f"{block}.ffn_up.weight": (FEED, WIDTH), f"{block}.ffn_down.weight": (WIDTH, FEED)}
    return tensors | {f"{block}.ffn_gate.weight": (FEED, WIDTH)} if gate else tensors


def experts(block: str, feed: int, shared_feed: int = 0) -> Tensors:
    """A router and its experts; `shared_feed`: the width of those that every token goes through."""
    tensors: Tensors = {
        f"{block}.ffn_gate_inp.weight": (EXPERTS, WIDTH),
        f"{block}.ffn_gate_exps.weight": (EXPERTS, feed, WIDTH),
        f"{block}.ffn_up_exps.weight": (EXPERTS, feed, WIDTH),
        f"{block}.ffn_down_exps.weight": (EXPERTS, WIDTH, feed),
    }
    if not shared_feed:
        return tensors
    return tensors | {
        f"{block}.ffn_gate_shexp.weight": (shared_feed, WIDTH),
        f"{block}.ffn_up_shexp.weight": (shared_feed, WIDTH),
        f"{block}.ffn_down_shexp.weight": (WIDTH, shared_feed),
    }


def bert(vocabulary: int, context: int) -> Tensors:
    """An encoder."""
    tensors: Tensors = {
        "token_embd.weight": (vocabulary, WIDTH),
        "position_embd.weight": (context, WIDTH),
        "token_types.weight": (2, WIDTH),
        "token_embd_norm.weight": (WIDTH,),
    }
    for number in range(BLOCKS):
        block = f"blk.{number}"
        tensors |= {f"{block}.attn_{part}.weight": (WIDTH, WIDTH) for part in ("q", "k", "v", "output")}
        tensors |= {f"{block}.{part}_norm.weight": (WIDTH,) for part in ("attn_output", "layer_output")}
        tensors |= dense(block, gate=False)
    return biased(tensors)


def nomic_bert(vocabulary: int) -> Tensors:
    """Nomic's encoder: positions by rotation, attention in one tensor, a gate, no biases but those of norms."""
    tensors: Tensors = {"token_embd.weight": (vocabulary, WIDTH), "token_types.weight": (2, WIDTH)}
    norms: Tensors = {"token_embd_norm.weight": (WIDTH,)}
    for number in range(BLOCKS):
        block = f"blk.{number}"
        tensors |= {f"{block}.attn_qkv.weight": (3 * WIDTH, WIDTH), f"{block}.attn_output.weight": (WIDTH, WIDTH)}
        norms |= {f"{block}.{part}_norm.weight": (WIDTH,) for part in ("attn_output", "layer_output")}
        tensors |= dense(block)
    return tensors | biased(norms)
