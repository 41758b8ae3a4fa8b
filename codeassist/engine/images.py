"""Looks at an image's bytes before anything decodes them: format, size, and whether the file is what its header says.

Only walking through structures and, for PNG, inflating into nothing: pixels are decoded in the sandboxed engine alone,
by llama.cpp's stb_image. What is handed on holds the picture alone: no metadata, and nothing of what another program
might find behind its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from codeassist.engine import jpeg, png
from codeassist.engine.api import Message
from codeassist.engine.pixels import CONVERT
from codeassist.errors import UsageError

MAX_BYTES = 10 << 20  # of one image
MAX_ALL_BYTES = 20 << 20  # of all images of a request
MAX_IMAGES = 8
IMAGE_TOKENS = 1024  # what an image is given of the context: MiniCPM-V 2.5 makes 96 of each of at most ten slices

_FORMATS = {"PNG": (png.SIGNATURE, png.read), "JPEG": (jpeg.SIGNATURE, jpeg.read)}
_OTHERS = {b"GIF8": "GIF", b"RIFF": "WebP", b"BM": "BMP", b"II*\0": "TIFF", b"MM\0*": "TIFF", b"%PDF": "PDF"}


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
    for kind, (signature, read) in _FORMATS.items():
        if data.startswith(signature):
            return Picture(kind, *read(data))
    other = next((name for magic, name in _OTHERS.items() if data.startswith(magic)), "")
    what = f"it is {other}" if other else "it is not an image" if data else "it is empty"
    raise UsageError(f"{what}; PNG and JPEG are understood", CONVERT)


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
