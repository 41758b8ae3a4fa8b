"""What a file defines, refers to and imports, from its syntax tree and the language's query (queries/*.scm)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from codeassist.context.languages import Language


class Tag(NamedTuple):
    """A definition. Lines are 1-based, both ends included, with its decorators and the like.

    Attributes:
        name: its own, such as "run".
        container: the names around it, such as "Runner" or "Outer.Inner"; "" at the top level.
        kind: "function", "class", "method", …, as in languages.toml.
        body_line: where its body begins: from `start_line` up to there is the signature; `end_line` + 1 if it has none.
        signature: its head in one line, without its body: "def run(self, limit: int = 3) -> str:"; bounded.
        doc: the first paragraph of its documentation in one line, "" if it has none; bounded.
    """

    name: str
    container: str
    kind: str
    start_line: int
    end_line: int
    body_line: int
    signature: str
    doc: str


class Import(NamedTuple):
    """One imported module or file.

    Attributes:
        module: as the language writes it: "a.b", "..b" (Python), "./x" (JavaScript), "fmt", "crate::a", "dir/x.h".
        names: what is taken from it; empty if the module as a whole, or everything.
        line: 1-based.
    """

    module: str
    names: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Tags:
    """Of one file. `definitions` in the order of the text; `references`: names that are called, used as types,
    inherited from or read as attributes, with how often."""

    definitions: tuple[Tag, ...] = ()
    references: Mapping[str, int] = ()  # type: ignore[assignment]  # an empty mapping, immutable
    imports: tuple[Import, ...] = ()


def tags(language: Language, text: str) -> Tags:
    """The tags of a file; those that can be told of a broken one."""
    raise NotImplementedError
