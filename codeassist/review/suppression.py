"""Comments that say of a line that a finding there is meant: `codeassist: ignore[rule] reason`.

They speak of their own line, or alone on a line of the next line that is not one of them. In the first ten lines
`ignore-file[rule]` speaks of the whole file. Several rules are separated by commas; none at all means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from codeassist.context.languages import encode
from codeassist.review.change import FileChange
from codeassist.review.configuration import means
from codeassist.review.finding import Finding
from codeassist.review.syntax import path_at, stand_at

_WORD = "codeassist:"
_FILE_LINES = 10
_LONGEST = 2_000  # characters of a line
_MOST = 500  # of a file
_MARKER = re.compile(
    r"codeassist:[ \t]{0,4}ignore(?P<file>-file)?\b(?:\[(?P<rules>[^\]\n]{0,200})\])?"
    r"(?P<reason>(?:(?!codeassist:)[^\n]){0,400})"
)
_CLOSER = re.compile(r"(?:\*/|-->|\*\)|#\}|--%>)(.*)$")
# What begins a comment in the languages that are plain text here: shells, YAML, SQL, Lisp, TeX, HTML, CSS, templates.
_OPENER = re.compile(r"(?:#|//|--|;|%|/\*|<!--|\(\*|\{#|\bREM\b|^[ \t]*(?:\*|\"))[^\w\n]*$")


class Marker(NamedTuple):
    """One such comment.

    Attributes:
        line: where it stands, 1-based.
        rules: those that it names; none if it names none.
        lines: those that it speaks of; empty for the whole file.
        misplaced: it would speak of the file, and stands too far down.
    """

    line: int
    rules: tuple[str, ...]
    reason: str
    lines: tuple[int, ...]
    misplaced: bool = False


def markers(file: FileChange) -> list[Marker]:
    """The markers of a file's new text, in order."""
    if file.new is None or _WORD not in file.new:
        return []
    found = list(_found(file))
    alone = {marker.line for marker, is_alone in found if is_alone}
    return [marker._replace(lines=_spoken_of(marker, alone)) for marker, _ in found]


def suppressed(finding: Finding, known: Sequence[Marker]) -> bool:
    """Whether a marker of the finding's file speaks of it: of its first or last line, or of the file."""
    return any(
        means(each.rules, finding.rule)
        and not each.misplaced
        and (not each.lines or finding.line in each.lines or finding.end_line in each.lines)
        for each in known
    )


def _found(file: FileChange) -> Iterator[tuple[Marker, bool]]:
    """Each marker, which speaks of its own line until more is known, and whether it stands alone on its line."""
    count = 0
    for number, line in enumerate(file.lines, 1):
        if _WORD not in line or len(line) > _LONGEST:
            continue
        for match in _MARKER.finditer(line):
            beside = _beside(file, number, line, match.start())
            if beside is None:
                continue
            rules = tuple(filter(None, (each.strip() for each in (match["rules"] or "").split(","))))
            reason = _CLOSER.sub("", match["reason"]).strip(" \t:-#/")
            whole = match["file"] is not None
            lines = () if whole else (number,)
            yield Marker(number, rules, reason, lines, whole and number > _FILE_LINES), not beside.strip()
            count += 1
            if count >= _MOST:
                return


def _beside(file: FileChange, number: int, line: str, column: int) -> str | None:
    """What else is on the line of a comment that a place is in; None if it is in none."""
    if file.language is None or file.tree is None:
        match = _OPENER.search(line[:column])
        return line[: match.start()] + _after(line[column:]) if match else None
    if stand_at(file, number, column) != "comment":
        return None
    comment = path_at(file, number, column)[-1]
    data = encode(line)
    before = data[: comment.start_point[1]] if comment.start_point[0] == number - 1 else b""
    after = data[comment.end_point[1] :] if comment.end_point[0] == number - 1 else b""
    return (before + after).decode("utf-8", "replace")


def _after(text: str) -> str:
    """What follows where a comment ends."""
    closed = _CLOSER.search(text)
    return closed[1] if closed else ""


def _spoken_of(marker: Marker, alone: set[int]) -> tuple[int, ...]:
    """The lines that a marker speaks of: its own, and where it stands alone the next that is not such a one."""
    if not marker.lines or marker.line not in alone:
        return marker.lines
    after = marker.line + 1
    while after in alone:
        after += 1
    return (marker.line, after)
