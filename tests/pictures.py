"""Small pictures as files, written from their formats' specifications: PNG (W3C) and baseline JPEG (ITU-T T.81)."""

from __future__ import annotations

import struct
import zlib

Colour = tuple[int, int, int]

RED, BLUE, GREY = (220, 30, 20), (20, 40, 230), (128, 128, 128)
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_header(width: int, height: int, depth: int = 8, colour: int = 2, interlace: int = 0) -> bytes:
    """An IHDR chunk."""
    return png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


def png_of(header: bytes, raw: bytes, *before: bytes) -> bytes:
    """A PNG of a header, unpacked rows, and chunks that stand between them."""
    return PNG_SIGNATURE + header + b"".join(before) + png_chunk(b"IDAT", zlib.compress(raw)) + png_chunk(b"IEND", b"")


def png(colour: Colour = RED, width: int = 32, height: int = 32) -> bytes:
    """One colour, its upper left quarter white, so that the picture has a shape."""
    rows = (
        b"\0" + b"\xff\xff\xff" * (width // 2 if row < height // 2 else 0) + bytes(colour) * width
        for row in range(height)
    )
    return png_of(png_header(width, height), b"".join(row[: 1 + 3 * width] for row in rows))


# A Huffman table with a code of four bits for each DC category 0 to 11, and one whose only code (a zero) ends a block.
_DC = bytes([0, 0, 0, 12, *([0] * 12), *range(12)])
_AC = bytes([1, *([0] * 15), 0])


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg_head(width: int, height: int, frame: int = 0xC0, components: int = 1) -> bytes:
    """All before the scan: JFIF, tables, the frame."""
    parts = b"".join(bytes([number + 1, 0x11, 0]) for number in range(components))
    return (
        b"\xff\xd8"
        + _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
        + _segment(0xDB, b"\0" + bytes([8] * 64))
        + _segment(frame, struct.pack(">BHHB", 8, height, width, components) + parts)
        + _segment(0xC4, b"\0" + _DC)
        + _segment(0xC4, b"\x10" + _AC)
    )


def jpeg_scan(levels: list[int]) -> bytes:
    """A scan of blocks of one grey level each (-128 to 127 from the middle)."""
    bits, before = "", 0
    for level in levels:
        step, before = level - before, level
        size = abs(step).bit_length()
        value = step if step >= 0 else step + (1 << size) - 1
        bits += f"{size:04b}" + (f"{value:0{size}b}" if size else "") + "0"
    bits += "1" * (-len(bits) % 8)
    data = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)).replace(b"\xff", b"\xff\0")
    return _segment(0xDA, b"\x01\x01\0\0\x3f\0") + data


def jpeg(light: int = 100, width: int = 32, height: int = 32) -> bytes:
    """Grey blocks of 8 x 8, light and dark in turn."""
    blocks = (-(-width // 8)) * (-(-height // 8))
    levels = [light if number % 3 else -light for number in range(blocks)]
    return jpeg_head(width, height) + jpeg_scan(levels) + b"\xff\xd9"
