"""What a finding means, and what could be done; by the model where there is one, but for a hover."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from lsprotocol import types

from codeassist.lsp.actions import edit_of, same
from codeassist.lsp.assistant import Assistant
from codeassist.lsp.documents import Document
from codeassist.lsp.findings import Reviewed
from codeassist.lsp.markdown import fenced, inert
from codeassist.lsp.progress import Progress
from codeassist.lsp.transport import in_thread
from codeassist.review.explaining import Explanation, about, explain, unexplained
from codeassist.review.finding import Finding, Fix
from codeassist.terminal import one_line

_MOST_HOVERED = 5


async def explained(
    assistant: Assistant, progress: Progress, reviewed: Reviewed, finding: Finding
) -> tuple[Explanation, bool]:
    """What the model says of a finding, and whether the person cancelled; nothing where there is no model.

    Ends early when the request is cancelled.
    """
    gone = threading.Event()

    def work() -> Explanation | None:
        return assistant.with_session(
            lambda session: explain(session, reviewed.snapshot, finding, gone.is_set, reviewed.masked)
        )

    try:
        with progress.showing("explaining a finding", gone.set):
            found = await in_thread(work)
    except asyncio.CancelledError:
        gone.set()
        raise
    explanation = found or unexplained(finding)
    if explanation.fix is not None and finding.fix is None:
        reviewed.proposals[finding.fingerprint] = explanation.fix
    return explanation, gone.is_set()


def answer(
    document: Document, reviewed: Reviewed, finding: Finding, explanation: Explanation, *, versioned: bool
) -> dict[str, Any]:
    """The command's answer: Markdown, one line for a message, and the fix as an edit if it still applies."""
    fix = explanation.fix
    edit = None
    if fix is not None and same(document, reviewed, finding.line, finding.end_line, 0):
        edit = edit_of(document, reviewed, fix, 0, versioned=versioned)
    return {
        "schema": 1,
        "rule": finding.rule,
        "explanation": markdown(reviewed, finding, explanation),
        "message": plain(finding, explanation),
        "edit": edit,
    }


def plain(finding: Finding, explanation: Explanation) -> str:
    """The explanation on one line."""
    return one_line(f"{finding.message}. {explanation.said}".strip())


def markdown(reviewed: Reviewed, finding: Finding, explanation: Explanation) -> str:
    """The explanation as Markdown in which nothing of the repository or the model is more than text or code."""
    parts = [f"**{inert(finding.rule)}**: {inert(finding.message)}."]
    parts += [inert(each) for each in (explanation.reason, explanation.text) if each]
    if explanation.fix is not None:
        parts.append(f"{inert(explanation.fix.description)}:\n\n{_difference(reviewed, explanation.fix)}")
    return "\n\n".join(parts) + "\n"


def _difference(reviewed: Reviewed, fix: Fix) -> str:
    """A fix as lines that go and lines that come."""
    old = reviewed.lines[fix.line - 1 : fix.end_line]
    new = fix.text.removesuffix("\n").split("\n") if fix.text else []
    return fenced("\n".join([*(f"-{line}" for line in old), *(f"+{line}" for line in new)]), "diff")


def hovered(document: Document, reviewed: Reviewed, position: types.Position) -> types.Hover | None:
    """Why the findings at a place are told; in the rules' own words: a hover asks no model."""
    line = position.line + 1
    here = document.line(line)
    lines = reviewed.lines
    said = [
        f"**{inert(each.rule)}**: {inert(reason)}"
        for each in reviewed.findings
        if each.line <= line <= each.end_line and line <= len(lines) and lines[line - 1] == here
        if (reason := about(each))
    ]
    if not said:
        return None
    shown = "\n\n".join(dict.fromkeys(said[:_MOST_HOVERED]))
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, shown))
