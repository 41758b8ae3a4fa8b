"""Reading TOML: the standard library's reader, or its backport on Python 3.10; and data files of our own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from codeassist.errors import ConfigError

if sys.version_info >= (3, 11):
    from tomllib import TOMLDecodeError, loads
else:
    from tomli import TOMLDecodeError, loads

__all__ = ["TOMLDecodeError", "load_data", "loads"]
_T = TypeVar("_T")


def load_data(file: Path, schema: type[_T], name: str = "") -> _T:
    """A data file that ships with codeassist. `name`: what it is called in an error, its own if not given.

    Raises:
        ConfigError: it cannot be read; a field is missing, unknown or of the wrong type.
    """
    try:
        document: dict[str, Any] = loads(file.read_text(encoding="utf-8"))
        return msgspec.convert(document, schema)
    except (OSError, UnicodeDecodeError, TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"{name or file.name}: {error}", "reinstall codeassist") from error
