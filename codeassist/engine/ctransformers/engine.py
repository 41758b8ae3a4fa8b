"""The engine that runs models through ctransformers; inside the resident process only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from codeassist.config import EngineSettings
from codeassist.engine import stepping
from codeassist.engine.api import Emit, Message, ModelInfo, Request, Vectors
from codeassist.engine.armed import Unarmed
from codeassist.engine.ctransformers.files import checked
from codeassist.engine.ctransformers.stepper import CtransformersStepper, Sizes
from codeassist.engine.jinja import own_format
from codeassist.engine.turns import Turns
from codeassist.errors import UnsupportedError
from codeassist.machine import processors
from codeassist.models.manifest import Manifest

_MOST_AT_ONCE = 512  # tokens of a batch: what its compute buffers were made for in 2023


class CtransformersEngine:
    """A loaded model. One generate at a time is the scheduler's affair; tokenize may be called meanwhile."""

    def __init__(self, manifest: Manifest, settings: EngineSettings) -> None:
        facts = checked(manifest)
        self._manifest = manifest
        self._vocabulary = facts.vocabulary
        context = min(settings.context_tokens, manifest.context_tokens or settings.context_tokens)
        sizes = Sizes(
            context_tokens=context,
            batch_tokens=min(settings.batch_tokens, context, _MOST_AT_ONCE),
            threads=settings.threads or _threads(),
            cache_bytes=settings.cache_mib << 20,
            row_bytes=facts.row_bytes,
        )
        self._stepper = CtransformersStepper(Path(manifest.path), sizes)
        words, template = self._vocabulary, manifest.chat_template
        own = own_format(template, words.begin, words.end) if template else None
        self._text = Unarmed(manifest, words.tokens)
        self._turns = Turns(manifest, self._text, own)
        self._ends = words.ends | frozenset(manifest.fim.end if manifest.fim else ())

    def info(self) -> ModelInfo:
        """The model that runs."""
        return ModelInfo(id=self._manifest.id, context_tokens=self._stepper.context_tokens)

    def tokenize(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Token ids of each text, specials off, nothing added."""
        return [self._text.piece(text) for text in texts]

    def render_chat(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """The conversation in the model's template; only the template's own markers become control tokens."""
        return self._turns.render(messages)

    def generate(self, request: Request, emit: Emit) -> None:
        """Generate one completion, or score; see `codeassist.engine.api.Engine`."""
        stepping.generate(self._stepper, self._vocabulary.pieces, self._ends, request, emit)

    def embed(self, texts: Sequence[str]) -> Vectors:  # noqa: ARG002
        """Not this model's: see encoder.py."""
        raise UnsupportedError("this model makes no embeddings", "codeassist model list shows those that do")

    def cancel(self, session: str) -> None:
        """Nothing is queued here: the scheduler ends a generation through `emit`."""

    def close(self) -> None:
        """Free the model."""
        self._stepper.close()


def _threads() -> int:
    """All processors but one: threads of this library wait for each other without ever sleeping, so where another
    program holds a processor, each of a token's hundreds of steps lasts until the scheduler's next turn."""
    return max(1, processors() - 1)
