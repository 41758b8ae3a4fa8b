"""Reads a GGUF header within bounds: key-values, the ids of wanted tokens, and whether every tensor is in the file.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (versions 2 and 3, little endian).
Why not `gguf.GGUFReader`: it needs 6.4 s for the header of the default model (it keeps an array for each of 151,000
tokens) and never returns from a crafted file of 49 bytes (it believes the count of an array).
Everything here raises HeaderError on a malformed file; it is meant to run in a child process (see inspection.py).
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from codeassist.models.tensors import EMBEDDING, HeaderError, TensorInfo, check_places, tensor_bytes

MAX_HEADER = 64 << 20  # bytes; the largest known vocabularies (256,000 tokens with merges) need about 16 MiB
MAX_KEYS = 4096
MAX_TENSORS = 65536
MAX_STRINGS = 2_000_000  # in all arrays; the largest known vocabulary with its merges has 780,000
MAX_NESTING = 4
MAX_NAME = 1024  # bytes, of a key, a tensor's name or a kept string
MAX_TEMPLATE = 256 << 10  # bytes, of the chat template; the longest known have about 30,000
_ARRAY_COST = 8  # strings that take as long to step over as an array in an array
TOKENS, TEMPLATE = "tokenizer.ggml.tokens", "tokenizer.chat_template"

_STRING, _ARRAY, _BOOL = 8, 9, 7
_SCALARS = {
    0: struct.Struct("<B"), 1: struct.Struct("<b"), 2: struct.Struct("<H"), 3: struct.Struct("<h"),
    4: struct.Struct("<I"), 5: struct.Struct("<i"), 6: struct.Struct("<f"), _BOOL: struct.Struct("<?"),
    10: struct.Struct("<Q"), 11: struct.Struct("<q"), 12: struct.Struct("<d"),
}  # fmt: skip
_U32, _U64, _TENSOR_END = struct.Struct("<I"), struct.Struct("<Q"), struct.Struct("<IQ")


@dataclass(frozen=True)
class Header:
    """What a GGUF says of itself.

    Attributes:
        values: scalars by key; strings are UTF-8 with replacements, long ones are left out (but the template).
        found: ids of the wanted tokens that are in the vocabulary.
    """

    version: int
    values: Mapping[str, Any]
    vocabulary: int  # tokens
    found: Mapping[str, int]
    tensors: int
    embedding: tuple[int, ...] = ()  # shape of the tokens' embedding, the length of a row first; () if there is none


@dataclass
class Cursor:
    """A place in the header. Each step is checked against the end before anything is read or counted."""

    data: Any  # bytes or mmap
    end: int
    size: int  # of the whole file
    wanted: Mapping[bytes, str]
    at: int = 0
    vocabulary: int = 0
    found: dict[str, int] = field(default_factory=dict)
    strings_left: int = MAX_STRINGS

    def take(self, count: int) -> int:
        """Step over `count` bytes and say where they begin."""
        start = self.at
        if count > self.end - start:
            raise HeaderError("the file ends inside its header" if self.end == self.size else "the header is too large")
        self.at = start + count
        return start

    def u32(self) -> int:
        """The next number of four bytes."""
        return int(_U32.unpack_from(self.data, self.take(4))[0])

    def u64(self) -> int:
        """The next number of eight bytes."""
        return int(_U64.unpack_from(self.data, self.take(8))[0])

    def name(self) -> str:
        """A key or a tensor's name."""
        length = self.u64()
        if length > MAX_NAME:
            raise HeaderError("a name is too long")
        start = self.take(length)
        return bytes(self.data[start : start + length]).decode("utf-8", "replace")

    def value(self, kind: int, key: str) -> Any:
        """One value: a scalar or a string that is worth keeping, else None."""
        if kind == _STRING:
            length = self.u64()
            start = self.take(length)
            if key == TEMPLATE and length > MAX_TEMPLATE:
                raise HeaderError("the chat template is too long")
            if length > MAX_NAME and key != TEMPLATE:
                return None
            return bytes(self.data[start : start + length]).decode("utf-8", "replace")
        if kind == _ARRAY:
            return self.array(key, 1)
        scalar = _SCALARS.get(kind)
        if scalar is None:
            raise HeaderError(f"unknown value type {kind}")
        return scalar.unpack_from(self.data, self.take(scalar.size))[0]

    def array(self, key: str, depth: int) -> None:
        """Step over an array. A count is believed only as far as the rest of the header could hold it."""
        kind, count = self.u32(), self.u64()
        if kind in _SCALARS:
            self.take(count * _SCALARS[kind].size)
            return
        if kind not in (_STRING, _ARRAY):
            raise HeaderError(f"unknown value type {kind}")
        if depth >= MAX_NESTING:
            raise HeaderError("arrays are nested too deeply")
        if count * (8 if kind == _STRING else 12) > self.end - self.at:
            raise HeaderError("an array is longer than the file")
        self.strings_left -= count * (1 if kind == _STRING else _ARRAY_COST)
        if self.strings_left < 0:
            raise HeaderError("its arrays hold too much")
        if kind == _ARRAY:
            for _ in range(count):
                self.array("", depth + 1)
        elif key == TOKENS and depth == 1:
            self.tokens(count)
        else:
            self.strings(count)

    def strings(self, count: int) -> None:
        """Step over strings: the tight loop, hence the local names."""
        data, at, end, unpack = self.data, self.at, self.end, _U64.unpack_from
        for _ in range(count):
            if at > end - 8:
                raise HeaderError("the file ends inside its header")
            at += 8 + unpack(data, at)[0]
        self.at = at
        self.take(0)

    def tokens(self, count: int) -> None:
        """Step over the vocabulary, noting the ids of the wanted tokens."""
        data, at, end, unpack, wanted = self.data, self.at, self.end, _U64.unpack_from, self.wanted
        lengths = frozenset(map(len, wanted))
        for token in range(count):
            if at > end - 8:
                raise HeaderError("the file ends inside its header")
            length = unpack(data, at)[0]
            at += 8
            if length in lengths and (text := data[at : at + length]) in wanted:
                self.found.setdefault(wanted[text], token)
            at += length
        self.at, self.vocabulary = at, count
        self.take(0)


def read_header(data: Any, size: int, wanted: Collection[str]) -> Header:
    """Read the header at the start of `data` (bytes or a mapping of the first MAX_HEADER bytes) of a file of `size`.

    Raises:
        HeaderError: malformed, truncated, or of a kind that cannot be loaded.
    """
    markers = {text.encode(): text for text in wanted}
    cursor = Cursor(data, min(len(data), MAX_HEADER), size, markers)
    version, tensors, keys = preamble(cursor)
    values: dict[str, Any] = {}
    for _ in range(keys):
        key = cursor.name()
        if key in values:
            raise HeaderError("a key occurs twice")
        values[key] = cursor.value(cursor.u32(), key)
    infos = tuple(tensors_of(cursor, tensors))
    check_places(infos, alignment_of(values), cursor.at, size)
    embedding = next((each.shape for each in infos if each.name == EMBEDDING), ())
    return Header(version, values, cursor.vocabulary, cursor.found, tensors, embedding)


def preamble(cursor: Cursor) -> tuple[int, int, int]:
    """The version, how many tensors and how many keys there are."""
    if bytes(cursor.data[:4]) != b"GGUF":
        raise HeaderError("it is not a GGUF file")
    cursor.take(4)
    version = cursor.u32()
    if version & 0xFFFF == 0:
        raise HeaderError("it is a big-endian GGUF")
    if version not in (2, 3):
        raise HeaderError(f"it is GGUF version {version}; 2 and 3 are understood")
    tensors, keys = cursor.u64(), cursor.u64()
    if not 0 < tensors <= MAX_TENSORS:
        raise HeaderError("it holds no weights" if tensors == 0 else "it claims too many tensors")
    if keys > MAX_KEYS:
        raise HeaderError("it claims too many keys")
    return version, tensors, keys


def alignment_of(values: Mapping[str, Any]) -> int:
    """Bytes that each tensor's place is a multiple of."""
    alignment = values.get("general.alignment", 32)
    if type(alignment) is not int or not 0 < alignment <= 1 << 20 or alignment & (alignment - 1):
        raise HeaderError("its alignment is not a power of two")
    return alignment


def tensors_of(cursor: Cursor, count: int) -> Iterator[TensorInfo]:
    """What the header tells of each tensor."""
    for _ in range(count):
        name, rank = cursor.name(), cursor.u32()
        if rank > 4:
            raise HeaderError("a tensor has more than four dimensions")
        shape = [cursor.u64() for _ in range(rank)]
        kind, offset = _TENSOR_END.unpack_from(cursor.data, cursor.take(_TENSOR_END.size))
        yield TensorInfo(name, tuple(shape), kind, offset, tensor_bytes(kind, shape))
