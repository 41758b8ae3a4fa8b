"""How many pixels an image may have, and what is said of one that is refused."""

from __future__ import annotations

from codeassist.errors import UsageError

MAX_SIDE = 16_384  # pixels
MAX_PIXELS = 24_000_000  # a screen of 6K; decoded, 24 bytes a pixel at most for a moment
CONVERT = "save it as PNG or JPEG"
DAMAGED = "save it again as PNG"


def sized(width: int, height: int) -> tuple[int, int]:
    """Width and height in pixels.

    Raises:
        UsageError: none, or too many.
    """
    if not width or not height:
        raise UsageError(f"it claims {width} x {height} pixels", DAMAGED)
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise UsageError(
            f"it claims {width:,} x {height:,} pixels; {MAX_PIXELS // 1_000_000} million are the most",
            "make it smaller",
        )
    return width, height
