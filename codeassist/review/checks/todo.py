"""Work that is put off in a comment, where neither a person nor an issue is named that it is put off to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codeassist.review.change import FileChange, Snapshot
from codeassist.review.finding import Finding
from codeassist.review.rule import Around, Rule
from codeassist.review.syntax import stand_at

_LONGEST = 1_000  # characters of a line; a longer one is no code that a person wrote
_MOST = 200  # marks of a file
_SHOWN = 120
_MARK = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
# `TODO(ana)`, `TODO @ana`, `TODO[ana]`, `TODO #12`, `TODO: ABC-12`, an address of an issue or a discussion.
_OWNER = re.compile(r"^\s*[(\[{]\s*\w|@\w|#\d|\b[A-Z][A-Z0-9]{1,15}-\d|\bgh-\d|\b[a-z]{1,10}://", re.ASCII)


def _look(snapshot: Snapshot, around: Around) -> Iterator[Finding]:
    for change in snapshot.files:
        if around.cancelled():
            return
        if change.new is not None and change.language is not None:
            yield from _of_file(change)


def _of_file(change: FileChange) -> Iterator[Finding]:
    marked = [number for number in sorted(change.touched) if _MARK.search(change.line(number)[:_LONGEST])]
    for number in marked[:_MOST]:
        line = change.line(number)
        mark = _MARK.search(line)
        if mark is None or len(line) > _LONGEST or _OWNER.search(line[mark.end() :]):
            continue
        if stand_at(change, number, mark.start()) == "comment":
            yield Finding(
                rule=RULE.name,
                severity=RULE.severity,
                path=change.path,
                line=number,
                end_line=number,
                message=f"{mark[0]} names neither an owner nor an issue",
                evidence=line.strip()[:_SHOWN],
            )


RULE = Rule(
    name="todo",
    severity="low",
    about="A comment puts work off without naming who does it, or the issue that tells of it.",
    look=_look,
    default=False,
)
