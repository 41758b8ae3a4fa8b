"""The tables of tables.toml."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from codeassist import toml


class Tables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Texts are words, between blanks.

    Attributes:
        holders, asides, some_holders: for statements.py.
        prose: for mentions.py.
        signature_stems, signature_words: for signature.py.
        imports, import_holders, before_imports: for imports.py; hints: for importing.py.
    """

    holders: str
    asides: str
    prose: str
    signature_stems: str
    signature_words: str
    before_imports: str
    import_holders: str
    some_holders: dict[str, tuple[str, ...]]
    imports: dict[str, str]
    hints: dict[str, str]


@cache
def tables() -> Tables:
    """What tables.toml holds.

    Raises:
        ConfigError: a field is missing, unknown or of the wrong type.
    """
    return toml.load_data(Path(__file__).with_suffix(".toml"), Tables, "edit/tables.toml")


@cache
def words(text: str) -> frozenset[str]:
    """The words of a table's text."""
    return frozenset(text.split())
