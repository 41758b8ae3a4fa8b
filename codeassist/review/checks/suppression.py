"""Comments that suppress findings and do not work, or do not say why."""

from __future__ import annotations

from collections.abc import Iterator

from codeassist.review.change import FileChange, Snapshot
from codeassist.review.configuration import is_known
from codeassist.review.finding import Finding
from codeassist.review.rule import Around, Rule
from codeassist.review.suppression import Marker, markers

_SHOWN = 120


def _look(snapshot: Snapshot, around: Around) -> Iterator[Finding]:
    for change in snapshot.files:
        if around.cancelled():
            return
        if change.language is not None:  # text that speaks of such comments holds none
            for marker in markers(change):
                if marker.line in change.touched:
                    yield from _of_marker(change, marker)


def _of_marker(change: FileChange, marker: Marker) -> Iterator[Finding]:
    for kind, message in _complaints(marker):
        yield Finding(
            rule=f"{RULE.name}/{kind}",
            severity=RULE.severity,
            path=change.path,
            line=marker.line,
            end_line=marker.line,
            message=message,
            evidence=change.line(marker.line).strip()[:_SHOWN],
        )


def _complaints(marker: Marker) -> Iterator[tuple[str, str]]:
    if not marker.rules:
        yield "no-rule", "this comment names no rule, so nothing is ignored: codeassist: ignore[rule] reason"
        return
    for rule in marker.rules:
        if not is_known(rule):
            yield "unknown-rule", f"there is no rule `{rule}`, so nothing is ignored for it"
    if marker.misplaced:
        yield "misplaced", "what is ignored in a whole file is told in its first ten lines, so nothing is ignored"
    elif not marker.reason:
        yield "no-reason", "this comment does not say why the finding is ignored"


RULE = Rule(
    name="suppression",
    severity="low",
    about="A comment that is to suppress findings names no rule or an unknown one, or gives no reason.",
    look=_look,
)
