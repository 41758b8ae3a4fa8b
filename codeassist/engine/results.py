"""Remembers finished and unfinished outputs, so that the same request twice costs no evaluation."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field

import msgspec

from codeassist.engine.api import Chunk, Request

_ENTRIES = 256


@dataclass
class Output:
    """What a request has produced so far. `finish` is empty while there may be more."""

    chunks: list[Chunk] = field(default_factory=list)
    finish: str = ""

    @property
    def text(self) -> str:
        """All text so far."""
        return "".join(chunk.text for chunk in self.chunks)


def key_of(request: Request) -> str | None:
    """What two requests must share to have the same output, or None where sampling makes it differ."""
    if request.temperature > 0:
        return None
    parts = (
        *(request.prompt, request.turns, request.scored, request.watched),
        *(request.max_tokens, request.begin, request.stop, request.alternatives),
    )
    return hashlib.blake2b(msgspec.msgpack.encode(parts), digest_size=16).hexdigest()


class ResultCache:
    """The most recent outputs, at most 256, in memory only. Used by one thread at a time."""

    def __init__(self) -> None:
        self._outputs: OrderedDict[str, Output] = OrderedDict()

    def get(self, request: Request) -> Output | None:
        """The output known for this very request, or None."""
        key = key_of(request)
        if key is None or key not in self._outputs:
            return None
        self._outputs.move_to_end(key)
        return self._outputs[key]

    def put(self, request: Request, output: Output) -> None:
        """Keep an output; an unfinished one never replaces one with more text."""
        key = key_of(request)
        if key is None or not output.chunks:
            return
        known = self._outputs.get(key)
        if known is not None and not output.finish and len(known.chunks) >= len(output.chunks):
            return
        self._outputs[key] = output
        self._outputs.move_to_end(key)
        while len(self._outputs) > _ENTRIES:
            self._outputs.popitem(last=False)
