"""Annotations of GitHub's workflow commands: `::error file=…,line=…::message`, one line each.

Escapes as in the `command.ts` of GitHub's actions toolkit: percent and line ends everywhere, colon and comma in
properties. So nothing in a name or a message can end a command, and begin another.
"""

from __future__ import annotations

from collections.abc import Iterator

from codeassist.review.finding import Finding, Severity
from codeassist.review.report import Report
from codeassist.terminal import sanitise

_COMMANDS: dict[Severity, str] = {"high": "error", "medium": "warning", "low": "notice"}
_DATA = {ord("%"): "%25", ord("\r"): "%0D", ord("\n"): "%0A"}
_PROPERTY = _DATA | {ord(":"): "%3A", ord(","): "%2C"}


def lines(report: Report) -> Iterator[str]:
    """A command for each finding, then one for each notice, and one for what was not reviewed."""
    for each in report.findings:
        yield _finding(each)
    for notice in report.notices:
        yield f"::notice title=codeassist::{_data(notice)}"
    if report.not_reviewed:
        places = "\n".join(f"{each.path}:{each.line}: {each.reason}" for each in report.not_reviewed)
        yield f"::notice title=codeassist%3A not reviewed::{_data(places)}"


def _finding(finding: Finding) -> str:
    properties = {
        "file": finding.path,
        "line": str(finding.line),
        "endLine": str(max(finding.line, finding.end_line)),
        "title": f"{finding.rule} ({finding.severity})",
    }
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {told}::{_data(finding.message)}"


def _data(text: str) -> str:
    return _inert(text).translate(_DATA)


def _property(text: str) -> str:
    return _inert(text).translate(_PROPERTY)


def _inert(text: str) -> str:
    """Without what acts on a terminal that shows the log; line ends stay, to be escaped."""
    return text if text.isprintable() else "\r".join(sanitise(part) for part in text.split("\r"))
