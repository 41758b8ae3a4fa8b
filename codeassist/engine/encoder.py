"""The native engine of embedding models: llama.cpp through xllamacpp, inside the resident process only.

Facts about xllamacpp 2026.10 that this file relies on (tests hold it to them):
- `handle_embeddings` takes lists of token ids as they are, so the model's own first and last tokens are put here;
- a text must fit into one physical batch, since an encoder sees it as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from codeassist.config import EngineSettings
from codeassist.engine.api import Emit, Message, ModelInfo, Request, Vectors
from codeassist.engine.llama import Llama, parameters
from codeassist.errors import EngineError, UnsupportedError
from codeassist.models.manifest import Manifest

_SLOTS = 4  # texts that share a batch
_MOST_TOKENS = 512  # of one text: more costs time and memory, and one vector of a long text says little
_CHARACTERS = 32  # for each token at most: what is beyond is never tokenised


class _Vector(msgspec.Struct):
    embedding: list[float]


class _Usage(msgspec.Struct, frozen=True):
    total_tokens: int = 0


class _Failure(msgspec.Struct):
    message: str = "the model failed"


class _Reply(msgspec.Struct):
    data: list[_Vector] = []
    usage: _Usage = _Usage()
    error: _Failure | None = None


class NativeEncoder:
    """A loaded embedding model. Thread-safe."""

    def __init__(self, manifest: Manifest, settings: EngineSettings, socket: Path) -> None:
        self._manifest = manifest
        self._context = min(settings.context_tokens, manifest.context_tokens or _MOST_TOKENS, _MOST_TOKENS)
        chosen = parameters(manifest, settings, socket)
        chosen.embedding = True  # how tokens are pooled into one vector is the file's own
        chosen.n_ctx = self._context * _SLOTS
        chosen.n_batch = chosen.n_ubatch = self._context
        chosen.n_parallel = _SLOTS
        chosen.cache_ram_mib = 0
        self._llama = Llama(manifest, chosen, socket)
        self._first, self._last = self._ends()

    def info(self) -> ModelInfo:
        """The model that runs."""
        return ModelInfo(id=self._manifest.id, context_tokens=self._context)

    def tokenize(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Token ids of each text, specials off, nothing added."""
        return [self._llama.tokens(text) for text in texts]

    def render_chat(self, messages: Sequence[Message]) -> tuple[int, ...]:  # noqa: ARG002
        """Not this model's."""
        raise UnsupportedError("this model writes no text", "codeassist model list shows those that do")

    def generate(self, request: Request, emit: Emit) -> None:  # noqa: ARG002
        """Not this model's."""
        raise UnsupportedError("this model writes no text", "codeassist model list shows those that do")

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A vector of each text, of unit length; what the context does not hold of a text is left out."""
        room = self._context - len(self._first) - len(self._last)
        plain = self.tokenize([text[: self._context * _CHARACTERS] for text in texts])
        prompts = [(*self._first, *tokens[:room], *self._last) for tokens in plain]
        answer = self._llama.server.handle_embeddings(msgspec.json.encode({"input": prompts}).decode())
        reply = msgspec.json.decode(answer, type=_Reply)
        if reply.error is not None:
            raise EngineError(f"the model refused to embed: {reply.error.message[:300]}", "use another model")
        return Vectors([each.embedding for each in reply.data], reply.usage.total_tokens)

    def cancel(self, session: str) -> None:
        """Nothing is queued here."""

    def close(self) -> None:
        """Close the connection; the process's end frees the model."""
        self._llama.close()

    def _ends(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """What the model puts before and after a text ([CLS] and [SEP]), found by comparing a text with and without."""
        plain, whole = self._llama.tokens("a"), self._llama.tokens("a", ends=True)
        for start in range(len(whole) - len(plain) + 1):
            if whole[start : start + len(plain)] == plain:
                return whole[:start], whole[start + len(plain) :]
        return (), ()
