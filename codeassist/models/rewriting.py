"""Writes a GGUF made of another one: other values in its header, other types of its tensors."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from codeassist.errors import MissingError
from codeassist.models.files import CHUNK, Progress, move_durably
from codeassist.models.inspection import inspect_gguf
from codeassist.models.layout import Source
from codeassist.models.manifest import Manifest
from codeassist.models.partial import MARGIN_BYTES, FreeBytes, free_bytes
from codeassist.models.requantise import pieces
from codeassist.models.tensors import TensorInfo, tensor_bytes

ALIGNMENT = 32


class Key(NamedTuple):
    """A value as it is written: its name, type and bytes."""

    name: str
    kind: int
    value: bytes


class Target(NamedTuple):
    """A tensor of the new file, and the one it is made of."""

    name: str
    kind: int
    made_of: TensorInfo


class Rewriting(NamedTuple):
    """What the new file is to hold."""

    version: int
    keys: Sequence[Key]
    targets: Sequence[Target]


def derive(manifest: Manifest, model: str, path: Path, source: str, write: Callable[[Path], str]) -> Manifest:
    """The manifest of `model`, a file made of another model's: it appears at `path` when complete and inspected.

    `write` fills the file that it is given and answers with its sha256; `source` is for people to read.

    Raises:
        ModelFileError: what was written is no model.
        OSError: it cannot be written.
    """
    partial = path.with_name(f".{path.stem}.partial")
    try:
        sha256 = write(partial)
        inspect_gguf(partial)
        move_durably(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    status = path.stat()
    return replace(
        manifest,
        id=model,
        path=str(path.absolute()),
        bytes=status.st_size,
        mtime_ns=status.st_mtime_ns,
        sha256=sha256,
        source=source,
    )


def rewrite(
    source: Source, wanted: Rewriting, path: Path, progress: Progress, phase: str, free: FreeBytes = free_bytes
) -> str:
    """Write the new file; the sha256 of it.

    Raises:
        MissingError: there is no space for it.
        UsageError: a new type cannot hold a value.
        OSError: it cannot be written.
    """
    sizes = [tensor_bytes(target.kind, list(target.made_of.shape)) for target in wanted.targets]
    header = _header(wanted, sizes)
    total = len(header) + sum(map(_padded, sizes))
    if free(path.parent) < total + MARGIN_BYTES:
        raise MissingError(
            f"no space for {total:,} bytes in {path.parent}", "free some space, then run the same command"
        )
    digest, done = hashlib.sha256(), 0
    with path.open("wb") as file:
        for piece in _content(source, header, wanted.targets):
            file.write(piece)
            digest.update(piece)
            done += len(piece)
            progress(phase, done, total)
    return digest.hexdigest()


def _content(source: Source, header: bytes, targets: Iterable[Target]) -> Iterator[bytes]:
    yield header
    for target in targets:
        written = 0
        for piece in pieces(source, target.made_of, target.kind, CHUNK):
            written += len(piece)
            yield piece
        yield b"\0" * (_padded(written) - written)


def _header(wanted: Rewriting, sizes: Iterable[int]) -> bytes:
    """Everything before the first tensor (docs/gguf.md of ggml)."""
    values = [_text(key.name.encode()) + struct.pack("<I", key.kind) + key.value for key in wanted.keys]
    infos, offset = [], 0
    for target, size in zip(wanted.targets, sizes, strict=True):
        shape = target.made_of.shape
        place = struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, target.kind, offset)
        infos.append(_text(target.name.encode()) + place)
        offset += _padded(size)
    content = b"GGUF" + struct.pack("<IQQ", wanted.version, len(infos), len(values)) + b"".join((*values, *infos))
    return content + b"\0" * (_padded(len(content)) - len(content))


def _text(value: bytes) -> bytes:
    return struct.pack("<Q", len(value)) + value


def _padded(count: int) -> int:
    return -(-count // ALIGNMENT) * ALIGNMENT
