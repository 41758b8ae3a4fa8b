"""Imports that are written as one path, whose last part is the name: `use a::{b, c::d}` as modules with names."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORDS = re.compile(r"^(?:use|import|static|function|const)\s+|;$")
_ALIAS = re.compile(r"\s+as\s+\w+")
_SEPARATOR = re.compile(r"::|\\|\.")
_PIECE = re.compile(r"[{},]|[^{},]+")
_MOST_PATHS, _DEEPEST, _LONGEST = 500, 20, 300


def use_paths(text: str) -> dict[str, list[str]]:
    """The modules of a Rust, PHP or Java import, each with the names that are taken from it; none: the whole of it.

    `a::b` takes b from a; `self` in a group is the module around it, `*` everything of it.
    """
    text = _WORDS.sub("", _WORDS.sub("", text.strip()))
    separator = next(iter(_SEPARATOR.findall(text)), "")
    found: dict[str, list[str]] = {}
    for path in _paths(text):
        module, _, name = path.rpartition(separator) if separator else ("", "", path)
        if not module:
            found.setdefault(name, [])
        elif name in ("*", "self") and module not in ("self", "super", "crate"):
            found.setdefault(module, [])
        else:
            found.setdefault(module, []).extend([] if name in ("*", "") else [name])
    return found


def _paths(text: str) -> Iterator[str]:
    """Every path of a tree of groups in braces, without aliases."""
    around, piece, count = [""], "", 0
    for match in _PIECE.finditer(f"{text},"):
        part = match.group()
        if part == "{":
            around.append((around[-1] + piece)[:_LONGEST])
            piece = ""
        elif part in "},":
            if piece:
                yield (around[-1] + piece)[:_LONGEST]
                count += 1
            piece = ""
            if part == "}" and len(around) > 1:
                around.pop()
        else:
            piece = _ALIAS.sub("", part).strip()
        if count >= _MOST_PATHS or len(around) > _DEEPEST:
            return
