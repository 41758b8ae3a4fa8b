"""SARIF 2.1.0 (OASIS, with errata 01), as plain values. Section numbers are those of the standard."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from codeassist.review.finding import Finding, Fix, Severity
from codeassist.review.formats.legible import legible
from codeassist.review.report import NotReviewed, Report
from codeassist.review.rule import Rule

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE = "%SRCROOT%"
_LEVELS: dict[Severity, str] = {"high": "error", "medium": "warning", "low": "note"}


def document(report: Report, rules: Mapping[str, Rule], version: str) -> dict[str, Any]:
    """One run. `rules` are all that may find; `version` is the program's."""
    told = sorted(set(rules) | {_base(each.rule) for each in report.findings})
    places = {name: index for index, name in enumerate(told)}
    run = {
        "tool": {
            "driver": {
                "name": "codeassist",
                "version": version,
                "semanticVersion": version,
                "rules": [_rule(name, rules.get(name)) for name in told],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"description": {"text": "The top of the working tree."}}},
        "invocations": [_invocation(report)],
        "results": [_result(each, places[_base(each.rule)]) for each in report.findings],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _base(rule: str) -> str:
    """The rule's part of a hierarchical identifier (§3.27.5)."""
    return rule.partition("/")[0]


def _rule(name: str, rule: Rule | None) -> dict[str, Any]:
    if rule is None:
        return {"id": name}
    return {
        "id": name,
        "shortDescription": {"text": rule.about},
        "defaultConfiguration": {"enabled": rule.default, "level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding, place: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": place,
        "level": _LEVELS[finding.severity],
        "message": {"text": legible(finding.message) or finding.rule},
        "locations": [_location(finding.path, finding.line, finding.end_line, finding.evidence)],
        "rank": round(100 * min(1.0, max(0.0, finding.confidence)), 1),
        "properties": {"severity": finding.severity, "origin": finding.origin, "confidence": finding.confidence},
    }
    if finding.fingerprint:
        result["partialFingerprints"] = {"codeassist/v1": finding.fingerprint}
    if finding.fix is not None:
        result["fixes"] = [_fix(finding.path, finding.fix)]
    return result


def _location(path: str, line: int, end_line: int, evidence: str = "") -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": max(1, line), "endLine": max(1, line, end_line)}
    physical: dict[str, Any] = {"artifactLocation": _artifact(path), "region": region}
    if evidence:
        physical["region"] = {**region, "snippet": {"text": legible(evidence)}}
    return {"physicalLocation": physical}


def _artifact(path: str) -> dict[str, str]:
    """A relative URI (§3.4.3) of the name's bytes: what has a meaning in URIs, or is no text, is escaped."""
    return {"uri": quote(os.fsencode(path), safe="/"), "uriBaseId": _BASE}


def _fix(path: str, fix: Fix) -> dict[str, Any]:
    text = legible(fix.text)
    if fix.end_line >= fix.line and text:
        # Whole lines without the last one's end (§3.30.2): there may be none.
        region = {"startLine": fix.line, "endLine": fix.end_line}
        text = text.removesuffix("\n")
    else:
        region = {"startLine": fix.line, "startColumn": 1, "endLine": fix.end_line + 1, "endColumn": 1}
    replacement = {"deletedRegion": region, "insertedContent": {"text": text}}
    change = {"artifactLocation": _artifact(path), "replacements": [replacement]}
    return {"description": {"text": legible(fix.description) or "a fix"}, "artifactChanges": [change]}


def _invocation(report: Report) -> dict[str, Any]:
    told = [{"level": "warning", "message": {"text": legible(each)}} for each in report.notices]
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [*told, *_unseen(report.not_reviewed)],
        "properties": {"title": legible(report.title)},
    }


def _unseen(places: Sequence[NotReviewed]) -> list[dict[str, Any]]:
    return [
        {
            "level": "note",
            "message": {"text": f"not reviewed: {legible(each.reason)}"},
            "locations": [_location(each.path, each.line, each.line)],
        }
        for each in places
    ]
