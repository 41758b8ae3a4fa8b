"""Python: names of a new text that are defined nowhere; an import mends those of the standard library."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from codeassist import toml
from codeassist.edit.tables import words
from codeassist.errors import MissingError
from codeassist.review.checks.ruff import selection
from codeassist.review.lint import Text, lint

_RULE = "F821"
_SECONDS = 5.0
_LONGEST = 400_000  # characters of a file
_MOST = 12  # names that are mended
_NAME = re.compile(r"`([^`]+)`")


class _Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What pythonnames.toml holds."""

    modules: str
    names: dict[str, str]


class Mended(NamedTuple):
    """Imports that the new text needs, and why they do not mend it ("" if they do)."""

    imports: tuple[str, ...]
    reason: str


@cache
def _table() -> _Names:
    return toml.load_data(Path(__file__).with_name("pythonnames.toml"), _Names, "edit/pythonnames.toml")


@cache
def _sources() -> dict[str, str]:
    return {name: module for module, names in _table().names.items() for name in words(names)}


def mended(path: str, old: str, new: str) -> Mended:
    """Which imports define the names that are undefined in the new text and were not in the old one.

    Where ruff cannot say, nothing is undefined. It reads Python more strictly than the grammar does.
    """
    names = undefined(path, old, new)
    if names is None:
        return Mended((), "adds a syntax error")
    taken: dict[str, list[str]] = {}
    left = names[_MOST:]
    for name in names[:_MOST]:
        module, whole = _source(name, new)
        if module:
            taken.setdefault(module, []).extend([] if whole else [name])
        else:
            left = [name, *left]
    statements = (
        f"from {module} import {', '.join(some)}" if some else f"import {module}" for module, some in taken.items()
    )
    return Mended(tuple(statements), f"uses {left[0]}, which is defined nowhere" if left else "")


def undefined(path: str, old: str, new: str) -> list[str] | None:
    """Names that ruff finds undefined in the new text and not in the old one, in the order of the text.

    None if ruff cannot parse the new one, and can the old one.
    """
    if max(len(old), len(new)) > _LONGEST:
        return []
    base = posixpath.basename(path)
    name = base if base == "__init__.py" else "module.pyi" if base.endswith(".pyi") else "module.py"
    try:
        texts = [Text(name, old), Text(name, new)]
        before, after = lint(texts, [_RULE], selection().builtins, _SECONDS, noqa=False)
    except MissingError:
        return []
    if before is None or any(each.broken for each in before):
        return []
    if after is None or any(each.broken for each in after):
        return None
    known = set(_named(each.message for each in before))
    return [each for each in _named(each.message for each in after if each.code == _RULE) if each not in known]


def _named(messages: Iterable[str]) -> list[str]:
    found = (_NAME.search(each) for each in messages)
    return list(dict.fromkeys(each[1] for each in found if each))


def _source(name: str, text: str) -> tuple[str, bool]:
    """The module of the standard library that a text means by a name, or takes it from; ("", False) if in doubt."""
    if not re.fullmatch(r"[A-Za-z_]\w{0,60}", name):
        return "", False
    attributes = set(re.findall(rf"(?<![\w.]){name}\s*\.\s*(\w+)", text))
    own = words(_table().names.get(name, ""))
    if attributes and name in words(_table().modules) and (name not in own or attributes & own):
        return name, True
    return _sources().get(name, ""), False
