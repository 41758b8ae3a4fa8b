"""What a test tests: the definition of the repository that the lines of a failing test name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from codeassist.context.contents import lines_of
from codeassist.context.index import Definition, Index
from codeassist.context.languages import language_for
from codeassist.context.related import is_test
from codeassist.context.resolve import Resolver

_NAME = re.compile(r"(?<![\w$])[A-Za-z_$][\w$]{0,99}")
_WIDTH, _MOST_NAMES = 1_000, 40
_MORE_LINES = 6  # of a statement, and above it in the test
_CALLED = ("function", "method", "constructor", "macro")
_MADE = ("class", "struct", "record", "enum", "trait")


class Subject(NamedTuple):
    """A definition: its file, and a line inside of it."""

    path: str
    line: int


def subject(index: Index, tests: Sequence[tuple[str, int]]) -> Subject | None:
    """The definition that the failing lines call; the innermost line of the stack is asked first.

    A definition of a file that the test imports goes before others of the same name.
    """
    for path, line in tests:
        lines = lines_of(index.root, path)
        imported = _imported(index, path)
        for names in _named(lines, line):
            found = _defined(index, names, imported)
            if found:
                return Subject(found.path, found.start_line)
    return None


def _named(lines: Sequence[str], line: int) -> Iterator[list[str]]:
    """The names in the statement that begins there, then those in the lines above it, the nearest first."""
    if not 1 <= line <= len(lines):
        return
    statement = [lines[line - 1]]
    for each in lines[line : line + _MORE_LINES]:
        text = "".join(statement)
        if sum(text.count(sign) for sign in "([{") <= sum(text.count(sign) for sign in ")]}"):
            break
        statement.append(each)
    yield _names(" ".join(statement))
    for each in reversed(lines[max(0, line - 1 - _MORE_LINES) : line - 1]):
        yield _names(each)


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(_NAME.findall(text[:_WIDTH])))[:_MOST_NAMES]


def _defined(index: Index, names: list[str], imported: set[str]) -> Definition | None:
    """The first of the names that code of the repository defines: what is called before what is made, and what is
    imported before what only has the same name."""
    known = [each for each in index.named(names) if not is_test(each.path) and not each.name.startswith("test")]
    near = [each for each in known if each.path in imported]
    for among, kinds in ((near, _CALLED), (near, _MADE), (known, _CALLED[:1])):
        for name in names:
            fitting = [each for each in among if each.name == name and each.kind in kinds]
            if fitting:
                return fitting[0]
    return None


def _imported(index: Index, path: str) -> set[str]:
    """The files that a test imports, and those beside it, which some languages need not import."""
    language = language_for(path)
    paths = [each.path for each in index.files()]
    beside = {each for each in paths if posixpath.dirname(each) == posixpath.dirname(path)}
    if language is None:
        return beside
    resolver = Resolver(paths)
    return beside | {found for each in index.imports(path) for found in resolver.files(path, each, language.id)}
