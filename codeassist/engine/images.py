"""Looks at an image's bytes before anything decodes them: format, size, and whether the file is what its header says.

Only walking through structures and, for PNG, inflating into nothing: pixels are decoded in the sandboxed engine alone,
by llama.cpp's stb_image. Formats: PNG (W3C PNG third edition, RFC 1950), JPEG (ITU-T T.81). What is handed on holds the
picture alone: no metadata, and nothing of what another program might find behind its end.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from codeassist.engine.api import Message
from codeassist.errors import UsageError

MAX_BYTES = 10 << 20  # of one image
MAX_ALL_BYTES = 20 << 20  # of all images of a request
MAX_IMAGES = 8
MAX_SIDE = 16_384  # pixels
MAX_PIXELS = 24_000_000  # a screen of 6K; decoded, 24 bytes a pixel at most for a moment
MAX_SCANS = 64  # of a progressive JPEG: each costs as much as the whole picture; encoders write about ten
IMAGE_TOKENS = 1024  # what an image is given of the context: MiniCPM-V 2.5 makes 96 of each of at most ten slices

_PNG = b"\x89PNG\r\n\x1a\n"
_OTHERS = {b"GIF8": "GIF", b"RIFF": "WebP", b"BM": "BMP", b"II*\0": "TIFF", b"MM\0*": "TIFF", b"%PDF": "PDF"}
_CONVERT = "save it as PNG or JPEG"
_DAMAGED = "save it again as PNG"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a PNG's colour types
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
# Adam7: of the seven passes the first column and row, and the steps.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_KEPT_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_INFLATED = 1 << 16  # bytes at a time
_FRAMES = (0xC0, 0xC1, 0xC2)  # baseline, extended and progressive Huffman: what stb_image decodes
_ALL_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_KEPT_SEGMENTS = frozenset((0xC4, 0xDB, 0xDD, 0xE0, 0xEE)) | frozenset(_FRAMES)
_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)  # that ends entropy-coded data


@dataclass(frozen=True)
class Picture:
    """An image that was looked at. `data`: the file without all that is not the picture; sizes are in pixels."""

    kind: str
    width: int
    height: int
    data: bytes


def look_at(data: bytes) -> Picture:
    """Check an image file's content.

    Raises:
        UsageError: of a format that is not understood, too large, damaged, or not what its header says.
    """
    if len(data) > MAX_BYTES:
        raise UsageError(f"it is over {MAX_BYTES >> 20} MiB", "make it smaller: models look at about 1,300 pixels")
    if data.startswith(_PNG):
        return _png(data)
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    other = next((name for magic, name in _OTHERS.items() if data.startswith(magic)), "")
    what = f"it is {other}" if other else "it is not an image" if data else "it is empty"
    raise UsageError(f"{what}; PNG and JPEG are understood", _CONVERT)


def looked_at(turns: Sequence[Message]) -> list[Message]:
    """The turns with every image checked, and cut to the picture.

    Raises:
        UsageError: too many images, or one that cannot be taken.
    """
    sizes = [len(image) for turn in turns for image in turn.images]
    if len(sizes) > MAX_IMAGES or sum(sizes) > MAX_ALL_BYTES:
        raise UsageError(
            f"at most {MAX_IMAGES} images of {MAX_ALL_BYTES >> 20} MiB together can be looked at", "give less"
        )
    return [replace(turn, images=tuple(look_at(image).data for image in turn.images)) for turn in turns]


def _sized(width: int, height: int) -> tuple[int, int]:
    if not width or not height:
        raise UsageError(f"it claims {width} x {height} pixels", _DAMAGED)
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise UsageError(
            f"it claims {width:,} x {height:,} pixels; {MAX_PIXELS // 1_000_000} million are the most",
            "make it smaller",
        )
    return width, height


def _png(data: bytes) -> Picture:
    chunks = _chunks(data)
    kind, header = chunks[0]
    if kind != b"IHDR" or len(header) != 13:
        raise UsageError("its header is malformed", _DAMAGED)
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", header)
    _sized(width, height)
    if depth not in _DEPTHS.get(colour, ()) or compression or filtering or interlace > 1:
        raise UsageError("its header is malformed", _DAMAGED)
    if colour == 3 and not any(each == b"PLTE" for each, _ in chunks):
        raise UsageError("it has no palette", _DAMAGED)
    passes = _PASSES if interlace else ((0, 0, 1, 1),)
    bits = depth * _CHANNELS[colour]
    _inflates(
        b"".join(body for each, body in chunks if each == b"IDAT"),
        sum(_bytes_of(-(-(width - x) // dx), -(-(height - y) // dy), bits) for x, y, dx, dy in passes),
    )
    kept = b"".join(_chunk(each, body) for each, body in chunks if each in _KEPT_CHUNKS)
    return Picture("PNG", width, height, _PNG + kept)


def _bytes_of(columns: int, rows: int, bits: int) -> int:
    """Of one pass: a byte for the filter before each row; an empty pass has none."""
    return rows * (1 + -(-columns * bits // 8)) if columns > 0 and rows > 0 else 0


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks up to IEND; what follows it is not the picture's."""
    found: list[tuple[bytes, bytes]] = []
    at = len(_PNG)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if at + 12 + length > len(data):
            break
        if zlib.crc32(kind + body) != struct.unpack_from(">I", data, at + 8 + length)[0]:
            raise UsageError("a part of it is damaged", _DAMAGED)
        if not kind.isalpha() or (kind[:1].isupper() and kind not in _KEPT_CHUNKS):
            raise UsageError("it has a part that no PNG needs", _DAMAGED)
        found.append((kind, body))
        if kind == b"IEND":
            return found
        at += 12 + length
    raise UsageError("it is truncated", _DAMAGED)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _inflates(packed: bytes, expected: int) -> None:
    """Whether the pixels inflate to just what the header promises; never more than a stretch of them is held."""
    stream, done = zlib.decompressobj(), 0
    try:
        while not stream.eof and done <= expected:
            piece = stream.decompress(packed, _INFLATED)
            packed = stream.unconsumed_tail
            done += len(piece)
            if not piece and not packed:
                break
    except zlib.error as error:
        raise UsageError("its pixels are damaged", _DAMAGED) from error
    if done > expected:
        raise UsageError("it unpacks to more than its header promises", _DAMAGED)
    if done < expected:
        raise UsageError("it is truncated", _DAMAGED)


def _jpeg(data: bytes) -> Picture:
    """Walk from marker to marker: each segment's length is checked before it is stepped over."""
    walk = _Walk(data)
    while (marker := walk.marker()) != 0xD9:
        walk.take(marker)
    if walk.size is None or not walk.scans:
        raise UsageError("it has no picture", _DAMAGED)
    return Picture("JPEG", *walk.size, b"".join([b"\xff\xd8", *walk.kept, b"\xff\xd9"]))


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
            raise UsageError("it is truncated", _DAMAGED)
        if self._data[self._at] != 0xFF:
            raise UsageError("its structure is malformed", _DAMAGED)
        self._at += 2
        return self._data[self._at - 1]

    def take(self, marker: int) -> None:
        """One segment, with the scan that may follow it."""
        start = self._at
        length = int.from_bytes(self._data[start : start + 2], "big")
        if length < 2 or start + length > len(self._data) or marker < 0xC0:
            raise UsageError("its structure is malformed", _DAMAGED)
        self._at += length
        body = self._data[start + 2 : self._at]
        if marker in _ALL_FRAMES:
            self._frame(marker, body)
        if marker == 0xDA:
            self._scan(start)
        elif marker in _KEPT_SEGMENTS:
            self.kept.append(self._data[start - 2 : self._at])

    def _frame(self, marker: int, body: bytes) -> None:
        if self.size is not None:
            raise UsageError("it has more than one frame", _DAMAGED)
        if marker not in _FRAMES:
            raise UsageError("it is a JPEG of a rare kind (lossless, hierarchical or arithmetic)", _CONVERT)
        if len(body) < 6 or len(body) != 6 + 3 * body[5]:
            raise UsageError("its header is malformed", _DAMAGED)
        depth, height, width, components = struct.unpack_from(">BHHB", body)
        if depth != 8 or components not in (1, 3, 4):
            raise UsageError(f"it is a JPEG of a rare kind ({depth} bits, {components} components)", _CONVERT)
        self.size = _sized(width, height)

    def _scan(self, start: int) -> None:
        """Step to the marker that ends entropy-coded data."""
        self.scans += 1
        if self.size is None or self.scans > MAX_SCANS:
            raise UsageError("its structure is malformed" if self.size is None else "it has too many scans", _DAMAGED)
        found = _MARKER.search(self._data, self._at)
        if found is None:
            raise UsageError("it is truncated", _DAMAGED)
        self._at = found.end() - 2
        self.kept.append(self._data[start - 2 : self._at])
