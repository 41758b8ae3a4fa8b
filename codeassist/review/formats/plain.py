"""The contract of `review --json`, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from codeassist.review.finding import Finding, Fix
from codeassist.review.formats.legible import legible
from codeassist.review.report import Report


def document(report: Report, explanations: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What `review --json` prints. `explanations` are by the findings' fingerprints."""
    return {
        "schema": 1,
        "title": legible(report.title),
        "findings": [_finding(each, (explanations or {}).get(each.fingerprint, "")) for each in report.findings],
        "not_reviewed": [
            {"path": legible(each.path), "line": each.line, "reason": legible(each.reason)}
            for each in report.not_reviewed
        ],
        "notices": [legible(each) for each in report.notices],
        "stats": msgspec.to_builtins(report.stats),
    }


def _finding(finding: Finding, explanation: str) -> dict[str, Any]:
    values: dict[str, Any] = {
        "rule": finding.rule,
        "severity": finding.severity,
        "path": legible(finding.path),
        "line": finding.line,
        "end_line": finding.end_line,
        "message": legible(finding.message),
        "evidence": legible(finding.evidence),
        "confidence": finding.confidence,
        "origin": finding.origin,
        "fingerprint": finding.fingerprint,
    }
    if finding.fix is not None:
        values["fix"] = _fix(finding.fix)
    if explanation:
        values["explanation"] = legible(explanation)
    return values


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "description": legible(fix.description),
        "line": fix.line,
        "end_line": fix.end_line,
        "text": legible(fix.text),
    }
