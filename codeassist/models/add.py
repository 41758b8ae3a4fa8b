"""Installs a GGUF file of the user's own: where it is, without a copy."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from codeassist.errors import ModelFileError, UsageError
from codeassist.models.catalog import Entry, valid_id
from codeassist.models.files import Progress, hash_file, no_progress
from codeassist.models.gguf import GgufFacts
from codeassist.models.inspection import inspect_gguf, inspect_projector
from codeassist.models.manifest import Manifest, Projector
from codeassist.models.store import Store


def add(
    path: Path,
    store: Store,
    progress: Progress = no_progress,
    *,
    model: str | None = None,
    reserved: Collection[str] = (),
    projector: Path | None = None,
) -> Manifest:
    """Record the file at `path` under the id `model`, or one made of its name. The file stays the user's.

    `projector` is the vision part, a file of its own. `reserved` holds the ids of the catalogue: a file must not pass
    for one of them.

    Raises:
        UsageError: no such file, or the id is taken or cannot be one.
        ModelFileError: it is not a GGUF that can be loaded, or it changed while it was read.
        MissingError: the models directory cannot be written.
    """
    path = _file(path)
    model = model or id_of(path)
    taken = store.get(model)
    if model in reserved or (taken and taken.path != str(path)):
        raise UsageError(
            f"a model is called {model} already", f"choose another name, or: codeassist model remove {model}"
        )
    facts = inspect_gguf(path)
    eyes = None
    if projector is not None:
        projector = _file(projector)
        kind = inspect_projector(projector).kind
        with _unchanged(projector):
            eyes = projector_of(projector, kind, hash_file(projector, progress, "check").hexdigest())
    with _unchanged(path):
        sha256 = hash_file(path, progress, "check").hexdigest()
        manifest = manifest_of(model, path, facts, sha256, str(path), projector=eyes)
    store.put(manifest)
    return manifest


def _file(path: Path) -> Path:
    path = path.expanduser().resolve()
    if not path.is_file():
        raise UsageError(f"{path} is not a file", "give the path of a GGUF file")
    return path


@contextlib.contextmanager
def _unchanged(path: Path) -> Iterator[None]:
    """A file must be after the block as it was before, and can be read in it.

    Raises:
        ModelFileError: it is not, or cannot.
    """
    try:
        before = path.stat()
        yield
        after = path.stat()
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {error.strerror}", "check its permissions") from error
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise ModelFileError(f"{path} changed while it was read", "wait until it is complete, then add it again")


def id_of(path: Path) -> str:
    """An id made of a file's name: lower case, hyphens for what an id cannot hold.

    Raises:
        UsageError: nothing of the name can be used.
    """
    name = re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower()).strip("-._")[:64]
    if not valid_id(name):
        raise UsageError(f"no model name can be made of {path.name!r}", "give one")
    return name


def projector_of(path: Path, kind: str, sha256: str) -> Projector:
    """A record of the file as it is now.

    Raises:
        OSError: the file cannot be read.
    """
    status = path.stat()
    return Projector(
        path=str(path.absolute()), bytes=status.st_size, mtime_ns=status.st_mtime_ns, sha256=sha256, kind=kind
    )


def manifest_of(
    model: str,
    path: Path,
    facts: GgufFacts,
    sha256: str,
    source: str,
    entry: Entry | None = None,
    projector: Projector | None = None,
) -> Manifest:
    """A record of the file as it is now; what the catalogue knows of licence and family comes first and last.

    Raises:
        OSError: the file cannot be read.
    """
    status = path.stat()
    return Manifest(
        id=model,
        path=str(path.absolute()),
        bytes=status.st_size,
        mtime_ns=status.st_mtime_ns,
        sha256=sha256,
        architecture=facts.architecture,
        family=facts.family or (entry.family if entry else ""),
        context_tokens=facts.context_tokens,
        licence=entry.licence if entry else facts.licence,
        source=source,
        bos=facts.bos,
        fim=facts.fim,
        chat_template=facts.chat_template,
        embedding=facts.embedding,
        instruct=facts.instruct,
        projector=projector,
    )
