"""The languages that are understood beyond plain text: one row of languages.toml each."""

from __future__ import annotations

import importlib
import re
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import msgspec

from codeassist import toml
from codeassist.errors import ConfigError

if TYPE_CHECKING:
    import tree_sitter


_NARROWED = {"[\u0100-\u07ff]": "é", "[\u0800-\uffff]": "éx", "[\U00010000-\U0010ffff]": "éé"}  # as many bytes
_CHUNK = 64 * 1024  # bytes that a parser asks for at a time
_PATIENCE, _LEAST_PACE = 0.3, 100_000  # seconds of the processor, and bytes a second: a hundredth of what is usual
_MOST_OPENED = 3_000  # of one sign in what may be one statement: generics, casts, pipes
_STATEMENT = re.compile(rf"[^;{{}}]{{{_MOST_OPENED},}}")
_SIGNS = re.compile(r"(?<!\W)\W{5000,}")
_SIGN = re.compile(r"[!-/:-@\[-`{-~]")


class Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, eq=False):
    """One row of languages.toml, which says what each field means."""

    id: str
    extensions: tuple[str, ...]
    grammar: str  # the module of the grammar's wheel, imported when first parsed
    function: str = "language"  # of that module, which may hold several
    queries: tuple[str, ...] = ()
    line_comment: str
    blocks: Literal["indent", "braces", "end", "shell"]
    definitions: dict[str, str]
    bindings: dict[str, str] = {}
    values: tuple[str, ...] = ()
    bodied: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    wrappers: tuple[str, ...] = ()
    bodies: tuple[str, ...]
    name_fields: tuple[str, ...]
    comment: str
    string: str
    narrow: bool = False


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    language: tuple[Language, ...]


def load_languages(text: str) -> tuple[Language, ...]:
    """The rows of a languages.toml.

    Raises:
        ConfigError: a field is missing, unknown or of the wrong type.
    """
    try:
        return msgspec.convert(toml.loads(text), _Table).language
    except (toml.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"context/languages.toml: {error}", "reinstall codeassist") from error


@cache
def languages() -> Mapping[str, Language]:
    """Every language by its id, in the order of the file."""
    text = Path(__file__).with_name("languages.toml").read_text(encoding="utf-8")
    return MappingProxyType({row.id: row for row in load_languages(text)})


@cache
def _by_extension() -> Mapping[str, Language]:
    return MappingProxyType({extension: row for row in languages().values() for extension in row.extensions})


def language_for(path: Path | str) -> Language | None:
    """The language of a file by its name's extension, in any case; None is plain text."""
    return _by_extension().get(Path(path).suffix.lower())


@cache
def grammar(language: Language) -> tree_sitter.Language:
    """The language's grammar; its wheel is imported the first time."""
    import tree_sitter

    return tree_sitter.Language(getattr(importlib.import_module(language.grammar), language.function)())


def encode(text: str) -> bytes:
    """UTF-8, with lone surrogates kept so that no text is refused."""
    return text.encode("utf-8", "surrogatepass")


def parsable(language: Language, text: str) -> bytes:
    """The bytes that are parsed: as many as `encode(text)`, without what grammars cannot take.

    Bash's looks characters up in a table that ends at U+00FF, which ends the process now and then, and for NULs again
    and again to the end of their run. Several need gigabytes for thousands of `<` that nothing closes, and nothing can
    stop them. A query needs the square of a run of signs.
    """
    text = _SIGNS.sub(_blanked, text.replace("\0", " "))
    if language.blocks != "indent":
        text = _STATEMENT.sub(_untangled, text)
    if language.narrow and not text.isascii():
        for wide, narrow in _NARROWED.items():
            text = re.sub(wide, narrow, text)
    return encode(text)


def _untangled(statement: re.Match[str]) -> str:
    return _blanked(statement) if any(statement[0].count(sign) > _MOST_OPENED for sign in "<(|") else statement[0]


def _blanked(match: re.Match[str]) -> str:
    return _SIGN.sub(" ", match[0])


def parse(language: Language, text: str) -> tree_sitter.Tree:
    """The syntax tree of a text; its offsets are bytes of `encode(text)`. Errors in the text become ERROR nodes.

    Each call has a parser of its own (they are cheap, and not safe to share between threads).
    """
    import tree_sitter

    return tree_sitter.Parser(grammar(language)).parse(parsable(language, text))


def parse_within(language: Language, text: str, seconds: float) -> tree_sitter.Tree | None:
    """As `parse`, None if it would take more processor time, or goes on far too slowly.

    A few grammars need the square of a hostile text's length.
    """
    import tree_sitter

    data, parser = parsable(language, text), tree_sitter.Parser(grammar(language))
    begin = time.thread_time()

    def too_slow(offset: int, _: bool) -> bool:
        return time.thread_time() - begin > min(seconds, _PATIENCE + offset / _LEAST_PACE)

    try:
        tree = parser.parse(lambda offset, _: data[offset : offset + _CHUNK], progress_callback=too_slow)
    except ValueError:  # it was stopped
        return None
    # Only a tree of bytes has its nodes' texts; what is known already makes it cheap.
    return parser.parse(data, tree)


def broken_places(tree: tree_sitter.Tree, nodes: int | None = None) -> int:
    """How many places of a tree do not parse; of a broken one at most so many `nodes` are looked at."""
    count, seen, left = 0, 0, [tree.root_node] if tree.root_node.has_error else []
    while left and (nodes is None or seen < nodes):
        node = left.pop()
        seen += 1
        count += node.is_error or node.is_missing
        left += [child for child in node.children if child.has_error or child.is_missing]
    return count
