"""Walks through a JPEG (ITU-T T.81) from marker to marker: each length is checked before it is stepped over."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

from codeassist.engine.pixels import CONVERT, DAMAGED, sized
from codeassist.errors import UsageError

SIGNATURE = b"\xff\xd8"
MAX_SCANS = 64  # of a progressive one: each costs as much as the whole picture; encoders write about ten

_FRAMES = (0xC0, 0xC1, 0xC2)  # baseline, extended and progressive Huffman: what stb_image decodes
_ALL_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_KEPT = frozenset((0xC4, 0xDB, 0xDD, 0xE0, 0xEE)) | frozenset(_FRAMES)
_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)  # that ends entropy-coded data


def read(data: bytes) -> tuple[int, int, bytes]:
    """Width and height in pixels, and the file with nothing but its picture.

    Raises:
        UsageError: too large, malformed, truncated, or of a kind that stb_image does not decode.
    """
    walk = _Walk(data)
    while (marker := walk.marker()) != 0xD9:
        walk.take(marker)
    if walk.size is None or not walk.scans:
        raise UsageError("it has no picture", DAMAGED)
    return *walk.size, b"".join([SIGNATURE, *walk.kept, b"\xff\xd9"])


class _Walk:
    """A place in a JPEG, and what of it was kept."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 2
        self.kept: list[bytes] = []
        self.size: tuple[int, int] | None = None
        self.scans = 0

    def marker(self) -> int:
        """The next marker."""
        while self._data[self._at : self._at + 2] == b"\xff\xff":  # fill bytes
            self._at += 1
        if self._at + 2 > len(self._data):
            raise UsageError("it is truncated", DAMAGED)
        if self._data[self._at] != 0xFF:
            raise UsageError("its structure is malformed", DAMAGED)
        self._at += 2
        return self._data[self._at - 1]

    def take(self, marker: int) -> None:
        """One segment, with the scan that may follow it."""
        start = self._at
        length = int.from_bytes(self._data[start : start + 2], "big")
        if length < 2 or start + length > len(self._data) or marker < 0xC0:
            raise UsageError("its structure is malformed", DAMAGED)
        self._at += length
        body = self._data[start + 2 : self._at]
        if marker in _ALL_FRAMES:
            self._frame(marker, body)
        if marker in _TABLES:
            _check_tables(body, _TABLES[marker])
        if marker == 0xDA:
            self._scan(start)
        elif marker in _KEPT:
            self.kept.append(self._data[start - 2 : self._at])

    def _frame(self, marker: int, body: bytes) -> None:
        if self.size is not None:
            raise UsageError("it has more than one frame", DAMAGED)
        if marker not in _FRAMES:
            raise UsageError("it is a JPEG of a rare kind (lossless, hierarchical or arithmetic)", CONVERT)
        if len(body) < 6 or len(body) != 6 + 3 * body[5]:
            raise UsageError("its header is malformed", DAMAGED)
        depth, height, width, components = struct.unpack_from(">BHHB", body)
        if depth != 8 or components not in (1, 3, 4):
            raise UsageError(f"it is a JPEG of a rare kind ({depth} bits, {components} components)", CONVERT)
        self.size = sized(width, height)

    def _scan(self, start: int) -> None:
        """Step to the marker that ends entropy-coded data."""
        self.scans += 1
        if self.size is None or self.scans > MAX_SCANS:
            raise UsageError("its structure is malformed" if self.size is None else "it has too many scans", DAMAGED)
        found = _MARKER.search(self._data, self._at)
        if found is None:
            raise UsageError("it is truncated", DAMAGED)
        self._at = found.end() - 2
        self.kept.append(self._data[start - 2 : self._at])


def _check_tables(body: bytes, size: Callable[[bytes], int]) -> None:
    """Whether a segment of tables is just as long as its tables say: stb_image shows memory where one is not."""
    while body:
        length = size(body)
        if not 0 < length <= len(body):
            raise UsageError("its tables are malformed", DAMAGED)
        body = body[length:]


def _huffman_bytes(body: bytes) -> int:
    """Of a Huffman table: its class and number, how many codes of each length, their values; 0 if it cannot be."""
    count = sum(body[1:17])
    return 17 + count if body[0] & 0xEC == 0 and 0 < count <= 256 else 0


def _quantisation_bytes(body: bytes) -> int:
    """Of a quantisation table: precision and number, 64 values; 0 if it cannot be."""
    return 1 + 64 * (1 + (body[0] >> 4)) if body[0] & 0xEC == 0 else 0


_TABLES: dict[int, Callable[[bytes], int]] = {0xC4: _huffman_bytes, 0xDB: _quantisation_bytes}
