"""A process that parses what it is sent, until its standard input ends. It opens no file of the repository."""

from __future__ import annotations

import contextlib
import os
import sys

import msgspec

from codeassist.context.parsed import parse
from codeassist.context.parsers import receive, send

_NICE = 5  # an editor and the engine come first


def main() -> None:
    """Answer batches of (language, content)."""
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # whatever a library prints is no answer
        decoder = msgspec.msgpack.Decoder(list[tuple[str, bytes]])
        with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
            while (request := receive(sys.stdin.buffer)) is not None:
                send(answers, msgspec.msgpack.encode([parse(*each) for each in decoder.decode(request)]))


if __name__ == "__main__":
    main()
