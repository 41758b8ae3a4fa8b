"""JPEG files as anybody may write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.engine.images import look_at
from codeassist.errors import UsageError
from tests.pictures import jpeg, jpeg_head, jpeg_scan

END = b"\xff\xd9"
SCAN = jpeg_scan([10, -20, 30])


def named(value: bytes | str) -> str:
    """The name of a case; bytes would name it at length."""
    return value if isinstance(value, str) else ""


def refused(data: bytes) -> str:
    with pytest.raises(UsageError) as caught:
        look_at(data)
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize("frame", [0xC0, 0xC1, 0xC2])
def test_pictures(frame: int) -> None:
    data = jpeg_head(40, 24, frame) + SCAN + SCAN + END
    picture = look_at(data)
    assert (picture.kind, picture.width, picture.height, picture.data) == ("JPEG", 40, 24, data)


def test_nothing_but_the_picture_is_handed_on() -> None:
    """Where and with what it was taken, thumbnails, comments, and what follows the end stay here."""
    plain = jpeg()
    exif, comment = b"\xff\xe1\0\x0cExif\0\0MM\0*", b"\xff\xfe\0\x06home"
    dressed = plain[:20] + exif + comment + plain[20:] + b"PK\x03\x04 a zip"
    assert look_at(dressed).data == plain


def test_restarts_stuffing_and_fill_bytes() -> None:
    scan = SCAN + b"\xff\0\x01\xff\xd0\x02\xff\xd7\x03"
    assert look_at(jpeg_head(8, 8) + b"\xff\xff" + scan[1:] + b"\xff\xff" + END).height == 8


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff\xd8", "truncated"),
        (b"\xff\xd8\xff", "truncated"),
        (b"\xff\xd8" + END, "no picture"),
        (jpeg()[:-2], "truncated"),
        (jpeg()[:100], "malformed"),
        (jpeg_head(8, 8) + END, "no picture"),
        (b"\xff\xd8" + SCAN + END, "malformed"),
        (b"\xff\xd8\x00\x01", "malformed"),
        (b"\xff\xd8\xff\x01\0\x04ab", "malformed"),
        (b"\xff\xd8\xff\xe0\xff\xff", "malformed"),
        (b"\xff\xd8\xff\xe0\0\x01", "malformed"),
        (jpeg_head(0, 8) + SCAN + END, "pixels"),
        (jpeg_head(8, 0) + SCAN + END, "pixels"),
        (jpeg_head(65_535, 65_535) + SCAN + END, "pixels"),
        (jpeg_head(16_000, 15_000) + SCAN + END, "pixels"),
        (jpeg_head(8, 8, 0xC3) + SCAN + END, "rare kind"),
        (jpeg_head(8, 8, 0xC9) + SCAN + END, "rare kind"),
        (jpeg_head(8, 8, components=2) + SCAN + END, "rare kind"),
        (jpeg_head(8, 8) + jpeg_head(9, 9)[2:] + SCAN + END, "more than one frame"),
        (jpeg_head(8, 8, 0xC2) + SCAN * 65 + END, "too many scans"),
        (jpeg().replace(b"\0\0\0\x0c", b"\xff\xff\xff\x0c", 1), "tables"),
        (jpeg().replace(b"\xff\xdb\0\x43\0", b"\xff\xdb\0\x43\x10", 1), "tables"),
    ],
    ids=named,
)
def test_what_is_refused(data: bytes, why: str) -> None:
    assert why in refused(data)


@given(data=st.binary(max_size=300), at=st.integers(2, 180), flips=st.binary(min_size=1, max_size=4))
def test_no_bytes_are_too_strange(data: bytes, at: int, flips: bytes) -> None:
    """A picture, or a refusal: nothing else comes out, and what comes out is a picture again."""
    whole = bytearray(jpeg())
    whole[at : at + len(flips)] = flips
    for each in (b"\xff\xd8" + data, bytes(whole), jpeg_head(8, 8) + data, jpeg_head(8, 8) + SCAN + data + END):
        try:
            picture = look_at(each)
        except UsageError:
            continue
        assert look_at(picture.data) == picture
