"""Which files ctransformers may open: its parser of GGUF writes and reads outside of its memory on crafted ones."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from codeassist.engine.vocabulary import Vocabulary, read_vocabulary
from codeassist.errors import EngineError, ModelFileError
from codeassist.models.catalog import load_catalog
from codeassist.models.convert import BACKEND, VERSION
from codeassist.models.files import hash_file, no_progress
from codeassist.models.layout import opened
from codeassist.models.manifest import Manifest


class Facts(NamedTuple):
    """What of a file is needed besides its weights; `row_bytes`: the keys and values of one token in all layers."""

    vocabulary: Vocabulary
    row_bytes: int


def checked(manifest: Manifest) -> Facts:
    """Look into a file that ctransformers may open: one that `model convert` wrote, or the catalogue pins.

    Its bytes are hashed again each time.

    Raises:
        EngineError: it is another file.
        ModelFileError: its bytes are not those that were installed, or it cannot be read.
    """
    pinned = {entry.sha256 for entry in load_catalog().entries if entry.sha256}
    if manifest.backend != BACKEND and manifest.sha256 not in pinned:
        raise EngineError(f"model {manifest.id} was not made for {BACKEND}", _hint(manifest))
    path = Path(manifest.path)
    try:
        if hash_file(path, no_progress, "check").hexdigest() != manifest.sha256:
            raise ModelFileError(
                f"the file of model {manifest.id} was altered", f"codeassist model verify {manifest.id}"
            )
        with opened(path) as source:
            made = "codeassist.converted_from" in source.values
            if source.version > VERSION or (manifest.backend == BACKEND and not made):
                raise EngineError(f"model {manifest.id} was not made for {BACKEND}", _hint(manifest))
            width, heads, groups, layers = (
                source.values.get(f"llama.{name}")
                for name in ("embedding_length", "attention.head_count", "attention.head_count_kv", "block_count")
            )
            row = 2 * 2 * int(layers or 0) * (int(width or 0) // int(heads or 1)) * int(groups or heads or 0)
            return Facts(read_vocabulary(source), row)
    except OSError as error:
        raise ModelFileError(
            f"the file of model {manifest.id} cannot be read: {error.strerror}",
            f"codeassist model remove {manifest.id}, then convert it again",
        ) from error


def _hint(manifest: Manifest) -> str:
    return f'codeassist model convert {manifest.id} --engine {BACKEND}, or set engine.backend = "auto"'
