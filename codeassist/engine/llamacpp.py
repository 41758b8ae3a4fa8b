"""The backend of llama.cpp compiled for this machine (`pip install 'codeassist[native]'`), in the engine process only.

llama-cpp-python brings the library and nothing else that is used here: capi.py calls its C functions, stepping.py
generates. A wheel for any machine has no instructions that only some processors have (AVX-512, AMX); a build on the
machine itself has.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from codeassist.config import EngineSettings
from codeassist.engine.api import Emit, Message, ModelInfo, Request, Vectors
from codeassist.engine.armed import Unarmed
from codeassist.engine.capimodel import CapiModel
from codeassist.engine.drafting import Drafter
from codeassist.engine.jinja import own_format
from codeassist.engine.stepping import generate
from codeassist.engine.turns import Turns
from codeassist.errors import UnsupportedError
from codeassist.machine import processors
from codeassist.models.manifest import Manifest

_SEQUENCES = 4  # whose KV stays in the cache; the longest common prefix picks one


class LlamaCppEngine:
    """A loaded model. Thread-safe for tokenize and render_chat; one generate at a time is the scheduler's affair."""

    def __init__(
        self, manifest: Manifest, settings: EngineSettings, library: Any, draft: Manifest | None = None
    ) -> None:
        """Load the model, and the one that drafts for it.

        Raises:
            UnsupportedError: this build of the library is not one that is known here, or the drafting model has
                another vocabulary.
            EngineError: a model cannot be loaded.
        """
        self._manifest = manifest
        self._context = min(settings.context_tokens, manifest.context_tokens or settings.context_tokens)
        threads = settings.threads or processors()

        def loaded(each: Manifest, sequences: int) -> CapiModel:
            path = Path(each.path)
            return CapiModel(library, path, self._context, settings.batch_tokens, threads, sequences)

        self._model = loaded(manifest, _SEQUENCES)
        self._text = Unarmed(manifest, self._model.tokens)
        self._draft = loaded(draft, _SEQUENCES) if draft else None
        self._drafter = self._checked(draft, settings.draft_tokens) if draft else None

    def _checked(self, draft: Manifest, most: int) -> Drafter | None:
        if self._draft is None:
            return None
        own, other = self._model.pieces.bytes, self._draft.pieces.bytes
        shared = min(len(own), len(other))  # the larger models of a family pad their vocabulary
        if own[:shared] != other[:shared]:
            raise UnsupportedError(
                f"{draft.id} cannot draft for {self._manifest.id}: its vocabulary differs", "set engine.draft to ''"
            )
        return Drafter(self._draft, most, len(own))

    @cached_property
    def _turns(self) -> Turns:
        template = self._manifest.chat_template
        own = own_format(template, *self._model.markers) if template else None
        return Turns(self._manifest, self._text, own)

    def info(self) -> ModelInfo:
        """The model that runs."""
        return ModelInfo(id=self._manifest.id, context_tokens=self._context)

    def tokenize(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Token ids of each text, specials off, nothing added."""
        return [self._text.piece(text) for text in texts]

    def render_chat(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """The conversation in the model's template; only the template's own markers become control tokens."""
        return self._turns.render(messages)

    def generate(self, request: Request, emit: Emit) -> None:
        """Generate one completion, or score; see `codeassist.engine.api.Engine`."""
        if request.turns:
            raise UnsupportedError("this backend sees no images", "set engine.backend to auto")
        model = self._model
        generate(model, model.pieces, model.ends, request, emit, self._drafter)

    def embed(self, texts: Sequence[str]) -> Vectors:  # noqa: ARG002
        """Not this model's: see encoder.py."""
        raise UnsupportedError("this model makes no embeddings", "codeassist model list shows those that do")

    def cancel(self, session: str) -> None:
        """Nothing is queued here: the scheduler ends a generation through `emit`."""

    def close(self) -> None:
        """Free the models."""
        for each in (self._model, self._draft):
            if each is not None:
                each.close()
