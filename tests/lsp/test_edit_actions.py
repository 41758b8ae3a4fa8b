"""What is offered at a selection or a cursor: by kind, by what the client can do, and without a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from codeassist.lsp.abilities import Abilities
from codeassist.lsp.documents import Document
from codeassist.lsp.edit_actions import DOC, EDIT, EXPLAIN, FIX, TEST, Offer, edit_actions, resolve
from codeassist.lsp.findings import Reviewed
from codeassist.lsp.symbols import Symbols, selection
from codeassist.review.finding import Finding, Fix
from codeassist.review.snapshot import of_text

URI = "file:///project/sample.py"
TEXT = """import os


class Runner:
    def run(self, n):
        if n:
            return 'é😀'
        return os.name


def other():
    pass
"""
ABLE = Abilities(applies=True, versioned=True, creates=True)
Ends = tuple[int, int, int, int]


def offered(
    text: str = TEXT,
    where: Ends = (4, 8, 4, 8),
    able: Abilities = ABLE,
    only: Sequence[str] | None = None,
    told: Sequence[types.Diagnostic] = (),
    reviewed: Reviewed | None = None,
    uri: str = URI,
    *,
    prompts: bool = True,
) -> list[types.CodeAction]:
    document = Document(uri, "python", 7, text, "utf-16")
    place = types.Range(types.Position(*where[:2]), types.Position(*where[2:]))
    start, end = (document.offset(document.spot(each)) for each in (place.start, place.end))
    chosen = selection(document, start, end)
    params = types.CodeActionParams(
        types.TextDocumentIdentifier(uri), place, types.CodeActionContext(list(told), only=only)
    )
    symbol = Symbols().around(chosen)
    return edit_actions(Offer(params, chosen, symbol, able, prompts, 7, document.file is not None, reviewed))


def titles(actions: Sequence[types.CodeAction]) -> list[str]:
    return [each.title for each in actions]


def command(action: types.CodeAction) -> tuple[str, dict[str, Any]]:
    assert action.command is not None
    assert action.command.arguments is not None
    (argument,) = action.command.arguments
    assert isinstance(argument, dict)
    return action.command.command, argument


def diagnostic(message: str, source: str | None = "ty", data: Any = None, line: int = 7) -> types.Diagnostic:
    where = types.Range(types.Position(line, 8), types.Position(line, 22))
    return types.Diagnostic(where, message, source=source, data=data, code="E1")


ALL = ["Edit with codeassist…", "Document Runner.run", "Write tests for Runner.run", "Explain Runner.run"]


def test_all_at_a_cursor() -> None:
    actions = offered()
    assert titles(actions) == ALL
    assert [each.kind for each in actions] == ["refactor.rewrite", "refactor.rewrite", "refactor", None]
    assert [command(each)[0] for each in actions] == [EDIT, DOC, TEST, EXPLAIN]
    spot = {"line": 4, "character": 8}
    for each in actions:
        assert command(each)[1] == {"uri": URI, "range": {"start": spot, "end": spot}, "version": 7}


@pytest.mark.parametrize(
    ("where", "name"),
    [
        ((3, 0, 3, 0), "Runner"),
        ((4, 0, 4, 0), "Runner.run"),
        ((4, 2, 4, 2), "Runner.run"),
        ((7, 22, 7, 22), "Runner.run"),
        ((6, 20, 6, 21), "Runner.run"),
        ((4, 0, 8, 0), "Runner.run"),
        ((3, 0, 9, 0), "Runner"),
        ((10, 3, 10, 3), "other"),
        ((99, 0, 99, 0), ""),
        ((0, 0, 0, 0), ""),
        ((4, 0, 11, 4), ""),
        ((8, 0, 8, 0), ""),
    ],
)
def test_the_innermost_definition_around(where: Ends, name: str) -> None:
    documented = [each for each in titles(offered(where=where)) if each.startswith("Document ")]
    assert documented == ([f"Document {name}"] if name else [])


def test_a_selection_can_be_edited_and_explained_where_there_is_no_definition() -> None:
    assert titles(offered(where=(4, 0, 11, 4))) == ["Edit with codeassist…", "Explain lines 5 to 11"]
    assert titles(offered(where=(0, 0, 0, 9))) == ["Edit with codeassist…", "Explain line 1"]
    assert titles(offered(where=(0, 0, 0, 0))) == []
    assert titles(offered("", (0, 0, 0, 0))) == []


@pytest.mark.parametrize(
    ("only", "count"),
    [
        (None, 5),
        ([], 5),
        ([""], 5),
        (["quickfix"], 1),
        (["refactor"], 3),
        (["refactor.rewrite"], 2),
        (["refactor.extract"], 0),
        (["source"], 0),
        (["source", "quickfix"], 1),
    ],
)
def test_only_of_the_kinds_that_are_asked_for(only: Sequence[str] | None, count: int) -> None:
    assert len(offered(only=only, told=[diagnostic("wrong")])) == count


def test_what_the_client_cannot_do_is_not_offered() -> None:
    assert titles(offered(prompts=False)) == ALL[1:]
    assert titles(offered(able=Abilities(applies=True), prompts=False)) == [ALL[1], ALL[3]]
    assert titles(offered(able=Abilities(applies=True, versioned=True))) == [*ALL[:2], ALL[3]]
    assert titles(offered(able=Abilities(), prompts=False, told=[diagnostic("wrong")])) == ALL[3:]
    assert titles(offered(able=Abilities())) == [*ALL[:2], ALL[3]], "it applies by itself"
    assert titles(offered(uri="untitled:sample.py")) == [*ALL[:2], ALL[3]]


def test_a_client_that_resolves_gets_the_command_when_an_action_is_chosen() -> None:
    able = Abilities(applies=True, versioned=True, creates=True, resolves=True)
    lazy, eager = offered(able=able), offered()
    assert all(each.command is None for each in lazy)
    assert [resolve(each).command for each in lazy] == [each.command for each in eager]


@pytest.mark.parametrize("data", [None, 3, "x", [], {}, {"command": "rm"}, {"command": []}, {"command": {"a": 1}}])
def test_strange_actions_are_resolved_to_themselves(data: Any) -> None:
    action = types.CodeAction("x", data=data)
    assert resolve(action) == types.CodeAction("x", data=data)
    known = types.Command("y", "other")
    assert resolve(types.CodeAction("x", command=known, data={"command": EDIT})).command == known


def test_diagnostics_of_every_server_are_offered_to_be_fixed_once() -> None:
    told = [
        diagnostic("wrong\n\x1b[0m" + "x" * 200),
        diagnostic("wrong\n\x1b[0m" + "x" * 200),
        diagnostic(" "),
        diagnostic("b", None),
    ]
    fixes = [each for each in offered(told=told) if each.kind == "quickfix"]
    assert [each.diagnostics for each in fixes] == [[told[0]], [told[3]]]
    assert all(each.title.isprintable() and len(each.title) < 120 for each in fixes)
    name, argument = command(fixes[0])
    assert name == FIX
    assert argument["range"] == {"start": {"line": 7, "character": 8}, "end": {"line": 7, "character": 22}}
    assert argument["diagnostic"] == {
        "message": told[0].message, "source": "ty", "code": "E1", "range": argument["range"],
    }  # fmt: skip
    assert len([each for each in offered(told=[diagnostic(str(n)) for n in range(99)]) if each.kind == "quickfix"]) == 5


def test_of_ours_those_without_a_fix_and_never_secrets() -> None:
    def finding(rule: str, fix: Fix | None = None) -> Finding:
        return Finding(
            rule=rule, severity="high", path="sample.py", line=8, end_line=8, message=rule, fix=fix, fingerprint=rule
        )

    gone = Fix(description="remove it", line=8, end_line=8, text="")
    found = (finding("ruff/F821"), finding("debugger", gone), finding("secret/key"))
    reviewed = Reviewed(0, of_text(Path("/project"), "sample.py", None, TEXT), found)
    told = [diagnostic(each.rule, "codeassist", {"fingerprint": each.fingerprint}) for each in found]
    told += [diagnostic("gone", "codeassist", {"fingerprint": "gone"}), diagnostic("odd", "codeassist", [])]
    fixes = [each.title for each in offered(told=told, reviewed=reviewed, only=["quickfix"])]
    assert fixes == ["Fix with codeassist: ruff/F821"]
    (fix,) = offered(told=told, reviewed=reviewed, only=["quickfix"])
    assert command(fix)[1]["diagnostic"]["fingerprint"] == "ruff/F821"
    assert offered(told=told, only=["quickfix"]) == []
    reviewed.proposals["ruff/F821"] = gone
    assert offered(told=told, reviewed=reviewed, only=["quickfix"]) == []


@pytest.mark.parametrize(
    ("text", "where", "instruction"),
    [
        ("# codeassist: make it iterative\ndef f():\n    pass\n", (1, 4, 1, 4), "make it iterative"),
        ("# CodeAssist:  one \n# more\n# codeassist: two\ndef f():\n    pass\n", (4, 4, 4, 4), "one two"),
        ("def f():\n    # codeassist: inside\n    pass\n", (0, 0, 0, 0), "inside"),
        ("x = 1\n# codeassist: selected\ny = 2\n", (0, 0, 3, 0), "selected"),
        ("# codeassist: above\nx = 1\ny = 2\n", (1, 0, 3, 0), "above"),
        ("# codeassist: \x1b[2J" + "x" * 2000 + "\ndef f(): pass\n", (1, 0, 1, 0), "\\x1b[2J" + "x" * 992 + "…"),
    ],
)
def test_an_instruction_in_a_comment(text: str, where: Ends, instruction: str) -> None:
    edits = [each for each in offered(text, where, prompts=False) if command(each)[0] == EDIT]
    assert [command(each)[1]["instruction"] for each in edits] == [instruction]
    assert edits[0].title.startswith("Edit with codeassist: ")
    assert edits[0].title.isprintable()
    assert len(edits[0].title) < 120
    assert len(offered(text, where, prompts=True)) == len(offered(text, where, prompts=False))


@pytest.mark.parametrize(
    "text",
    [
        "# codeassist: ignore[x] meant\ndef f():\n    pass\n",
        "# codeassist: ignore-file[x] meant\ndef f():\n    pass\n",
        "# codeassist:\ndef f():\n    pass\n",
        "# say codeassist: do it\ndef f():\n    pass\n",
        "x = 1  # codeassist: not of f\n\ndef f():\n    pass\n",
        "# codeassist: too far\n\ndef f():\n    pass\n",
        "def f():\n    '# codeassist: a string'\n",
    ],
)
def test_what_is_no_instruction(text: str) -> None:
    line = text.count("\n", 0, text.index("def f"))
    assert [each for each in titles(offered(text, (line, 4, line, 4), prompts=False)) if "Edit" in each] == []


@pytest.mark.parametrize("text", ["x = (" * 100_000, "def f():\n" + "    x = 1\n" * 60_000, "\ud800\n\x00\x0c"])
def test_hostile_and_giant_texts(text: str) -> None:
    offered(text, (0, 4, 0, 4))
    assert [each.kind for each in offered(text, (0, 0, 3, 0)) if "Document" in each.title] == []
