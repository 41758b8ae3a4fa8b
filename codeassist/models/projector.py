"""What a vision projector says of itself: a GGUF of llama.cpp's "mmproj" kind (tools/mtmd/clip-impl.h names the keys).

Run as a program it limits itself and prints JSON, as gguf.py does: the file may be anybody's.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import msgspec

from codeassist.models.reading import header_of, limit
from codeassist.models.tensors import HeaderError

_ARCHITECTURE = "clip"
_KINDS = ("clip.vision.projector_type", "clip.projector_type")  # the first, where one file sees and hears
_FLAGS = ("clip.has_vision_encoder", "clip.has_llava_projector")


class ProjectorFacts(msgspec.Struct, frozen=True, kw_only=True):
    """`kind`: what it says it is, "mlp" where it says nothing (llama.cpp's default); the file's word, untrusted."""

    kind: str


class ProjectorAnswer(msgspec.Struct, frozen=True):
    """What the child prints: facts, or why there are none."""

    facts: ProjectorFacts | None = None
    problem: str = ""


def read_projector(path: str) -> ProjectorFacts:
    """Read the facts of the file.

    Raises:
        HeaderError: malformed, truncated, or not a projector of images.
        OSError: the file cannot be read.
    """
    values = header_of(path, ()).values
    architecture = values.get("general.architecture")
    if architecture != _ARCHITECTURE:
        raise HeaderError(f"it is not a vision projector (architecture {str(architecture)[:40]!r})")
    if values.get(_FLAGS[0]) is not True and values.get(_FLAGS[1]) is not True:
        raise HeaderError("it is a projector that has no eyes")
    kind = next((values[key] for key in _KINDS if isinstance(values.get(key), str)), "mlp")
    return ProjectorFacts(kind=kind[:64])


def main(arguments: Sequence[str]) -> int:
    """Print the facts of one file as JSON."""
    limit()
    try:
        answer = ProjectorAnswer(facts=read_projector(arguments[0]))
    except HeaderError as error:
        answer = ProjectorAnswer(problem=str(error))
    except OSError as error:
        answer = ProjectorAnswer(problem=error.strerror or "it cannot be read")
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
