"""Code actions for findings: fix, suppress, explain. Edits are made for the text as it is now, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lsprotocol import types

from codeassist.lsp.documents import Document
from codeassist.lsp.findings import Reviewed
from codeassist.review.finding import Finding, Fix
from codeassist.review.suppressing import suppression
from codeassist.terminal import one_line

EXPLAIN = "codeassist.explainFinding"
_TITLE = 80


def code_actions(
    document: Document, reviewed: Reviewed, params: types.CodeActionParams, *, versioned: bool
) -> list[types.CodeAction]:
    """What can be done about the findings in a range. `versioned`: the client takes edits that name a version."""
    if not wanted(params.context.only):
        return []
    return [
        action
        for finding, shift, told in _here(document, reviewed, params)
        for action in _actions(document, reviewed, finding, shift, told, versioned)
    ]


def wanted(only: Sequence[str] | None) -> bool:
    """Whether a client that asks for some kinds of actions asks for ours."""
    kind = types.CodeActionKind.QuickFix.value
    return not only or any(each in ("", kind) for each in only)


def edit_of(
    document: Document, reviewed: Reviewed, fix: Fix, shift: int, *, versioned: bool
) -> types.WorkspaceEdit | None:
    """A fix, `shift` lines below where it was found; None if the lines that it replaces are not as they were."""
    if not same(document, reviewed, fix.line, fix.end_line, shift):
        return None
    where = document.whole(fix.line + shift, fix.end_line + shift)
    text = fix.text
    if text and where.end == document.position(document.end()) and where.end.character:
        text = text.removesuffix("\n")  # the last line has no ending, and gets none
        if where.start == where.end:  # it goes after that line
            text = "\n" + text
    return _workspace_edit(document, where, text, versioned=versioned)


def same(document: Document, reviewed: Reviewed, first: int, last: int, shift: int) -> bool:
    """Whether reviewed lines stand in the document, so many lines further down; an insertion looks at its neighbour."""
    first, last = (first, last) if last >= first else (max(1, first - 1), max(1, first - 1))
    lines = reviewed.lines[first - 1 : last]
    there = [document.line(number + shift) for number in range(first, last + 1)]
    return lines == there and first + shift >= 1


def _here(
    document: Document, reviewed: Reviewed, params: types.CodeActionParams
) -> Iterator[tuple[Finding, int, types.Diagnostic | None]]:
    """The findings in the range whose lines are as they were, how far they have moved, and as the client names them."""
    first, last = params.range.start.line + 1, params.range.end.line + 1
    told = {_fingerprint(each): each for each in params.context.diagnostics}
    for finding in reviewed.findings:
        known = told.get(finding.fingerprint)
        moved = known.range.start.line + 1 - finding.line if known is not None else 0
        for shift in dict.fromkeys((moved, 0)):
            near = first <= finding.end_line + shift and finding.line + shift <= last
            if near and same(document, reviewed, finding.line, finding.end_line, shift):
                yield finding, shift, known
                break


def _fingerprint(diagnostic: types.Diagnostic) -> str:
    data: Any = diagnostic.data
    return str(data.get("fingerprint")) if isinstance(data, dict) else ""


def _actions(
    document: Document, reviewed: Reviewed, finding: Finding, shift: int, told: types.Diagnostic | None, versioned: bool
) -> Iterator[types.CodeAction]:
    diagnostics = [told] if told is not None else None
    fix = reviewed.fix(finding)
    edit = edit_of(document, reviewed, fix, shift, versioned=versioned) if fix is not None else None
    if fix is not None and edit is not None:
        title = f"Fix: {one_line(fix.description, _TITLE)}"
        yield _quick(title, diagnostics, edit=edit, is_preferred=finding.fix is not None)
    comment = suppression(reviewed.snapshot.files[0], finding) if reviewed.snapshot.files else None
    edit = edit_of(document, reviewed, comment, shift, versioned=versioned) if comment is not None else None
    if edit is not None:
        yield _quick(f"Suppress {one_line(finding.rule, _TITLE)} here", diagnostics, edit=edit)
    title = f"Explain: {one_line(finding.message, _TITLE)}"
    command = types.Command(title, EXPLAIN, arguments=[document.uri, finding.fingerprint])
    yield _quick(title, diagnostics, command=command)


def _quick(title: str, diagnostics: list[types.Diagnostic] | None, **more: Any) -> types.CodeAction:
    return types.CodeAction(title, kind=types.CodeActionKind.QuickFix, diagnostics=diagnostics, **more)


def _workspace_edit(document: Document, where: types.Range, text: str, *, versioned: bool) -> types.WorkspaceEdit:
    edit = types.TextEdit(where, text.replace("\n", document.newline))
    if not versioned:
        return types.WorkspaceEdit(changes={document.uri: [edit]})
    name = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(name, [edit])])
