"""Walks through a PNG (W3C PNG, third edition; RFC 1950): inflated into nothing, never decoded."""

from __future__ import annotations

import struct
import zlib

from codeassist.engine.pixels import DAMAGED, sized
from codeassist.errors import UsageError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a PNG's colour types
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
# Adam7: of the seven passes the first column and row, and the steps.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_KEPT_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_MAX_CHUNKS = 20_000
_PACKED, _INFLATED = 1 << 16, 1 << 20  # bytes at a time


def read(data: bytes) -> tuple[int, int, bytes]:
    """Width and height in pixels, and the file with nothing but its picture.

    Raises:
        UsageError: too large, damaged, truncated, or it unpacks to something else than its header says.
    """
    chunks = _chunks(data)
    kind, header = chunks[0]
    if kind != b"IHDR" or len(header) != 13:
        raise UsageError("its header is malformed", DAMAGED)
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", header)
    sized(width, height)
    if depth not in _DEPTHS.get(colour, ()) or compression or filtering or interlace > 1:
        raise UsageError("its header is malformed", DAMAGED)
    if colour == 3 and not any(each == b"PLTE" for each, _ in chunks):
        raise UsageError("it has no palette", DAMAGED)
    passes = _PASSES if interlace else ((0, 0, 1, 1),)
    bits = depth * _CHANNELS[colour]
    _inflates(
        b"".join(body for each, body in chunks if each == b"IDAT"),
        sum(_bytes_of(-(-(width - x) // dx), -(-(height - y) // dy), bits) for x, y, dx, dy in passes),
    )
    kept = b"".join(_chunk(each, body) for each, body in chunks if each in _KEPT_CHUNKS)
    return width, height, SIGNATURE + kept


def _bytes_of(columns: int, rows: int, bits: int) -> int:
    """Of one pass: a byte for the filter before each row; an empty pass has none."""
    return rows * (1 + -(-columns * bits // 8)) if columns > 0 and rows > 0 else 0


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks up to IEND; what follows it is not the picture's."""
    found: list[tuple[bytes, bytes]] = []
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if at + 12 + length > len(data):
            break
        if zlib.crc32(kind + body) != struct.unpack_from(">I", data, at + 8 + length)[0]:
            raise UsageError("a part of it is damaged", DAMAGED)
        if not kind.isalpha() or (kind[:1].isupper() and kind not in _KEPT_CHUNKS):
            raise UsageError("it has a part that no PNG needs", DAMAGED)
        if len(found) == _MAX_CHUNKS or (kind == b"IHDR" and found):
            raise UsageError("it has too many parts", DAMAGED)
        found.append((kind, body))
        if kind == b"IEND":
            return found
        at += 12 + length
    raise UsageError("it is truncated", DAMAGED)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _inflates(packed: bytes, expected: int) -> None:
    """Whether the pixels inflate to just what the header promises; never more than a stretch of them is held."""
    stream, done = zlib.decompressobj(), 0
    try:
        for start in range(0, len(packed), _PACKED):
            piece = packed[start : start + _PACKED]
            while piece and not stream.eof and done <= expected:
                done += len(stream.decompress(piece, _INFLATED))
                piece = stream.unconsumed_tail
    except zlib.error as error:
        raise UsageError("its pixels are damaged", DAMAGED) from error
    if done > expected:
        raise UsageError("it unpacks to more than its header promises", DAMAGED)
    if done < expected:
        raise UsageError("it is truncated", DAMAGED)
