"""From what was found to what is told: severities, fingerprints, and without what is suppressed or known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import cast

import msgspec

from codeassist.config import ReviewSettings
from codeassist.review import baseline
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.configuration import means, names
from codeassist.review.finding import SEVERITIES, Finding, Severity, fingerprint
from codeassist.review.report import Stats
from codeassist.review.suppression import Marker, markers, suppressed


def settled(
    found: Iterable[Finding], snapshot: Snapshot, settings: ReviewSettings, known_in: str, stats: Stats
) -> tuple[list[Finding], list[str]]:
    """The findings that are told, in the order of paths and lines, and sentences about what went wrong.

    What is left out is counted in `stats`. `known_in`: the baseline; "" is none.
    """
    comments = _Comments(snapshot)
    known, complaint = baseline.read(snapshot.root, known_in)
    fingerprints = {each.fingerprint for each in known}
    told = []
    for each in _recognisable(_wanted(found, settings)):
        if suppressed(each, comments.of(each.path)):
            stats.suppressed += 1
        elif each.fingerprint in fingerprints:
            stats.baselined += 1
        else:
            told.append(each)
    return told, [complaint] if complaint else []


def _wanted(found: Iterable[Finding], settings: ReviewSettings) -> list[Finding]:
    """Without parts of rules that are disabled, each as severe as the settings say, once and in order."""
    wanted = {
        (each.path, each.line, each.rule, each.end_line, each.message): msgspec.structs.replace(
            each, severity=_severity(each, settings)
        )
        for each in found
        if not means(settings.disable, each.rule)
    }
    return [each for _, each in sorted(wanted.items(), key=lambda item: item[0])]


def _severity(finding: Finding, settings: ReviewSettings) -> Severity:
    """A model's guess is never `high` by itself: it informs."""
    for name in names(finding.rule):
        if name in settings.severity:
            return cast("Severity", settings.severity[name])
    return SEVERITIES[-2] if finding.origin == "model" and finding.severity == SEVERITIES[-1] else finding.severity


def _recognisable(findings: Iterable[Finding]) -> Iterator[Finding]:
    """With fingerprints; equal findings of a file are counted from its beginning."""
    counts: Counter[str] = Counter()
    for each in findings:
        same = fingerprint(each, 0)
        yield msgspec.structs.replace(each, fingerprint=fingerprint(each, counts[same]) if counts[same] else same)
        counts[same] += 1


class _Comments:
    """The markers of files, read when they are first asked for: a finding may be in a file that did not change."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._files = {each.path: each for each in snapshot.files}
        self._markers: dict[str, list[Marker]] = {}

    def of(self, path: str) -> list[Marker]:
        """The markers of a file."""
        if path not in self._markers:
            file = self._files.get(path) or FileChange(path, path, "modified", new=self._snapshot.read(path))
            self._markers[path] = markers(file)
        return self._markers[path]
