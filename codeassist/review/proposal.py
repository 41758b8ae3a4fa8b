"""Whether a fix that a model proposes holds: it parses, leaves everything else as it was, and mends the finding."""

from __future__ import annotations

import re

import msgspec

from codeassist.config import ReviewSettings
from codeassist.context.languages import Language, broken_places, parse_within
from codeassist.context.tags import tags
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.finding import Finding, Fix
from codeassist.review.pipeline import review
from codeassist.review.rule import Around
from codeassist.review.snapshot import of_text
from codeassist.terminal import sanitise

_SYNTAX = "syntax-introduced"
# Comments that have a finding told no more, which mends nothing.
_SILENCING = re.compile(
    r"\b(?:codeassist:|noqa\b|nosec\b|type:[ ]?ignore|pylint:|eslint-disable|nolint\b)", re.IGNORECASE
)
_MORE_LINES = 6  # than the stretch had
_WIDTH = 400  # characters of a line
_CHARACTERS = 300_000  # of a file that is looked at
_PARSE_SECONDS = 0.5
_NODES = 20_000  # of a broken tree that are looked at
_UNKNOWN = 1_000_000  # errors, of a text that cannot be parsed in time


def holds(snapshot: Snapshot, file: FileChange, finding: Finding, fix: Fix, settings: ReviewSettings) -> bool:
    """True if applying the fix breaks nothing that can be told, and the checks do not find any more what they found."""
    language, old = file.language, "\n".join(file.lines) + "\n"
    lines = fix.text.removesuffix("\n").split("\n")
    if language is None or len(old) > _CHARACTERS or len(lines) > fix.end_line - fix.line + 1 + _MORE_LINES:
        return False
    if any(len(line) > _WIDTH for line in lines) or sanitise(fix.text) != fix.text or silencing(fix.text):
        return False
    new = applied(file, fix)
    grown = len(lines) - (fix.end_line - fix.line + 1)
    broken, left = errors(language, old), errors(language, new)
    return (
        left < min(_UNKNOWN, broken + (finding.rule != _SYNTAX))
        and _outside(language, old, fix, 0) == _outside(language, new, fix, grown)
        and _mends(snapshot, file, finding, new, settings)
    )


def _mends(snapshot: Snapshot, file: FileChange, finding: Finding, text: str, settings: ReviewSettings) -> bool:
    """Whether checks find nothing new in a text, and the finding no more, if they found it by this file alone."""
    named = dict.fromkeys((*settings.enable, finding.rule.partition("/")[0]))
    settings = msgspec.structs.replace(settings, enable=tuple(named), baseline="")

    def found(new: str) -> set[str]:
        change = of_text(snapshot.root, file.path, file.old, new)
        return {each.fingerprint for each in review(change, Around(None, settings, lambda: False), None, 0).findings}

    before, after = found("\n".join(file.lines) + "\n"), found(text)
    return after <= before - {finding.fingerprint}


def applied(file: FileChange, fix: Fix) -> str:
    """The new text with a fix in it."""
    above, below = file.lines[: fix.line - 1], file.lines[fix.end_line :]
    return "".join(f"{line}\n" for line in above) + fix.text + "".join(f"{line}\n" for line in below)


def silencing(text: str) -> list[str]:
    """What is in a text that has findings told no more."""
    return [each.lower() for each in _SILENCING.findall(text)]


def errors(language: Language, text: str) -> int:
    """How many places of a text do not parse."""
    tree = parse_within(language, text, _PARSE_SECONDS)
    return _UNKNOWN if tree is None else broken_places(tree, _NODES)


def _outside(language: Language, text: str, fix: Fix, grown: int) -> list[tuple[str, str, int, int]]:
    """The definitions that begin outside of the fix, by where they stood before it."""
    end = fix.end_line + grown

    def before(line: int) -> int:
        return line if line < fix.line else line - grown if line > end else fix.line

    outside = [each for each in tags(language, text).definitions if not fix.line <= each.start_line <= end]
    return [(each.kind, each.name, before(each.start_line), before(each.end_line)) for each in outside]
