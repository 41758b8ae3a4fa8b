"""The inside of a process that reads one file's header: bounded in memory and time, and only of a regular file."""

from __future__ import annotations

import contextlib
import mmap
import os
import stat
from collections.abc import Collection

from codeassist.models.header import MAX_HEADER, Header, read_header
from codeassist.models.tensors import HeaderError

MEMORY_BYTES = 512 << 20
CPU_SECONDS = 2  # the dearest header within the bounds takes 0.6


def limit() -> None:
    """Bound this process: memory, processor time, no core dump. What cannot be set is left to the caller's clock."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    with contextlib.suppress(OSError, ValueError):  # macOS refuses it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def header_of(path: str, wanted: Collection[str]) -> Header:
    """The header of the GGUF at `path`; `wanted` are the tokens whose ids are told.

    Raises:
        HeaderError: malformed, truncated, or not a regular file.
        OSError: the file cannot be read.
    """
    # O_NONBLOCK: opening a FIFO must not wait for a writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise HeaderError("it is not a regular file")
        if status.st_size < 24:
            raise HeaderError("it is not a GGUF file")
        # A mapping of the header only: the pages are read as they are needed, and it stays under the memory limit.
        with mmap.mmap(descriptor, min(status.st_size, MAX_HEADER), access=mmap.ACCESS_READ) as data:
            return read_header(data, status.st_size, wanted)
    finally:
        os.close(descriptor)
