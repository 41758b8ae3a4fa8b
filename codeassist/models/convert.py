"""Makes a copy of an installed model that ctransformers can run; it is a model of its own."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from filelock import FileLock
from msgspec.structs import replace

from codeassist import __version__
from codeassist.errors import UsageError
from codeassist.models import dialect
from codeassist.models.catalog import valid_id
from codeassist.models.files import Progress, no_progress, storage_errors
from codeassist.models.layout import opened
from codeassist.models.manifest import Manifest
from codeassist.models.partial import FreeBytes, free_bytes
from codeassist.models.rewriting import Rewriting, derive, rewrite
from codeassist.models.store import Store, check, verify

BACKEND = "ctransformers"
VERSION = 2


def convert(
    manifest: Manifest,
    store: Store,
    progress: Progress = no_progress,
    *,
    model: str = "",
    reserved: Collection[str] = (),
    free: FreeBytes = free_bytes,
) -> Manifest:
    """Install a copy of a model for ctransformers under the id `model`, or its own with `-ctransformers` behind it.

    The copy appears when it is complete. One that is there already, of the same file, is returned.

    Raises:
        UsageError: ctransformers cannot run that model, or the id is taken.
        ModelFileError: the model's file was altered.
        MissingError: no space, or a directory that cannot be written.
    """
    if manifest.embedding or manifest.backend:
        why = "it embeds" if manifest.embedding else f"it was made for {manifest.backend}"
        raise UsageError(f"model {manifest.id} cannot be converted: {why}", "choose a model that writes")
    model = model or f"{manifest.id[: 63 - len(BACKEND)]}-{BACKEND}"
    origin = f"{manifest.id}, sha256 {manifest.sha256}, converted by codeassist {__version__}"
    store.prepare()
    with storage_errors(store.files), FileLock(store.files / f".{model}.lock"):
        if (there := _there(store, model, origin, reserved)) is not None:
            return there
        manifest = verify(manifest, store, progress)
        path = store.files / f"{model}.{BACKEND}.gguf"
        made = derive(manifest, model, path, origin, lambda partial: _write(manifest, partial, progress, free))
        made = replace(made, backend=BACKEND)
        store.put(made)
        return made


def _there(store: Store, model: str, origin: str, reserved: Collection[str]) -> Manifest | None:
    """The copy, if it has been made.

    Raises:
        UsageError: the id is another model's, or cannot be one.
        ModelFileError: the copy was altered.
    """
    if model in reserved or not valid_id(model):
        raise UsageError(f"{model[:80]!r} cannot be the copy's name", "choose another with --name")
    there = store.get(model)
    if there is None:
        return None
    if (there.backend, there.source) != (BACKEND, origin):
        raise UsageError(
            f"a model is called {model} already", f"choose another name, or: codeassist model remove {model}"
        )
    check(there)
    return there


def _write(manifest: Manifest, path: Path, progress: Progress, free: FreeBytes) -> str:
    """Write the copy; the sha256 of it."""
    with opened(Path(manifest.path)) as source:
        if why := dialect.refusal(source):
            raise UsageError(
                f"model {manifest.id} cannot be converted: {why}",
                f"it runs as it is: codeassist model use {manifest.id}",
            )
        keys, targets = tuple(dialect.keys(source, manifest.sha256)), tuple(dialect.targets(source))
        return rewrite(source, Rewriting(VERSION, keys, targets), path, progress, "convert", free)
