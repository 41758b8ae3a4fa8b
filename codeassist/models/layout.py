"""Opens a GGUF to copy from it: where each value, each array and each tensor lies.

Everything is checked against the file's end before it is counted or read (header.py), and rows of tensors are read a
piece at a time: memory is bounded by the header, which is mapped. Call it for files that were inspected and hashed.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from codeassist.errors import ModelFileError
from codeassist.models.header import MAX_HEADER, Cursor, alignment_of, preamble, tensors_of
from codeassist.models.tensors import HeaderError, TensorInfo

ARRAY, STRING = 9, 8
# Type -> how struct writes it: docs/gguf.md of ggml.
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}


class Place(NamedTuple):
    """Where a value lies in the file, without its type; of an array, what its elements are."""

    kind: int
    start: int
    end: int
    element: int = -1


@dataclass(frozen=True)
class Source:
    """An open GGUF.

    Attributes:
        values: scalars and short strings by key.
        places: of every key.
        data: offset of the first tensor in the file.
    """

    version: int
    values: Mapping[str, Any]
    places: Mapping[str, Place]
    tensors: tuple[TensorInfo, ...]
    data: int
    file: BinaryIO
    header: Any  # bytes or mmap

    def raw(self, key: str) -> bytes:
        """A value as it is written."""
        place = self.places[key]
        return bytes(self.header[place.start : place.end])

    def strings(self, key: str) -> list[bytes]:
        """An array of strings; none if there is no such key."""
        place = self.places.get(key)
        if place is None or place.element != STRING:
            return []
        found, at = [], place.start + 12
        for _ in range(struct.unpack_from("<Q", self.header, place.start + 4)[0]):
            length = struct.unpack_from("<Q", self.header, at)[0]
            found.append(bytes(self.header[at + 8 : at + 8 + length]))
            at += 8 + length
        return found

    def numbers(self, key: str) -> tuple[Any, ...]:
        """An array of numbers; none if there is no such key."""
        place = self.places.get(key)
        if place is None or place.element not in SCALARS:
            return ()
        count = struct.unpack_from("<Q", self.header, place.start + 4)[0]
        return struct.unpack_from(f"<{count}{SCALARS[place.element]}", self.header, place.start + 12)

    def pieces(self, tensor: TensorInfo, size: int) -> Iterator[bytes]:
        """A tensor's bytes, at most `size` at a time.

        Raises:
            ModelFileError: the file ends before the tensor does.
        """
        self.file.seek(self.data + tensor.offset)
        left = tensor.bytes
        while left:
            piece = self.file.read(min(size, left))
            if not piece:
                raise ModelFileError("the model's file became shorter while it was read", "pull or add it again")
            left -= len(piece)
            yield piece


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """The GGUF at `path`, for as long as the block lasts.

    Raises:
        ModelFileError: it is malformed or truncated.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        with mmap.mmap(file.fileno(), min(size, MAX_HEADER), access=mmap.ACCESS_READ) as header:
            try:
                source = _source(file, header, size)
            except HeaderError as error:
                raise ModelFileError(f"{path.name} cannot be read: {error}", "pull or add it again") from error
            yield source


def _source(file: BinaryIO, header: Any, size: int) -> Source:
    cursor = Cursor(header, min(len(header), MAX_HEADER), size, {})
    version, count, keys = preamble(cursor)
    values: dict[str, Any] = {}
    places: dict[str, Place] = {}
    for _ in range(keys):
        key = cursor.name()
        if key in places:
            raise HeaderError("a key occurs twice")
        kind, start = cursor.u32(), cursor.at
        values[key] = cursor.value(kind, key)
        element = struct.unpack_from("<I", header, start)[0] if kind == ARRAY else -1
        places[key] = Place(kind, start, cursor.at, element)
    tensors = tuple(tensors_of(cursor, count))
    alignment = alignment_of(values)
    data = -(-cursor.at // alignment) * alignment
    for tensor in tensors:
        if data + tensor.offset + tensor.bytes > size:
            raise HeaderError("it is truncated")
    return Source(version, values, places, tensors, data, file, header)
