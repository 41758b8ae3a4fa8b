"""Where a definition is called, as far as lines tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from codeassist.context.contents import lines_of
from codeassist.context.index import Index

_LINES, _WIDTH = 20_000, 1_000  # of a file, and characters of a line, that are looked at


class Call(NamedTuple):
    """A line, from 1, in which a name is called."""

    path: str
    line: int
    text: str


def calls(index: Index, name: str, files: int) -> Iterator[Call]:
    """The lines that call a name, in at most so many files that refer to it, by path."""
    called = re.compile(rf"(?<![\w$]){re.escape(name)}\s*\(")
    for path, _name in index.referring([name], files) if name else ():
        for number, line in enumerate(lines_of(index.root, path)[:_LINES], 1):
            if called.search(line[:_WIDTH]):
                yield Call(path, number, line)
