"""PNG files as anybody may write them: what is a picture goes through, the rest is refused before it is decoded."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.engine.images import MAX_BYTES, look_at
from codeassist.errors import UsageError
from tests.pictures import PNG_SIGNATURE, png, png_chunk, png_header, png_of


def named(value: bytes | str) -> str:
    """The name of a case; bytes would name it at length."""
    return value if isinstance(value, str) else ""


def refused(data: bytes) -> str:
    with pytest.raises(UsageError) as caught:
        look_at(data)
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize(
    ("depth", "colour", "row_bytes"), [(8, 2, 21), (1, 0, 1), (16, 6, 56), (4, 3, 4), (8, 4, 14), (16, 0, 14)]
)
def test_kinds_of_pictures(depth: int, colour: int, row_bytes: int) -> None:
    palette = [png_chunk(b"PLTE", bytes(48))] if colour == 3 else []
    data = png_of(png_header(7, 5, depth, colour), (b"\0" + bytes(row_bytes)) * 5, *palette)
    picture = look_at(data)
    assert (picture.kind, picture.width, picture.height, picture.data) == ("PNG", 7, 5, data)


@pytest.mark.parametrize(("width", "height", "raw"), [(1, 1, 4), (3, 3, 33), (8, 8, 207), (5, 1, 19)])
def test_interlaced_ones_are_counted_pass_by_pass(width: int, height: int, raw: int) -> None:
    header = png_header(width, height, interlace=1)
    assert look_at(png_of(header, bytes(raw))).width == width
    assert "more than" in refused(png_of(header, bytes(raw + 1)))
    assert "truncated" in refused(png_of(header, bytes(raw - 1)))


def test_nothing_but_the_picture_is_handed_on() -> None:
    """Text, places, colour profiles, animation, and another file behind the end stay here."""
    private = [png_chunk(b"tEXt", b"Author\0me"), png_chunk(b"eXIf", b"MM\0*where"), png_chunk(b"acTL", bytes(8))]
    plain = png()
    dressed = plain[: 8 + 25] + b"".join(private) + plain[8 + 25 :] + b"PK\x03\x04 a zip, #!/bin/sh"
    assert look_at(dressed).data == plain


@pytest.mark.parametrize(
    ("width", "height"), [(100_000, 100_000), (2**31 - 1, 1), (0, 5), (5, 0), (2**32 - 1, 2**32 - 1), (16_000, 16_000)]
)
def test_sizes_that_are_refused_unread(width: int, height: int) -> None:
    assert "pixels" in refused(png_of(png_header(width, height), b"\0"))


@pytest.mark.parametrize("size", [100_000_000, 200])
def test_a_bomb_is_refused_early(size: int) -> None:
    """A header of one pixel, and rows without end: no more is unpacked than the header promises and one stretch."""
    assert "more than its header" in refused(png_of(png_header(1, 1), bytes(size)))


@pytest.mark.parametrize("size", [0, 7, 8, 20, 33, 60, -1, -12])
def test_truncated_ones(size: int) -> None:
    assert refused(png()[:size])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"hello", "not an image"),
        (b"GIF89a" + bytes(50), "GIF"),
        (b"RIFF\0\0\0\0WEBP", "WebP"),
        (b"BM" + bytes(50), "BMP"),
        (PNG_SIGNATURE + bytes(MAX_BYTES), "over 10 MiB"),
        (png_of(png_header(4, 4, depth=3), bytes(100)), "header"),
        (png_of(png_header(4, 4, colour=3), bytes(20)), "palette"),
        (PNG_SIGNATURE + png_chunk(b"IHDR", bytes(5)) + png_chunk(b"IEND", b""), "header"),
        (PNG_SIGNATURE + png_chunk(b"IDAT", bytes(5)) + png_chunk(b"IEND", b""), "header"),
        (png_of(png_header(4, 4), bytes(52), png_header(9, 9)), "too many parts"),
        (png_of(png_header(1, 1), bytes(4), *[png_chunk(b"tEXt", b"")] * 20_000), "too many parts"),
        (png_of(png_header(4, 4), bytes(52), png_chunk(b"CgBI", bytes(4))), "no PNG needs"),
        (PNG_SIGNATURE + png_header(1, 1) + png_chunk(b"IDAT", b"junk") + png_chunk(b"IEND", b""), "damaged"),
        (PNG_SIGNATURE + png_header(1, 1) + png_chunk(b"IEND", b""), "truncated"),
        (PNG_SIGNATURE + struct.pack(">I4s", 2**32 - 1, b"IHDR") + bytes(90), "truncated"),
        (png().replace(b"IDAT", b"IDAU"), "damaged"),
    ],
    ids=named,
)
def test_what_is_refused(data: bytes, why: str) -> None:
    assert why in refused(data)


@given(data=st.binary(max_size=200), at=st.integers(0, 120), flips=st.binary(min_size=1, max_size=4))
def test_no_bytes_are_too_strange(data: bytes, at: int, flips: bytes) -> None:
    """A picture, or a refusal: nothing else comes out."""
    whole = bytearray(png())
    whole[at : at + len(flips)] = flips
    for each in (data, PNG_SIGNATURE + data, bytes(whole), PNG_SIGNATURE + png_header(1, 1) + data):
        try:
            picture = look_at(each)
        except UsageError:
            continue
        assert zlib.crc32(picture.data) == zlib.crc32(look_at(picture.data).data)
