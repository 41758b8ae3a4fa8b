"""Conflict markers that a merge left in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from codeassist.context.related import is_test
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.finding import Finding
from codeassist.review.rule import Around, Rule
from codeassist.review.syntax import stand_at

# Git writes seven signs, a blank and a label; the separator has none.
_MARKER = re.compile(r"^(?:(<{7}|>{7}|\|{7})(?: .*)?|(={7}))$", re.MULTILINE)
_PROSE = (".md", ".markdown", ".rst", ".txt", ".adoc", ".mdx")  # headings are underlined, quotes begin with ">"
_MOST = 200  # conflicts of one file
_SHOWN = 80  # characters of a marker's line


class Conflict(NamedTuple):
    """The lines of one conflict's markers, with their signs."""

    markers: tuple[tuple[int, str], ...]

    @property
    def signs(self) -> frozenset[str]:
        """Which markers it has."""
        return frozenset(sign for _, sign in self.markers)


def _look(snapshot: Snapshot, _around: Around) -> Iterator[Finding]:
    for file in snapshot.files:
        if file.new is not None and file.touched:
            yield from _of_file(file, file.new)


def _of_file(file: FileChange, text: str) -> Iterator[Finding]:
    prose = file.path.lower().endswith(_PROSE)
    for number, conflict in enumerate(_conflicts(_markers(text))):
        if number == _MOST:
            return
        ours = [line for line, _ in conflict.markers if line in file.touched]
        if ours and _is_meant(conflict, prose=prose) and not _is_quoted(file, conflict):
            yield Finding(
                rule=RULE.name,
                severity=RULE.severity,
                path=file.path,
                line=ours[0],
                end_line=max(ours[0], conflict.markers[-1][0]),
                message="A conflict marker of a merge was left in",
                evidence=file.line(ours[0])[:_SHOWN],
            )


def _markers(text: str) -> Iterator[tuple[int, str]]:
    line, offset = 1, 0
    for found in _MARKER.finditer(text):
        line, offset = line + text.count("\n", offset, found.start()), found.start()
        yield line, (found[1] or found[2])[0]


def _conflicts(markers: Iterable[tuple[int, str]]) -> Iterator[Conflict]:
    """Markers that belong together: from a start to an end; what is missing of it is left out."""
    pending: list[tuple[int, str]] = []
    for marker in markers:
        if marker[1] == "<" and pending:
            yield Conflict(tuple(pending))
            pending = []
        pending.append(marker)
        if marker[1] == ">":
            yield Conflict(tuple(pending))
            pending = []
    if pending:
        yield Conflict(tuple(pending))


def _is_meant(conflict: Conflict, *, prose: bool) -> bool:
    """A lone separator is a heading; prose needs both ends, or quotes of quotes count."""
    if prose:
        return {"<", ">"} <= conflict.signs
    return not conflict.signs.isdisjoint("<>")


def _is_quoted(file: FileChange, conflict: Conflict) -> bool:
    """True for a test's data: all of it stands in strings. Elsewhere a string may well be what was merged."""
    return is_test(file.path) and all(stand_at(file, line, 0) == "string" for line, _ in conflict.markers)


RULE = Rule(
    name="merge-marker",
    severity="high",
    about="Conflict markers (<<<<<<<, |||||||, =======, >>>>>>>) that a merge left in a file",
    look=_look,
)
