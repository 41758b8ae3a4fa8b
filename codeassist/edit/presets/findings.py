"""The finding that a person means: by its fingerprint, by a rule and a path, or by a place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from codeassist.config import ReviewSettings
from codeassist.context.index import Index
from codeassist.edit.draft import Cancelled
from codeassist.errors import MissingError, UsageError
from codeassist.review import snapshot
from codeassist.review.change import Snapshot
from codeassist.review.finding import SEVERITIES, Finding
from codeassist.review.pipeline import review
from codeassist.review.rule import Around
from codeassist.terminal import one_line

_FINGERPRINT = re.compile(r"[0-9a-f]{6,32}")
_RULE = re.compile(r"([A-Za-z][\w-]{0,60}(?:/[\w.-]{1,40})?)@(.{1,400})", re.DOTALL)
_HINT = "codeassist review --working --format json shows them"


class Known(NamedTuple):
    """A finding, and the text of its file that the review compared with (None: all of it counted as new)."""

    finding: Finding
    old: str | None


@dataclass(frozen=True)
class Reviewing:
    """How findings are looked for: by the checks alone, without a model."""

    environ: Mapping[str, str]
    root: Path
    index: Index | None
    settings: ReviewSettings
    cancelled: Cancelled

    def found(self, change: Snapshot) -> list[Known]:
        """What the checks find in a change, the most severe first."""
        around = Around(self.index, self.settings, self.cancelled)
        report = review(change, around, None, 0.0, tell_known=True)
        olds = {each.path: each.old for each in change.files}
        ordered = sorted(report.findings, key=lambda each: (-SEVERITIES.index(each.severity), each.path, each.line))
        return [Known(each, olds.get(each.path)) for each in ordered]


def is_fingerprint(argument: str) -> bool:
    """Whether an argument is the beginning of a finding's fingerprint, and no file's name."""
    return _FINGERPRINT.fullmatch(argument) is not None and not Path(argument).exists()


def is_rule(argument: str) -> bool:
    """Whether an argument is a rule at a path: `ruff/F821@app.py`."""
    return _RULE.fullmatch(argument) is not None and not Path(argument).exists()


def by_fingerprint(reviewing: Reviewing, prefix: str) -> Known:
    """The finding of the working tree, or else of what is staged, whose fingerprint begins so.

    Raises:
        UsageError: there is none, or several; the file has changed since it was staged.
    """
    try:
        changes = (snapshot.working, snapshot.staged)
        for make in changes:
            change = make(reviewing.environ, reviewing.root)
            fitting = [each for each in reviewing.found(change) if each.finding.fingerprint.startswith(prefix)]
            if len(fitting) > 1:
                raise UsageError(f"several findings begin with {prefix}", "give more of the fingerprint")
            if fitting:
                _check_unchanged(reviewing.root, change, fitting[0].finding)
                return fitting[0]
    except MissingError as error:  # no repository
        raise UsageError(f"there is no finding {prefix}: {error.message}", "give PATH:L") from error
    raise UsageError(f"no finding of the working tree begins with {prefix}", _HINT)


def by_rule(reviewing: Reviewing, argument: str) -> Known:
    """The first finding of a rule in a file.

    Raises:
        UsageError: there is none, or no such file.
    """
    match = _RULE.fullmatch(argument)
    rule, path = (match[1], match[2]) if match is not None else ("", argument)
    for each in in_file(reviewing, path):
        if rule in (each.finding.rule, each.finding.rule.partition("/")[0], each.finding.rule.rpartition("/")[2]):
            return each
    raise UsageError(f"{one_line(rule)} finds nothing in {one_line(path)}", f"codeassist review {one_line(path)}")


def in_file(reviewing: Reviewing, path: str, start: int = 1, end: int = 10_000_000) -> list[Known]:
    """What is found in lines of a file as it is, as if all of it were new; the most severe first.

    Raises:
        UsageError: there is no such file, or it is outside the repository.
    """
    found = reviewing.found(snapshot.of_paths(reviewing.environ, Path.cwd(), [path]))
    return [each for each in found if each.finding.line <= end and each.finding.end_line >= start]


def _check_unchanged(root: Path, change: Snapshot, finding: Finding) -> None:
    """What is staged may not be what is in the working tree."""
    file = next(each for each in change.files if each.path == finding.path)
    now = snapshot.of_paths({}, root, [str(root / finding.path)]).files
    if not now or now[0].new != file.new:
        raise UsageError(
            f"{one_line(finding.path)} is not as it was staged", "codeassist review --working finds what it has now"
        )
