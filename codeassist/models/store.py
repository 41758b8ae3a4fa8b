"""The models directory: a record `<id>.json` for each installed model, and the files we downloaded in `files/`."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec.structs import replace

from codeassist.errors import MissingError, ModelFileError, UnknownModelError, UsageError
from codeassist.models.catalog import Catalog, valid_id
from codeassist.models.files import Progress, hash_file, storage_errors, write_atomically
from codeassist.models.manifest import Manifest, Projector


@dataclass(frozen=True)
class Installed:
    """The readable records in the order of their ids, and one line for each that is not readable."""

    manifests: tuple[Manifest, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Store:
    """The models of one user. The directory need not exist."""

    directory: Path

    @property
    def files(self) -> Path:
        """Where downloaded files are; a file elsewhere is the user's own and is never deleted."""
        return self.directory / "files"

    def prepare(self) -> None:
        """Create the directories.

        Raises:
            MissingError: they cannot be created.
        """
        with storage_errors(self.directory):
            self.files.mkdir(parents=True, exist_ok=True)

    def record(self, model: str) -> Path:
        """Where the record of that id is.

        Raises:
            UsageError: the id could lead out of the directory.
        """
        if not valid_id(model):
            raise UsageError(f"{model[:80]!r} cannot be a model's name", "use a-z, 0-9, dots, hyphens and underscores")
        return self.directory / f"{model}.json"

    def get(self, model: str) -> Manifest | None:
        """The record of that id, or None.

        Raises:
            UsageError: it cannot be an id.
            ModelFileError: the record cannot be read.
        """
        try:
            manifest = msgspec.json.decode(self.record(model).read_bytes(), type=Manifest)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            raise ModelFileError(
                f"the record of model {model} is damaged",
                f"codeassist model remove {model}, then codeassist model pull {model}",
            ) from error
        if manifest.id != model:
            raise ModelFileError(f"the record of model {model} is another's", f"codeassist model remove {model}")
        return manifest

    def installed(self) -> Installed:
        """Every record; damaged ones become warnings."""
        manifests: list[Manifest] = []
        warnings: list[str] = []
        for name in sorted(file.stem for file in self.directory.glob("*.json") if valid_id(file.stem)):
            found = self._readable(name)
            if isinstance(found, Manifest):
                manifests.append(found)
            elif found:
                warnings.append(found)
        return Installed(tuple(manifests), tuple(warnings))

    def _readable(self, model: str) -> Manifest | str | None:
        """The record, or why it cannot be read."""
        try:
            return self.get(model)
        except ModelFileError as error:
            return f"{error.message} ({error.hint})"

    def put(self, manifest: Manifest) -> None:
        """Write a record.

        Raises:
            MissingError: the directory cannot be written.
        """
        target = self.record(manifest.id)
        self.prepare()
        with storage_errors(self.directory):
            write_atomically(target, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")

    def remove(self, model: str) -> Path | None:
        """Forget a model. Its file is deleted (and returned) only if we downloaded it and no other record names it;
        the same with its projector's.

        Raises:
            UsageError: it cannot be an id.
            UnknownModelError: there is no such record.
        """
        record = self.record(model)
        if not record.exists():
            raise UnknownModelError(f"model {model} is not installed", "codeassist model list shows those that are")
        try:
            manifest = self.get(model)
        except ModelFileError:
            manifest = None  # damaged: only the record can go; a later pull takes the file up again
        with storage_errors(self.directory):
            record.unlink()
            if manifest is None:
                return None
            deleted = [path for path in map(Path, _files(manifest)) if self._ours(path)]
            for path in deleted:
                path.unlink(missing_ok=True)
        return deleted[0] if deleted else None

    def _ours(self, path: Path) -> bool:
        """A file of `files/` itself; the record is not believed when it says `files/../../x` or leads over a link."""
        inside = os.path.realpath(path.parent) == os.path.realpath(self.files) and path.name not in ("", ".", "..")
        return inside and all(str(path) not in _files(other) for other in self.installed().manifests)

    def resolve(self, name: str, catalog: Catalog) -> Manifest:
        """The installed model of that name.

        Raises:
            MissingError: it is in the catalogue, but not installed.
            UnknownModelError: nobody knows it; the hint has the closest name.
            ModelFileError: its record is damaged.
        """
        manifest = self.get(name) if valid_id(name) else None
        if manifest:
            return manifest
        if catalog.get(name):
            raise MissingError(f"model {name} is not installed", f"codeassist model pull {name}")
        known = [*catalog.ids, *(manifest.id for manifest in self.installed().manifests)]
        close = difflib.get_close_matches(name.lower(), known, n=1)
        hint = f"did you mean {close[0]}?" if close else "codeassist model list shows those that exist"
        raise UnknownModelError(f"no model is called {name[:80]!r}", hint)


def check(manifest: Manifest) -> None:
    """Whether the file is still the one that was hashed, by size and time: cheap, for each start of an engine.

    Raises:
        ModelFileError: it is gone or has changed.
    """
    for what, file in _parts(manifest):
        try:
            status = Path(file.path).stat()
        except OSError as error:
            raise ModelFileError(
                f"{what} cannot be read: {file.path}: {error.strerror}",
                f"codeassist model remove {manifest.id}, then pull or add it again",
            ) from error
        if (status.st_size, status.st_mtime_ns) != (file.bytes, file.mtime_ns):
            raise ModelFileError(f"{what} has changed since it was verified", f"codeassist model verify {manifest.id}")


def verify(manifest: Manifest, store: Store, progress: Progress) -> Manifest:
    """Hash the whole file again, and the projector's; one that was only touched gets a fresh record, which is returned.

    Raises:
        ModelFileError: the file is gone, or its bytes are not those that were installed.
    """
    fresh = manifest
    for what, file in _parts(manifest):
        times = _hashed(manifest.id, what, file, progress)
        if isinstance(file, Manifest):
            fresh = replace(fresh, **times)
        else:
            fresh = replace(fresh, projector=replace(file, **times))
    if fresh != manifest:
        store.put(fresh)
    return fresh


def _hashed(model: str, what: str, file: Manifest | Projector, progress: Progress) -> dict[str, int]:
    """Hash one file; its size and time."""
    path = Path(file.path)
    try:
        before = path.stat()
        digest = hash_file(path, progress, "verify").hexdigest()
    except OSError as error:
        raise ModelFileError(
            f"{what} cannot be read: {path}: {error.strerror}",
            f"codeassist model remove {model}, then pull or add it again",
        ) from error
    if digest != file.sha256:
        raise ModelFileError(
            f"{what} was altered: sha256 {digest[:16]}… instead of {file.sha256[:16]}…",
            f"codeassist model remove {model}, then pull or add it again",
        )
    return {"bytes": before.st_size, "mtime_ns": before.st_mtime_ns}


def _parts(manifest: Manifest) -> list[tuple[str, Manifest | Projector]]:
    """The files of a model, each with what it is called."""
    parts: list[tuple[str, Manifest | Projector]] = [(f"the file of model {manifest.id}", manifest)]
    return parts + ([(f"the projector of model {manifest.id}", manifest.projector)] if manifest.projector else [])


def _files(manifest: Manifest) -> list[str]:
    return [file.path for _, file in _parts(manifest)]
