"""What is rewritten: a syntax node, a stretch of statements, a whole file, or a place where something comes in."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from codeassist.edit.byname import by_name
from codeassist.edit.mentions import mentioned
from codeassist.edit.original import Original
from codeassist.edit.parts import BOUND, Part, Syntax, syntax_of
from codeassist.edit.statements import covering, on_lines, with_line_comment
from codeassist.errors import UsageError
from codeassist.terminal import one_line

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
        name: of a definition, with what is around it: "Runner.run"; of an "insert" the
            one that it comes behind; else "".
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


_LINES = re.compile(r"(.+?):(\d{1,9})(?:-(\d{1,9})|:\d{1,9})?")
_LONGEST_NAME = 300
_NAMESPACES = frozenset({"namespace", "module"})


def named(argument: str) -> Named:
    """Read an argument; a file whose own name looks like one with lines is meant as a whole.

    A column behind a line (`PATH:12:5`, as compilers print it) is passed over.

    Raises:
        UsageError: it cannot be read so.
    """
    if os.path.lexists(argument):
        return Named(argument)
    path, separator, name = argument.partition("::")
    if separator and path:
        if not name.strip() or len(name) > _LONGEST_NAME:
            raise UsageError(f"{one_line(argument)} names no definition", "give PATH::NAME")
        return Named(path, name=name.strip())
    match = _LINES.fullmatch(argument)
    if match is None:
        if not argument.strip():
            raise UsageError("a place is empty", "give PATH, PATH:L1-L2 or PATH::NAME")
        path, separator, _ = argument.partition(":")
        if separator and os.path.isfile(path):  # noqa: PTH113  else a new file would have that name
            raise UsageError(
                f"{one_line(argument)} names no lines of {one_line(path)}", "give PATH:L1-L2 or PATH::NAME"
            )
        return Named(argument)
    start = int(match[2])
    end = int(match[3] or match[2])
    if not 0 < start <= end:
        raise UsageError(f"{one_line(argument)} has no such lines", "give PATH:L1-L2, lines from 1, the smaller first")
    return Named(match[1], start, end)


def targets(original: Original, place: Named, instruction: str = "") -> list[Target]:
    """The smallest nodes that cover what is named.

    Lines give the smallest node, or run of sibling statements, that holds all of them (blank lines and comments at the
    ends aside); a name gives its definition; a file alone gives the definitions that the instruction names, else its
    only one, else the file as a whole. A file that is empty or not there is a "file". Where the text does not parse,
    lines give just those lines.

    Raises:
        UsageError: there is no such line or name (the hint lists names that are near), or the name is ambiguous.
    """
    syntax = syntax_of(original.path, original.text)
    if place.name:
        return [_definition(original, by_name(original.path, syntax, place.name))]
    if place.start:
        return [_on_lines(original, syntax, place)]
    if syntax is None or not original.text.strip():
        return [whole_file(original)]
    meant = mentioned(syntax.parts, instruction) or _only(syntax)
    return [_definition(original, each) for each in meant] or [whole_file(original)]


def whole_file(original: Original) -> Target:
    """All of a file."""
    return Target(original, "file", 0, len(original.text))


def insertions(original: Original, after: str = "") -> Target:
    """Where a new definition comes: after the one that is named (then `name` is that one's), else behind the last one.

    Statements at the end of the file, which run what is defined, stay at its end; so do tests.

    Raises:
        UsageError: there is no such name, or it is ambiguous.
    """
    text = original.text
    syntax = syntax_of(original.path, text)
    if after:
        part = by_name(original.path, syntax, after)
        place = _line_end(text, part.end)
        return Target(original, "insert", place, place, name=part.full_name)
    top = syntax.outermost() if syntax else []
    last = [each for each in top if each.kind not in _NAMESPACES or each.name not in ("tests", "test")][-1:]
    place = _line_end(text, last[0].end) if last and not last[0].broken else len(text.rstrip())
    return Target(original, "insert", place, place)


def overlapping(found: Sequence[Target]) -> bool:
    """Whether two of them share a character of one file, or one comes in inside of another."""
    ordered = sorted(found, key=lambda each: (each.original.path, each.start, each.end))
    return any(
        one.original.path == other.original.path and (other.start < one.end or (one.form, other.form) == ("file",) * 2)
        for one, other in itertools.pairwise(ordered)
    )


def _definition(original: Original, part: Part) -> Target:
    return Target(original, "node", part.start, part.end, part.kind, part.full_name, part.body)


def _on_lines(original: Original, syntax: Syntax | None, place: Named) -> Target:
    text = original.text
    count = text.count("\n") + 1
    if place.end > count:
        known = f"{count} line{'s' if count != 1 else ''}"
        raise UsageError(f"line {place.end} is outside {original.path}, which has {known}", "check the lines")
    lines = on_lines(text, syntax, place.start, place.end)
    if lines.start == lines.end:
        return _on_blank_lines(original, syntax, place, lines.start)
    start, end = lines.code
    if syntax is None or start == end:
        return Target(original, "node", lines.start, lines.end, "statements")
    bare = start + len(text[start:end].rstrip(" \t\n;,"))
    part, run = syntax.innermost(start, max(bare, start + 1)), covering(syntax, start, end)
    if part is not None and part.kind not in BOUND and not part.broken and _is_head(part, start, run):
        return _definition(original, part)
    if run is None:
        return Target(original, "node", lines.start, lines.end, "statements")
    exact = [each for each in syntax.definitions() if each.start == run[0] and each.end in (run[1], bare)]
    if exact:
        return _definition(original, exact[-1])
    return Target(original, "node", run[0], with_line_comment(syntax, run[1]), "statements")


def _is_head(part: Part, start: int, run: tuple[int, int] | None) -> bool:
    """Whether a stretch of a definition that begins at `start`, with its statements, is all of it or of its head."""
    if part.body >= 0:
        return start < part.body
    return run is None or not (part.start < run[0] and run[1] <= part.end)


def _on_blank_lines(original: Original, syntax: Syntax | None, place: Named, at: int) -> Target:
    """The definition around a blank line; a file that holds nothing else as a whole."""
    if not original.text.strip():
        return whole_file(original)
    part = syntax.innermost(at, at) if syntax else None
    if part is None or part.broken:
        lines = f"line {place.start} is" if place.start == place.end else f"lines {place.start}-{place.end} are"
        raise UsageError(f"{lines} blank in {original.path}", "name lines with code on them, or use --insert")
    return _definition(original, part)


def _only(syntax: Syntax) -> list[Part]:
    """The only definition of a file; in a namespace that holds all the file, the only one of it."""
    top = syntax.outermost()
    while len(top) == 1 and top[0].kind in _NAMESPACES:
        around = top[0]
        inside = [each for each in syntax.definitions() if each.container == around.full_name and each is not around]
        if len(inside) != 1:
            break
        top = inside
    return top if len(top) == 1 and not top[0].broken else []


def _line_end(text: str, place: int) -> int:
    """Where the line ends that holds the last character before a place."""
    end = text.find("\n", max(0, place - 1))
    return len(text) if end < 0 else end
