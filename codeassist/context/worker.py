"""A process that parses what it is sent, until its standard input ends. It opens no file of the repository."""

from __future__ import annotations

import contextlib
import os
import resource
import sys

import msgspec

from codeassist.context.parsed import parse
from codeassist.context.parsers import receive, send

_NICE = 5  # an editor and the engine come first
_MEMORY_BYTES = 2 << 30  # some grammars take gigabytes for a hostile file; then this process ends, and it is plain text


def main() -> None:
    """Answer batches of (language, content)."""
    with contextlib.suppress(OSError, ValueError):
        os.nice(_NICE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # whatever a library prints is no answer
        decoder = msgspec.msgpack.Decoder(list[tuple[str, bytes]])
        with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
            while (request := receive(sys.stdin.buffer)) is not None:
                send(answers, msgspec.msgpack.encode([parse(*each) for each in decoder.decode(request)]))


if __name__ == "__main__":
    main()
