"""The partial file of a download: any source goes on with it, since the bytes are the same everywhere."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from codeassist.errors import DownloadError, MissingError
from codeassist.models.files import Progress, hash_file, storage_errors
from codeassist.models.sources import Expected, Source, StalePartialError

MARGIN_BYTES = 32 << 20  # left free on the disk

FreeBytes = Callable[[Path], int]


def free_bytes(directory: Path) -> int:
    """Bytes that this user may still write where `directory` is."""
    return shutil.disk_usage(directory).free


@dataclass(frozen=True)
class Partial:
    """The bytes so far of one model's file; `scratch` is a directory for what a source needs meanwhile."""

    model: str
    path: Path
    scratch: Path
    progress: Progress
    free: FreeBytes


class _WrongBytesError(DownloadError):
    """The source gave other bytes than were expected."""


def fill(partial: Partial, source: Source, expected: Expected) -> Expected:
    """Complete the partial file and check its hash; a wrong one is deleted.

    Raises:
        StalePartialError: what was already there is not a beginning of the right file; it is deleted.
        DownloadError: the source failed (the partial is kept), or gave wrong bytes (it is deleted).
    """
    with storage_errors(partial.path.parent):
        if not expected.sha256:  # nothing could tell bytes of two versions apart
            partial.path.unlink(missing_ok=True)
        partial.path.touch()
        resumed = partial.path.stat().st_size
        digest = hash_file(partial.path, partial.progress, "check") if resumed else hashlib.sha256()
        try:
            done = resumed
            if not expected.bytes or done < expected.bytes:
                _check_space(partial, source, max(0, expected.bytes - done))
                done = _append(partial, source, expected, digest, done)
            _judge(expected, digest.hexdigest(), done)
        except (StalePartialError, _WrongBytesError) as error:
            partial.path.unlink(missing_ok=True)
            if resumed and not isinstance(error, StalePartialError):
                raise StalePartialError(error.message, error.hint) from error
            raise
    return Expected(digest.hexdigest(), done)


def _append(partial: Partial, source: Source, expected: Expected, digest: hashlib._Hash, done: int) -> int:
    """Write what the source gives behind what is there; the size afterwards."""
    partial.scratch.mkdir(exist_ok=True)
    try:
        with partial.path.open("ab") as file, contextlib.closing(source.read(done, expected.bytes)) as chunks:
            for chunk in chunks:
                done += len(chunk)
                if expected.bytes and done > expected.bytes:
                    raise _WrongBytesError(f"it sends more than {expected.bytes:,} bytes", "update codeassist")
                file.write(chunk)
                digest.update(chunk)
                partial.progress("download", done, expected.bytes)
    finally:
        shutil.rmtree(partial.scratch, ignore_errors=True)
    return done


def _check_space(partial: Partial, source: Source, missing: int) -> None:
    needed = missing + source.scratch_bytes + MARGIN_BYTES
    free = partial.free(partial.path.parent)
    if free < needed:
        room = f"{needed / 1e6:,.0f} MB in {partial.path.parent}; {free / 1e6:,.0f} MB are free"
        raise MissingError(
            f"model {partial.model} needs {room}",
            "free some space, or set CODEASSIST_HOME to a larger disk",
        )


def _judge(expected: Expected, sha256: str, done: int) -> None:
    if expected.bytes and done < expected.bytes:
        raise DownloadError(f"it gave {done:,} of {expected.bytes:,} bytes", "try again: it goes on where it stopped")
    if (expected.bytes and done > expected.bytes) or (expected.sha256 and sha256 != expected.sha256):
        raise _WrongBytesError(f"wrong bytes (sha256 {sha256[:16]}… instead of {expected.sha256[:16]}…)", "try again")
