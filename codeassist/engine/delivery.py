"""A stream that may begin anew: what was passed on before is not passed on again."""

from __future__ import annotations

import msgspec

from codeassist.engine.api import Chunk, Emit, Usage
from codeassist.errors import EngineError


class Delivered:
    """Passes chunks on; after a retry it leaves out the text that was passed on before."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._text = ""
        self._skip = ""
        self._usage = Usage()

    def restart(self) -> None:
        """A new attempt begins: it will repeat what was delivered."""
        self._skip = self._text

    def take(self, chunk: Chunk) -> bool:
        """Pass a chunk on; True if the receiver wants no more."""
        if self._skip and chunk.text:
            common = min(len(self._skip), len(chunk.text))
            if self._skip[:common] != chunk.text[:common]:
                raise EngineError("the engine died during the answer", "run the command again")
            self._skip = self._skip[common:]
            chunk = msgspec.structs.replace(chunk, text=chunk.text[common:], tokens=(), logprobs=())
        self._text += chunk.text
        if chunk.usage.prompt_tokens:
            self._usage = chunk.usage
        return self._emit(msgspec.structs.replace(chunk, usage=self._usage))
