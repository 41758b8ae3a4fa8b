"""What a review says of a line: one finding, with what tells it from others."""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec

Severity = Literal["low", "medium", "high"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high")
Origin = Literal["check", "model"]


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """A change that would mend it: lines `line` to `end_line` (1-based, both included) become `text`.

    `text` has LF newlines and ends with one, or is empty: then the lines go. `end_line` = `line` - 1 inserts before
    `line`.
    """

    description: str
    line: int
    end_line: int
    text: str


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """One finding. Texts of the repository in it are as they are: who shows them makes them inert.

    Attributes:
        rule: the rule's name in `checks.RULES`, or that with a slash and its own name for it ("ruff/F821").
        path: POSIX, relative to the top of the working tree; bytes that are no text are surrogates.
        line, end_line: of the new text, 1-based, both included; 1 where a file as a whole is meant.
        message: one sentence, without a full stop, that says what is wrong.
        evidence: what it was told by: the line's text, shortened; a secret is masked.
        confidence: 0 to 1, that it is worth looking at; 1 for what is certain.
        fingerprint: stays the same while the line moves or other lines change: see `fingerprint`.
    """

    rule: str
    severity: Severity
    path: str
    line: int
    end_line: int
    message: str
    evidence: str = ""
    confidence: float = 1.0
    origin: Origin = "check"
    fix: Fix | None = None
    fingerprint: str = ""


def at_least(severity: Severity, threshold: Severity) -> bool:
    """True if a severity is as high as a threshold, or higher."""
    return SEVERITIES.index(severity) >= SEVERITIES.index(threshold)


def fingerprint(finding: Finding, occurrence: int) -> str:
    """Tells a finding by its rule, its path and its evidence without blanks; `occurrence` counts equal ones in a file.

    Line numbers are left out, so that a baseline and a code-scanning service know a finding again after it moved.
    """
    parts = (finding.rule, finding.path, "".join(finding.evidence.split()), finding.message, str(occurrence))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
