"""Reads files of a working tree, without being led elsewhere or made to wait."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from time import time_ns as now
from typing import NamedTuple

from codeassist import text
from codeassist.context import exclusion
from codeassist.context.languages import language_for
from codeassist.context.walk import Entry, stat_entry
from codeassist.errors import UsageError

_TICK_NS = 20_000_000  # of the kernel's clock for file times: two changes within it may bear the same time
_MAX_SHOWN_BYTES = 2 * exclusion.MAX_BYTES  # it may have grown since it was indexed
_COARSE_NS = 2_000_000_000  # of file systems that keep whole seconds


class Content(NamedTuple):
    """What was read of a file, or why it was not (`entry.reason`)."""

    entry: Entry
    settled: bool
    digest: bytes = b""
    language: str = ""


def read(root: Path, entry: Entry) -> tuple[Content, bytes]:
    """Read a file that is still a regular file; no link is followed and nothing is waited for.

    Its times are those of before it was read: what changes meanwhile is noticed the next time.
    """
    started = now()
    try:
        handle = os.open(root / entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(handle)
            data = file.read(exclusion.MAX_BYTES + 1) if stat.S_ISREG(found.st_mode) else None
    except OSError:
        data = None
    if data is None:
        return Content(entry._replace(reason=exclusion.UNREADABLE), settled=True), b""
    if len(data) > exclusion.MAX_BYTES:
        return Content(stat_entry(entry.path, found, exclusion.LARGE), settled=True), b""
    language = language_for(entry.path)
    name = language.id if language is not None else ""
    tick = _TICK_NS if found.st_ctime_ns % 1_000_000_000 else _COARSE_NS
    digest = hashlib.blake2b(name.encode() + b"\0" + data, digest_size=16).digest()
    return Content(stat_entry(entry.path, found), found.st_ctime_ns < started - tick, digest, name), data


def lines_of(root: Path, path: str) -> list[str]:
    """The lines of an indexed file as it is now; none if it cannot be read any more, or leads out of the tree.

    A link may have come in its place since it was indexed.
    """
    file = root / path
    try:
        if not file.resolve().is_relative_to(root.resolve()):
            return []
        source = text.read_source(file, _MAX_SHOWN_BYTES).text
    except (OSError, UsageError):
        return []
    return source.removesuffix("\n").split("\n")
