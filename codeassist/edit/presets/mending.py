"""Whether a draft mends a finding of a review: the checks find it no more, and nothing new."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec

from codeassist.config import ReviewSettings
from codeassist.edit.change import FileEdit
from codeassist.edit.draft import Cancelled, Draft
from codeassist.edit.original import Original, Splice
from codeassist.errors import UsageError
from codeassist.review.finding import Finding, Fix
from codeassist.review.pipeline import review
from codeassist.review.proposal import silencing
from codeassist.review.rule import Around
from codeassist.review.snapshot import of_text
from codeassist.terminal import one_line
from codeassist.text import decode


class Mending:
    """Holds drafts of one file against one finding.

    `old`: the file's text that the review compared with; None if all of it was looked at as new.
    """

    def __init__(
        self, root: Path, finding: Finding, old: str | None, settings: ReviewSettings, cancelled: Cancelled
    ) -> None:
        self._root = root
        self.finding = finding
        self._old = old
        named = dict.fromkeys((*settings.enable, finding.rule.partition("/")[0]))
        self._settings = msgspec.structs.replace(settings, enable=tuple(named), baseline="")
        self._cancelled = cancelled
        self._before: dict[str, Finding] | None = None

    def judged(self, draft: Draft) -> Draft:
        """The draft, with a reason if the checks find the finding still, or another one."""
        file = next((each for each in draft.files if each.path == self.finding.path), None)
        if draft.reason or file is None or file.before is None or file.after is None:
            return draft
        return Draft(draft.files, self._complaint(file))

    def fixed(self, original: Original) -> list[Draft]:
        """The check's own fix, if it has one: nothing is asked of a model."""
        return [] if self.finding.fix is None else [_applied(original, self.finding.fix)]

    def _complaint(self, file: FileEdit) -> str:
        before, after = (Counter(silencing(_text(data))) for data in (file.before, file.after))
        if after - before:
            return "silences checks by a comment"
        if self._before is None:
            self._before = self._found(file.before or b"")
        found = self._found(file.after or b"")
        if self.finding.fingerprint in found:
            return "the check finds it still"
        new = [each for key, each in found.items() if key not in self._before]
        return f"a check finds in it: {one_line(new[0].message, 120)}" if new else ""

    def _found(self, data: bytes) -> dict[str, Finding]:
        text = _text(data)
        change = of_text(self._root, self.finding.path, self._old, text)
        found = review(change, Around(None, self._settings, self._cancelled), None, 0).findings
        return {each.fingerprint: each for each in found}


def _text(data: bytes | None) -> str:
    return decode(data or b"", "a draft").text


def _applied(original: Original, fix: Fix) -> Draft:
    lines = original.text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    if not 1 <= fix.line <= len(lines) or not fix.line - 1 <= fix.end_line <= len(lines):
        return Draft((), "its lines are not there any more")
    end = min(starts[fix.end_line], len(original.text))
    text = fix.text if original.text.endswith("\n") or end < len(original.text) else fix.text.removesuffix("\n")
    try:
        return Draft((original.spliced([Splice(starts[fix.line - 1], end, text)]),))
    except UsageError as error:
        return Draft((), error.message)
