"""What is left out of the index, and why: by a file's name, before it is opened, or by what it holds."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import cache
from pathlib import Path

import msgspec

from codeassist import toml
from codeassist.context.languages import Language, language_for

BINARY, LARGE, MINIFIED, GENERATED = "binary", "large", "minified", "generated"
VENDORED, SECRET, IGNORED, UNREADABLE = "vendored", "secret", "ignored", "unreadable"
MAX_BYTES = 1024 * 1024

_PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z0-9 ]+ )?PRIVATE KEY(?: BLOCK)?-----|^PuTTY-User-Key-File-", re.MULTILINE)
# Code that deals with keys writes that line, too; there, what looks like a key must follow.
_KEY_BODY = re.compile(r"[A-Za-z0-9+/]{48}")
_KEY_WITHIN = 600  # characters
_HEAD = 1200  # characters in which a generator says so
_COMMENT = re.compile(r"^[ \t]*(?:#|//|/\*|\*|<!--|--|;|%|\"\"\"|\'\'\').*", re.MULTILINE)
_MARK = re.compile(r"@generated\b|\bauto-?generated file\b", re.IGNORECASE)
_HANDS_OFF = re.compile(r"\bdo not (?:edit|modify)\b", re.IGNORECASE)
_BY_PROGRAM = re.compile(r"\bgenerated\b", re.IGNORECASE)
_MEAN_OF_CODE, _MEAN_OF_TEXT = 250, 1000  # characters a line
_SHORT_TEXT = 2000  # characters; less is never called minified


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """exclusion.toml, as it is written: names between blanks."""

    binary_endings: str
    vendored_folders: str
    minified: str
    generated: str
    secret_folders: str
    secret: str
    secret_data: str
    public: str


class _Names:
    """exclusion.toml, ready to be asked."""

    def __init__(self, table: _Table) -> None:
        self.binary_endings = frozenset(table.binary_endings.split())
        self.vendored_folders = frozenset(table.vendored_folders.split())
        self.secret_folders = frozenset(table.secret_folders.split())
        self.minified, self.generated = _any_of(table.minified), _any_of(table.generated)
        self.secret, self.secret_data = _any_of(table.secret), _any_of(table.secret_data)
        self.public = _any_of(table.public)
        self.any = _any_of(" ".join((table.minified, table.generated, table.secret, table.secret_data)))
        self.folders = self.secret_folders | self.vendored_folders


def _any_of(names: str) -> re.Pattern[str]:
    return re.compile("|".join(translate(name) for name in names.split()))


@cache
def _names() -> _Names:
    return _Names(toml.load_data(Path(__file__).with_name("exclusion.toml"), _Table, "context/exclusion.toml"))


def of_name(path: str) -> str:
    """Why a file is left out for its path (POSIX, relative) alone, "" if it is not. A secret is never opened; anything
    else a person may ask for in .codeassistignore."""
    names = _names()
    *folders, name = path.lower().split("/")
    if names.any.match(name) or not names.folders.isdisjoint(folders):
        reason = _of_listed(names, folders, name)
        if reason:
            return reason
    return BINARY if name[name.rfind(".") :] in names.binary_endings else ""


def _of_listed(names: _Names, folders: list[str], name: str) -> str:
    if not names.secret_folders.isdisjoint(folders):
        return SECRET
    data = names.secret_data.match(name) and language_for(name) is None
    if (data or names.secret.match(name)) and not names.public.match(name):
        return SECRET
    if not names.vendored_folders.isdisjoint(folders):
        return VENDORED
    if names.minified.match(name):
        return MINIFIED
    return GENERATED if names.generated.match(name) else ""


def of_text(text: str, language: Language | None) -> str:
    """Why a text is left out for what it holds, "" if it is not."""
    for found in _PRIVATE_KEY.finditer(text):
        if language is None or _KEY_BODY.search(text, found.end(), found.end() + _KEY_WITHIN):
            return SECRET
    head = "\n".join(_COMMENT.findall(text[:_HEAD]))
    if _MARK.search(head) or (_HANDS_OFF.search(head) and _BY_PROGRAM.search(head)):
        return GENERATED
    mean = len(text) / (text.count("\n") + 1)
    limit = _MEAN_OF_TEXT if language is None else _MEAN_OF_CODE
    return MINIFIED if len(text) > _SHORT_TEXT and mean > limit else ""
