"""Families of models: how a file's is told, and which formats it has. The data is families.toml."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from codeassist import toml


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What tells a family; families.toml says what each field means."""

    id: str
    fim: str
    chat: str
    tokens: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()
    tokenizer: str = ""
    experts: bool = False
    template: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What a file says that bears on its family; all of it untrusted."""

    architecture: str
    tokenizer: str
    tokens: Collection[str]  # those that any family asks for
    template: str
    names: tuple[str, ...]
    experts: int


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    family: tuple[Family, ...]


def families() -> tuple[Family, ...]:
    """Every family, in the order they are tried.

    Raises:
        ConfigError: the data breaks the schema.
    """
    return toml.load_data(Path(__file__).with_name("families.toml"), _Document).family


def family_named(name: str) -> Family | None:
    """The family with that id."""
    return next((family for family in families() if family.id == name), None)


def recognise(evidence: Evidence, known: Sequence[Family]) -> Family | None:
    """The first family that fits."""
    return next((family for family in known if _fits(family, evidence)), None)


def _fits(family: Family, evidence: Evidence) -> bool:
    stated = (
        not family.architectures or evidence.architecture in family.architectures,
        family.tokenizer in ("", evidence.tokenizer),
        all(token in evidence.tokens for token in family.tokens),
        not family.experts or evidence.experts > 0,
    )
    return all(stated) and _hinted(family, evidence)


def _hinted(family: Family, evidence: Evidence) -> bool:
    if not (family.template or family.names):
        return True
    names = [re.sub(r"[\s_]+", "-", name.lower()) for name in evidence.names]
    in_template = bool(family.template) and family.template in evidence.template
    return in_template or any(hint in name for hint in family.names for name in names)
