"""How many bytes a tensor of a GGUF takes, by its type and shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

# Tensor type -> (elements in a block, bytes of a block): ggml.c `type_traits`.
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 40),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17), 40: (64, 36), 41: (128, 18),
}  # fmt: skip


EMBEDDING = "token_embd.weight"


class HeaderError(Exception):
    """The file is not a GGUF that can be loaded; the message says why, in a few words."""


class TensorInfo(NamedTuple):
    """A tensor as the header tells it; `shape` begins with the length of a row, `offset` counts from the first one."""

    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int
    bytes: int


def tensor_bytes(kind: int, shape: list[int]) -> int:
    """Bytes of a tensor; rows are whole blocks.

    Raises:
        HeaderError: an unknown type, or a shape that no tensor can have.
    """
    if kind not in _BLOCKS:
        raise HeaderError(f"a tensor has the unknown type {kind}")
    block, block_bytes = _BLOCKS[kind]
    elements = 1
    for length in shape:
        elements *= length
    if not 0 < elements <= 1 << 62 or (shape[0] if shape else 1) % block:
        raise HeaderError("a tensor has an impossible shape")
    return elements // block * block_bytes


def check_places(tensors: Sequence[TensorInfo], alignment: int, header_end: int, size: int) -> None:
    """Every tensor lies inside the file, none upon another: a truncated one kills the process that maps it (SIGBUS).

    Raises:
        HeaderError: one does not, or two have one name.
    """
    if len({tensor.name for tensor in tensors}) < len(tensors):
        raise HeaderError("two tensors have the same name")
    ends = 0
    for tensor in sorted(tensors, key=lambda each: each.offset):
        if tensor.offset % alignment:
            raise HeaderError("a tensor is not aligned")
        if tensor.offset < ends:
            raise HeaderError("two tensors lie upon each other")
        ends = tensor.offset + tensor.bytes
    start = -(-header_end // alignment) * alignment
    if start + ends > size:
        raise HeaderError(f"it is truncated: {size:,} bytes, and its weights need {start + ends:,}")
