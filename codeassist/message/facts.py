"""What a program can tell of a change without a model: which files, which definitions, which lines."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from codeassist.context import exclusion
from codeassist.context.related import is_test
from codeassist.context.tags import Tag, tags
from codeassist.review.change import FileChange, Hunk, Snapshot

Sort = Literal["source", "test", "docs", "ci", "build"]
_PARSED_FILES, _PARSED_CHARACTERS = 40, 200_000
_NAMES = 30  # definitions of one file that are told
_LOOKED_AT, _LOOKED_AT_PAIRS = 2000, 300  # definitions and hunks, so that a hostile file does not take the time
_LINE = 200  # characters
_LINES = 2000  # of one file
_ABOVE = 2  # unchanged lines that are shown above those that differ
_DOCS = re.compile(
    r"(?i)(?:^|/)docs?/|(?:^|/)(?:changelog|changes|news|licen[cs]e|authors)(?:\.[a-z]+)?$|\.(?:md|rst|adoc|txt)$"
)
_LOG = re.compile(r"(?i)(?:^|/)(?:changelog|changes|news|history|releases?)(?:\.[a-z]+)?$|(?:^|/)newsfragments/")
_CI = re.compile(
    r"(^|/)(\.github|\.gitlab|\.circleci|\.ci)/|(^|/)(\.gitlab-ci|\.travis|azure-pipelines)[^/]*$|(^|/)Jenkinsfile$"
)
_BUILD = re.compile(
    r"(^|/)(pyproject\.toml|setup\.(py|cfg)|requirements[^/]*\.txt|package\.json|cargo\.toml|go\.mod|pom\.xml|"
    r"build\.gradle[^/]*|gemfile|composer\.json|makefile|cmakelists\.txt|dockerfile[^/]*|meson\.build|[^/]*\.lock)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Line:
    """A line of a diff, shortened: its sign ("+", "-" or " "), its text, and whether it begins a stretch."""

    sign: str
    text: str
    first: bool = False


@dataclass(frozen=True)
class FileFacts:
    """One file of a change.

    Attributes:
        withheld: why its content is not shown ("binary", "secret", "generated", "minified", …); "" if it is.
        added, removed, changed: names of definitions, in the order of the text.
        lines: the diff.
        left: changed lines beyond those of `lines`.
    """

    path: str
    old_path: str
    status: str
    sort: Sort
    withheld: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    left: int = 0

    @property
    def size(self) -> int:
        """Changed lines."""
        return sum(each.sign != " " for each in self.lines) + self.left


def facts(snapshot: Snapshot) -> list[FileFacts]:
    """The facts of every file: what people wrote of the change themselves (a change log) first, then source, then
    tests, then the rest; the largest first."""
    told, parsed = [], 0
    for change in snapshot.files:
        withheld = _withheld(change)
        definitions = not withheld and parsed < _PARSED_FILES and change.language is not None
        parsed += definitions
        told.append(_facts(change, withheld, definitions=definitions))
    order: tuple[Sort, ...] = ("source", "test", "build", "docs", "ci")
    return sorted(
        told,
        key=lambda each: (
            bool(each.withheld),
            _LOG.search(each.path) is None,
            order.index(each.sort),
            -each.size,
            each.path,
        ),
    )


def sort_of(path: str) -> Sort:
    """What a file is for, by its path."""
    if _CI.search(path):
        return "ci"
    if _BUILD.search(path) or exclusion.of_name(path) == exclusion.GENERATED:
        return "build"
    if is_test(path):
        return "test"
    return "docs" if _DOCS.search(path) else "source"


def _withheld(change: FileChange) -> str:
    named = exclusion.of_name(change.path) or (exclusion.of_name(change.old_path) if change.old_path else "")
    if named == exclusion.SECRET or change.omitted not in ("", "deleted"):
        return named if named == exclusion.SECRET else change.omitted
    if named:
        return named
    for text in (change.new, change.old):
        if text is not None and (reason := exclusion.of_text(text[:_PARSED_CHARACTERS], change.language)):
            return reason
    return ""


def _facts(change: FileChange, withheld: str, *, definitions: bool) -> FileFacts:
    path, old_path = change.path, change.old_path
    if withheld:
        return FileFacts(path, old_path, change.status, sort_of(path), withheld)
    lines, left = _diff(change)
    names = _definitions(change) if definitions else ((), (), ())
    return FileFacts(path, old_path, change.status, sort_of(path), "", *names, tuple(lines), left)


def _definitions(change: FileChange) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Names that came, went, and stayed with other lines in them."""
    new, old = _tags(change, change.new), _tags(change, change.old)
    now, before = {_name(each) for each in new}, {_name(each) for each in old}
    came, gone = _outermost(new, now - before), _outermost(old, before - now)
    stayed = [each for each in new[:_LOOKED_AT] if _name(each) in before and _holds(each, change.hunks[:_LOOKED_AT])]
    stayed = stayed[:_LOOKED_AT_PAIRS]
    inner = [each for each in stayed if not any(each != other and _within(other, each) for other in stayed)]
    return came, gone, tuple(dict.fromkeys(map(_name, inner)))[:_NAMES]


def _tags(change: FileChange, text: str | None) -> tuple[Tag, ...]:
    if text is None or change.language is None or len(text) > _PARSED_CHARACTERS:
        return ()
    return tags(change.language, text).definitions


def _outermost(found: Sequence[Tag], names: set[str]) -> tuple[str, ...]:
    """Of definitions that came or went together, those that hold the others."""
    kept = [_name(each) for each in found if _name(each) in names and each.container not in names]
    return tuple(dict.fromkeys(kept))[:_NAMES]


def _name(tag: Tag) -> str:
    return f"{tag.container}.{tag.name}" if tag.container else tag.name


def _holds(tag: Tag, hunks: Sequence[Hunk]) -> bool:
    return any(
        tag.start_line <= hunk.new_start + max(hunk.new_count, 1) - 1 and hunk.new_start <= tag.end_line
        for hunk in hunks
    )


def _within(inner: Tag, outer: Tag) -> bool:
    return outer.start_line <= inner.start_line and inner.end_line <= outer.end_line and _name(inner) != _name(outer)


def _diff(change: FileChange) -> tuple[list[Line], int]:
    """The lines of a file's diff, of at most so many, and how many changed ones are left."""
    if change.new is None:
        return [], len(change.old_lines)
    shown: list[Line] = []
    left, done = 0, 0
    for hunk in change.hunks:
        if len(shown) >= _LINES:
            left += hunk.old_count + hunk.new_count
            continue
        start = hunk.new_start - 1
        lines = [(" ", each) for each in change.lines[max(done, start - _ABOVE) : start]]
        lines += [("-", each) for each in change.old_lines[hunk.old_start - 1 :][: min(hunk.old_count, _LINES)]]
        lines += [("+", each) for each in change.lines[start : start + min(hunk.new_count, _LINES)]]
        done = start + hunk.new_count
        left += hunk.old_count - min(hunk.old_count, _LINES) + hunk.new_count - min(hunk.new_count, _LINES)
        shown += [Line(sign, text[:_LINE], not at) for at, (sign, text) in enumerate(lines)]
    return shown, left


def folder(paths: Sequence[str]) -> str:
    """The folder that holds all these files; "" is the top."""
    return posixpath.commonpath([posixpath.dirname(path) for path in paths]) if paths else ""
