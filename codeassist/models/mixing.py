"""Other layouts of a model's weights: the types of its tensors changed for speed, by what they do in the model."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

from filelock import FileLock

from codeassist import __version__
from codeassist.errors import UsageError
from codeassist.models.files import Progress, storage_errors
from codeassist.models.layout import Source, opened
from codeassist.models.manifest import Manifest
from codeassist.models.rewriting import ALIGNMENT, Key, Rewriting, Target, derive, rewrite
from codeassist.models.store import Store, verify
from codeassist.models.tensors import TensorInfo

Q4_0, Q8_0 = 2, 8  # tensor types: ggml.h
_BLOCK = 32  # elements
_U32 = 4
_FILE_TYPE, _ALIGNMENT = "general.file_type", "general.alignment"
_MIXED = 1024  # LLAMA_FTYPE_GUESSED: several types (llama.h)

# A layout's rules: (tensors whose names match, the type they get); the first that matches holds. Embeddings are looked
# up, not multiplied: their type costs no time, so they stay as they are.
LAYOUTS: Mapping[str, tuple[tuple[str, int], ...]] = {
    "mixed": ((r"\.ffn_(gate|up)\.weight$", Q4_0), (r"^(blk\..*|output)\.weight$", Q8_0)),
    "q8_0": ((r"\.weight$", Q8_0),),
    "q4_0": ((r"\.weight$", Q4_0),),
}


def mix(manifest: Manifest, layout: str, store: Store, progress: Progress) -> Manifest:
    """The manifest of a new file of that layout, in the models directory; it is not installed yet (`Store.put`).

    Raises:
        UsageError: no layout has that name, it would change nothing, or is installed: its file is not written over.
        ModelFileError: the model's file was altered.
        MissingError: no space, or a directory that cannot be written.
    """
    if layout not in LAYOUTS:
        raise UsageError(f"no layout is called {layout[:40]!r}", f"there are {', '.join(LAYOUTS)}")
    model = f"{manifest.id[: 63 - len(layout)]}-{layout.replace('_', '')}"
    store.prepare()
    with storage_errors(store.files), FileLock(store.files / f".{model}.lock"):
        if store.record(model).exists():
            raise UsageError(
                f"model {model} is installed already", f"codeassist model remove {model} makes room for it"
            )
        manifest = verify(manifest, store, progress)
        origin = f"{manifest.id}, sha256 {manifest.sha256}, as {layout} by codeassist {__version__}"
        path = store.files / f"{model}.gguf"
        return derive(manifest, model, path, origin, lambda partial: _write(manifest, layout, partial, progress))


def _write(manifest: Manifest, layout: str, path: Path, progress: Progress) -> str:
    """Write the layout; the sha256 of it."""
    with opened(Path(manifest.path)) as source:
        targets = tuple(_targets(source, layout))
        if all(each.kind == each.made_of.kind for each in targets):
            raise UsageError(f"model {manifest.id} has that layout already", "nothing would change")
        return rewrite(source, Rewriting(source.version, tuple(_keys(source)), targets), path, progress, "requantise")


def _targets(source: Source, layout: str) -> Iterator[Target]:
    for tensor in source.tensors:
        yield Target(tensor.name, _kind(tensor, layout), tensor)


def _kind(tensor: TensorInfo, layout: str) -> int:
    """Its new type. What is not a matrix of whole blocks stays; so do the vectors of norms and experts' routers."""
    if len(tensor.shape) < 2 or tensor.shape[0] % _BLOCK or "ffn_gate_inp" in tensor.name:
        return tensor.kind
    return next((kind for rule, kind in LAYOUTS[layout] if re.search(rule, tensor.name)), tensor.kind)


def _keys(source: Source) -> Iterator[Key]:
    for name, place in source.places.items():
        if name == _FILE_TYPE:
            yield Key(name, _U32, struct.pack("<I", _MIXED))
        elif name == _ALIGNMENT:
            yield Key(name, _U32, struct.pack("<I", ALIGNMENT))
        else:
            yield Key(name, place.kind, source.raw(name))
