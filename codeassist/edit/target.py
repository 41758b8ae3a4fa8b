"""What is rewritten: a syntax node, a stretch of statements, a whole file, or a place where something comes in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from codeassist.edit.original import Original

Form = Literal["node", "file", "insert"]


class Named(NamedTuple):
    """A place as a person names it: `PATH`, `PATH:L1`, `PATH:L1-L2` or `PATH::NAME` (`PATH::Class.method`)."""

    path: str
    start: int = 0  # lines from 1, both included; 0: none were given
    end: int = 0
    name: str = ""


@dataclass(frozen=True)
class Target:
    """What the model is to write again.

    Attributes:
        form: "node": characters `start` to `end` of the file, whole syntax nodes; "file": all of it; "insert":
            something new comes at `start` (= `end`).
        start, end: characters of the text. A node begins where its code does, not with its line's indentation; with
            what belongs to it (decorators, `export`).
        kind: of a definition, as in languages.toml ("function", "class", …); "statements" of others; "" of a file.
        name: of a definition, with what is around it: "Runner.run"; else "".
        body: where a definition's body begins; -1 where there is none.
    """

    original: Original
    form: Form
    start: int
    end: int
    kind: str = ""
    name: str = ""
    body: int = -1

    @property
    def text(self) -> str:
        """What stands there now."""
        return self.original.text[self.start : self.end]

    @property
    def lines(self) -> tuple[int, int]:
        """The lines it is on, from 1, both included."""
        text = self.original.text
        return text.count("\n", 0, self.start) + 1, text.count("\n", 0, max(self.start, self.end - 1)) + 1

    @property
    def indent(self) -> str:
        """The blanks before it on its first line."""
        begin = self.original.text.rfind("\n", 0, self.start) + 1
        line = self.original.text[begin : self.start]
        return line[: len(line) - len(line.lstrip(" \t"))]


def named(argument: str) -> Named:
    """Read an argument; a file whose own name looks like one with lines is meant as a whole.

    Raises:
        UsageError: it cannot be read so.
    """
    raise NotImplementedError


def targets(original: Original, place: Named, instruction: str = "") -> list[Target]:
    """The smallest nodes that cover what is named.

    Lines give the smallest node, or run of sibling statements, that holds all of them (blank lines and comments at the
    ends aside); a name gives its definition; a file alone gives the one definition that the instruction names, else its
    only one, else the file as a whole. A file that is empty or not there is a "file".

    Raises:
        UsageError: there is no such line or name (the hint lists names that are near), or the name is ambiguous.
    """
    raise NotImplementedError


def insertions(original: Original, after: str = "") -> Target:
    """Where a new definition comes: after the one that is named, else at the end of the file."""
    raise NotImplementedError


def overlapping(found: Sequence[Target]) -> bool:
    """Whether two of them share a character of one file."""
    raise NotImplementedError
