"""Rows of a tensor in another type, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator

from codeassist.errors import UsageError
from codeassist.models.layout import Source
from codeassist.models.tensors import TensorInfo, tensor_bytes

_LONGEST = 1 << 24  # numbers of a row, which is held in memory whole


def pieces(source: Source, tensor: TensorInfo, kind: int, size: int) -> Iterator[bytes]:
    """A tensor's bytes as the type `kind`, about `size` at a time.

    Raises:
        UsageError: the new type cannot hold a value.
        ModelFileError: the file ends before the tensor does.
    """
    if kind == tensor.kind:
        yield from source.pieces(tensor, size)
        return
    row = tensor_bytes(tensor.kind, [tensor.shape[0]])
    if tensor.shape[0] > _LONGEST:
        raise UsageError(f"tensor {tensor.name[:80]} has rows of {tensor.shape[0]:,} numbers", "use another model")
    for piece in source.pieces(tensor, max(1, size // row) * row):
        yield _changed(piece, tensor, kind)


def _changed(piece: bytes, tensor: TensorInfo, kind: int) -> bytes:
    import gguf
    import numpy as np

    try:
        old, new = gguf.GGMLQuantizationType(tensor.kind), gguf.GGMLQuantizationType(kind)
        values = gguf.quants.dequantize(np.frombuffer(piece, dtype=np.uint8), old)
    except (NotImplementedError, ValueError) as error:
        raise UsageError(
            f"tensor {tensor.name[:80]} is of a type that cannot be changed", "use another model"
        ) from error
    if not np.isfinite(values).all() or (new.name == "F16" and np.abs(values).max() > np.finfo(np.float16).max):
        raise UsageError(f"tensor {tensor.name[:80]} has values that {new.name} cannot hold", "use another model")
    return bytes(gguf.quants.quantize(values.reshape(-1, tensor.shape[0]), new).tobytes())
