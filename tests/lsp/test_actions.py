"""Code actions: the edits are right in every encoding and newline, or they are not offered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from codeassist.lsp.actions import EXPLAIN, code_actions, edit_of
from codeassist.lsp.documents import Document
from codeassist.lsp.findings import Reviewed
from codeassist.review.finding import Finding, Fix
from codeassist.review.snapshot import of_text
from codeassist.text import Units

URI = "file:///project/sample.py"
TEXT = "def f():\n    x = '😀'\n    breakpoint()\n    return x\n"
GONE = Fix(description="remove it", line=3, end_line=3, text="")


def finding(line: int = 3, end_line: int = 3, fix: Fix | None = GONE, **more: Any) -> Finding:
    given = {"rule": "debugger", "severity": "medium", "path": "sample.py", "message": "left in", "fingerprint": "abc"}
    return Finding(line=line, end_line=end_line, fix=fix, **(given | more))


def opened(text: str = TEXT, units: Units = "utf-16") -> Document:
    return Document(URI, "python", 4, text, units)


def reviewed(text: str = TEXT, *findings: Finding) -> Reviewed:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return Reviewed(0, of_text(Path("/project"), "sample.py", None, lines), findings or (finding(),))


def asked(
    line: int = 2, end: int | None = None, only: Sequence[str] | None = None, told: Sequence[types.Diagnostic] = ()
) -> types.CodeActionParams:
    where = types.Range(types.Position(line, 0), types.Position(line if end is None else end, 0))
    return types.CodeActionParams(
        types.TextDocumentIdentifier(URI), where, types.CodeActionContext(list(told), only=only)
    )


def titles(actions: list[types.CodeAction]) -> list[str]:
    return [each.title.split()[0].strip(":") for each in actions]


def applied(document: Document, edit: types.WorkspaceEdit | None) -> str:
    """The document's text with an edit."""
    assert edit is not None
    assert edit.document_changes is not None
    (change,) = edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.version == document.version
    (one,) = change.edits
    assert isinstance(one, types.TextEdit)
    copy = Document(URI, "python", 0, document.text, document._units)
    copy.change([types.TextDocumentContentChangePartial(one.range, one.new_text)], 1)
    return copy.text


def test_fix_suppress_and_explain() -> None:
    actions = code_actions(opened(), reviewed(), asked(), versioned=True)
    assert titles(actions) == ["Fix", "Suppress", "Explain"]
    assert all(each.kind == "quickfix" for each in actions)
    assert [each.is_preferred for each in actions] == [True, None, None]
    assert applied(opened(), actions[0].edit) == TEXT.replace("    breakpoint()\n", "")
    assert actions[2].command is not None
    assert (actions[2].command.command, actions[2].command.arguments) == (EXPLAIN, [URI, "abc"])


def test_clients_that_take_no_versions_get_changes() -> None:
    fix = code_actions(opened(), reviewed(), asked(), versioned=False)[0].edit
    assert fix is not None
    assert fix.document_changes is None
    assert fix.changes is not None
    assert [each.new_text for each in fix.changes[URI]] == [""]


@pytest.mark.parametrize(("line", "end", "count"), [(0, 0, 0), (1, 1, 0), (3, 9, 0), (0, 9, 3), (2, 3, 3), (2, 2, 3)])
def test_only_of_findings_in_the_range(line: int, end: int, count: int) -> None:
    assert len(code_actions(opened(), reviewed(), asked(line, end), versioned=True)) == count


@pytest.mark.parametrize(
    ("only", "count"),
    [(None, 3), ([], 3), (["quickfix"], 3), ([""], 3), (["refactor", "quickfix"], 3), (["source.fixAll"], 0)],
)
def test_only_of_the_kinds_that_are_asked_for(only: Sequence[str] | None, count: int) -> None:
    assert len(code_actions(opened(), reviewed(), asked(only=only), versioned=True)) == count


def test_nothing_is_offered_once_the_line_is_another() -> None:
    document = opened(TEXT.replace("breakpoint()", "pass"))
    assert code_actions(document, reviewed(), asked(), versioned=True) == []


def test_a_fix_whose_lines_have_changed_is_not_offered() -> None:
    found = reviewed(TEXT, finding(fix=Fix(description="both", line=3, end_line=4, text="    return 1\n")))
    assert titles(code_actions(opened(), found, asked(), versioned=True)) == ["Fix", "Suppress", "Explain"]
    changed = opened(TEXT.replace("return x", "return y"))
    assert titles(code_actions(changed, found, asked(), versioned=True)) == ["Suppress", "Explain"]


def test_a_finding_that_has_moved_is_fixed_where_the_client_says_it_is() -> None:
    moved = opened("# one\n# two\n" + TEXT)
    assert code_actions(moved, reviewed(), asked(4), versioned=True) == []
    where = types.Range(types.Position(4, 4), types.Position(4, 16))
    told = types.Diagnostic(where, "left in", data={"fingerprint": "abc"})
    actions = code_actions(moved, reviewed(), asked(4, told=[told]), versioned=True)
    assert titles(actions) == ["Fix", "Suppress", "Explain"]
    assert actions[0].diagnostics == [told]
    assert applied(moved, actions[0].edit) == "# one\n# two\n" + TEXT.replace("    breakpoint()\n", "")


@pytest.mark.parametrize("data", [None, 3, "abc", [], {"fingerprint": []}, {"fingerprint": "other"}])
def test_strange_diagnostics_of_a_client(data: Any) -> None:
    where = types.Range(types.Position(10**6, 4), types.Position(10**6, 16))
    told = types.Diagnostic(where, "?", data=data)
    assert len(code_actions(opened(), reviewed(), asked(told=[told]), versioned=True)) == 3


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("units", ["utf-8", "utf-16", "utf-32"])
def test_edits_keep_the_newlines(newline: str, units: Units) -> None:
    text = TEXT.replace("\n", newline)
    fix = Fix(description="two", line=2, end_line=3, text="    x = '🎉'\n    y = x\n")
    document = opened(text, units)
    edit = edit_of(document, reviewed(text), fix, 0, versioned=True)
    assert applied(document, edit) == "def f():\n    x = '🎉'\n    y = x\n    return x\n".replace("\n", newline)


@pytest.mark.parametrize(
    ("text", "fix", "after"),
    [
        ("a\nb", Fix(description="", line=2, end_line=2, text="c\n"), "a\nc"),
        ("a\nb", Fix(description="", line=2, end_line=2, text=""), "a\n"),
        ("a\nb", Fix(description="", line=3, end_line=2, text="c\n"), "a\nb\nc"),
        ("a\nb\n", Fix(description="", line=3, end_line=2, text="c\n"), "a\nb\nc\n"),
        ("a\nb\n", Fix(description="", line=1, end_line=0, text="c\n"), "c\na\nb\n"),
        ("a\nb\n", Fix(description="", line=2, end_line=1, text="c\nd\n"), "a\nc\nd\nb\n"),
        ("a\nb\n", Fix(description="", line=1, end_line=2, text=""), ""),
        ("", Fix(description="", line=1, end_line=1, text="a\n"), "a\n"),
        ("a", Fix(description="", line=1, end_line=1, text="\n"), ""),
    ],
)
def test_fixes_at_the_ends(text: str, fix: Fix, after: str) -> None:
    document = opened(text)
    assert applied(document, edit_of(document, reviewed(text), fix, 0, versioned=True)) == after


def test_what_the_model_proposed_is_offered_but_not_preferred() -> None:
    found = reviewed(TEXT, finding(fix=None))
    assert titles(code_actions(opened(), found, asked(), versioned=True)) == ["Suppress", "Explain"]
    found.proposals["abc"] = GONE
    actions = code_actions(opened(), found, asked(), versioned=True)
    assert titles(actions) == ["Fix", "Suppress", "Explain"]
    assert actions[0].is_preferred is False


def test_titles_are_inert() -> None:
    hostile = finding(
        message="\x1b[2J\n" + "x" * 999, rule="r\x07", fix=Fix(description="\u202e\n", line=3, end_line=3, text="")
    )
    for each in code_actions(opened(), reviewed(TEXT, hostile), asked(), versioned=True):
        assert each.title.isprintable()
        assert len(each.title) < 120
