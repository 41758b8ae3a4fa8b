"""Turns texts and questions into vectors of unit length, with what a model wants to stand before them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

from codeassist.engine.api import Engine
from codeassist.errors import EngineError
from codeassist.models.manifest import Manifest
from codeassist.templates import EmbedTemplate, embed_templates

BATCH_TEXTS = 16  # in one request: about a second on two cores, so that a cancel between requests is soon


class Embedder:
    """An embedding model and the engine that runs it, which starts when it is first asked. Close it.

    Attributes:
        id: names what the vectors depend on: the model, its bytes, and what is put before a text.
    """

    def __init__(self, engine: Engine, manifest: Manifest) -> None:
        self._engine = engine
        self._before = _template(manifest.id)
        document = hashlib.sha256(self._before.document.encode()).hexdigest()[:8]
        self.id = f"{manifest.id} {manifest.sha256[:16]} {document}"

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """A vector of each text that is to be found; an empty text has none but zeros.

        Raises:
            EngineError: the engine failed, or does not give a vector of numbers for each text.
        """
        return self._vectors([self._before.document + text for text in texts])

    def query(self, text: str) -> list[float]:
        """The vector of a question: near those of the texts that answer it."""
        return self._vectors([self._before.query + text])[0]

    def close(self) -> None:
        """Let go of the engine; a shared one stays until it has been idle for long."""
        self._engine.close()

    def _vectors(self, texts: Sequence[str]) -> list[list[float]]:
        made: list[list[float]] = []
        for start in range(0, len(texts), BATCH_TEXTS):
            batch = [text or " " for text in texts[start : start + BATCH_TEXTS]]
            vectors = self._engine.embed(batch).vectors
            if len(vectors) != len(batch) or len({len(vector) for vector in (*made[:1], *vectors)}) > 1:
                raise EngineError("the embedding model gave other vectors than asked for", "use another model")
            made += [_unit(vector) for vector in vectors]
        return made


def _unit(vector: Sequence[float]) -> list[float]:
    length = math.hypot(*vector)
    if not math.isfinite(length):
        raise EngineError("the embedding model gave what is no number", "use another model")
    return [value / (length or 1.0) for value in vector]


def _template(model: str) -> EmbedTemplate:
    """The prefixes for a model, told by its id; none for most."""
    for template in embed_templates():
        if any(name in model for name in template.models):
            return template
    return EmbedTemplate(family="", models=(), query="", document="", source="")
