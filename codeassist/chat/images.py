"""Image files that a question is about: read within bounds and looked at, before a model is asked."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from codeassist.chat.documents import label
from codeassist.engine.api import Message
from codeassist.engine.images import MAX_ALL_BYTES, MAX_BYTES, MAX_IMAGES, look_at
from codeassist.errors import MissingError, UsageError
from codeassist.models.manifest import Manifest

SEEING = "minicpm-llama3-v-2.5"


@dataclass(frozen=True)
class Image:
    """An image as the user named it; `data` is what the model is shown."""

    path: str
    data: bytes


def read_images(paths: Sequence[str]) -> list[Image]:
    """Read and check the files.

    Raises:
        UsageError: too many, or one that cannot be read or taken; the message names it.
    """
    if len(paths) > MAX_IMAGES:
        raise UsageError(f"{len(paths)} images are too many", f"give at most {MAX_IMAGES}")
    images = [_image(path) for path in paths]
    if sum(len(each.data) for each in images) > MAX_ALL_BYTES:
        raise UsageError(f"the images are over {MAX_ALL_BYTES >> 20} MiB together", "make them smaller, or give fewer")
    return images


def check_sight(manifest: Manifest) -> None:
    """Whether the model can be shown images.

    Raises:
        MissingError: it cannot; the hint is how to get one that can.
    """
    if "image" not in manifest.capabilities:
        raise MissingError(
            f"model {manifest.id} sees no images",
            f"codeassist model pull {SEEING}, then ask with --model {SEEING}; "
            "or add your own: codeassist model add FILE.gguf --projector MMPROJ.gguf",
        )


def showing(messages: Sequence[Message], images: Sequence[Image], words: str) -> list[Message]:
    """The conversation with the images before its last question; `words`, with {paths}, says which they are."""
    if not images:
        return list(messages)
    last = messages[-1]
    names = words.replace("{paths}", ", ".join(f"`{label(each.path)}`" for each in images))
    return [*messages[:-1], Message(last.role, f"{names}\n\n{last.content}", tuple(each.data for each in images))]


def _image(path: str) -> Image:
    try:
        return Image(path, look_at(_content(Path(path))).data)
    except UsageError as error:
        raise UsageError(f"{path}: {error.message}", error.hint) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it cannot be read"
        raise UsageError(f"{path}: {reason}", "give the path of a PNG or JPEG file") from error


def _content(path: Path) -> bytes:
    """The file's bytes, one more than may be at most. What is opened is what was looked at."""
    # O_NONBLOCK: opening a FIFO must not wait for a writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UsageError("it is not a regular file", "give the path of a PNG or JPEG file")
        return file.read(MAX_BYTES + 1)
