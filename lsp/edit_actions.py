"""Code actions that have the model write: edit, document, test, fix, explain. Offering them asks no model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lsprotocol import types

from codeassist.lsp.abilities import Abilities
from codeassist.lsp.findings import Reviewed
from codeassist.lsp.noted import Noted, noted
from codeassist.lsp.symbols import Selection, Symbol
from codeassist.review.masking import RULE as SECRET
from codeassist.terminal import one_line

EDIT, DOC, TEST, FIX, EXPLAIN = (f"codeassist.{verb}" for verb in ("edit", "doc", "test", "fix", "explain"))
COMMANDS = (EDIT, DOC, TEST, FIX, EXPLAIN)
_TITLE = 80
_MOST_FIXES = 5
_REWRITE, _REFACTOR = types.CodeActionKind.RefactorRewrite.value, types.CodeActionKind.Refactor.value
_QUICK = types.CodeActionKind.QuickFix.value
KINDS = [types.CodeActionKind.QuickFix, types.CodeActionKind.Refactor, types.CodeActionKind.RefactorRewrite]


@dataclass(frozen=True)
class Offer:
    """What actions are made for.

    Attributes:
        prompts: the client asks a person for an instruction by itself, and shows what comes.
        version: the document's.
        on_disk: the document is of a file.
        reviewed: what is known of the document by its last review.
    """

    params: types.CodeActionParams
    chosen: Selection
    symbol: Symbol | None
    able: Abilities
    prompts: bool
    version: int
    on_disk: bool
    reviewed: Reviewed | None


def edit_actions(offer: Offer) -> list[types.CodeAction]:
    """What can be done at a selection, of the kinds that are asked for."""
    made = [*_fixes(offer), *_edits(offer)] if offer.able.applies or offer.prompts else []
    only = offer.params.context.only
    return [each for each in [*made, *_explanations(offer)] if asked_for(only, str(each.kind or ""))]


def asked_for(only: Sequence[str] | None, kind: str) -> bool:
    """Whether a client that asks for some kinds of actions asks for this one; "" is a kind that only all are."""
    return not only or any(each in ("", kind) or kind.startswith(f"{each}.") for each in only)


def resolve(action: types.CodeAction) -> types.CodeAction:
    """The action with its command, which a client that resolves was not sent."""
    data: Any = action.data
    if action.command is None and isinstance(data, dict) and data.get("command") in COMMANDS:
        action.command = types.Command(action.title, data["command"], arguments=[data.get("argument")])
    return action


def instruction_of(chosen: Selection, symbol: Symbol | None) -> Noted:
    """The instruction that a comment gives: in the selection, or in the definition around a cursor, or above."""
    first, last = (symbol.first, symbol.last) if symbol is not None and chosen.empty else chosen.lines
    return noted(chosen.text.split("\n"), chosen.language, first, last)


def _edits(offer: Offer) -> Iterator[types.CodeAction]:
    note = instruction_of(offer.chosen, offer.symbol) if "codeassist:" in offer.chosen.text.lower() else None
    if note is not None and note.lines:
        title = f"Edit with codeassist: {one_line(note.instruction, _TITLE)}"
        yield _action(offer, title, EDIT, _REWRITE, instruction=note.instruction)
    elif offer.prompts and offer.chosen.text.strip() and (offer.symbol is not None or not offer.chosen.empty):
        yield _action(offer, "Edit with codeassist…", EDIT, _REWRITE)
    if offer.symbol is None:
        return
    name = one_line(offer.symbol.name, _TITLE)
    yield _action(offer, f"Document {name}", DOC, _REWRITE)
    if offer.on_disk and offer.able.versioned and offer.able.creates:
        yield _action(offer, f"Write tests for {name}", TEST, _REFACTOR)


def _fixes(offer: Offer) -> Iterator[types.CodeAction]:
    """For diagnostics of any server; of ours for those that have no fix, and whose text may be shown to a model."""
    told: set[str] = set()
    for each in offer.params.context.diagnostics:
        message = each.message
        fingerprint = _fingerprint(each)
        if not message.strip() or message in told or not _to_be_fixed(offer.reviewed, each.source, fingerprint):
            continue
        told.add(message)
        complaint: dict[str, Any] = {
            "message": message[:2000],
            "source": each.source,
            "code": each.code,
            "range": _plain(each.range),
        }
        if fingerprint:
            complaint["fingerprint"] = fingerprint
        title = f"Fix with codeassist: {one_line(message, _TITLE)}"
        yield _action(offer, title, FIX, _QUICK, diagnostics=[each], range=_plain(each.range), diagnostic=complaint)
        if len(told) == _MOST_FIXES:
            return


def _fingerprint(told: types.Diagnostic) -> str:
    """Of a finding of ours; "" of another server's diagnostic."""
    data: Any = told.data
    known = data.get("fingerprint") if told.source == "codeassist" and isinstance(data, dict) else None
    return known if isinstance(known, str) else ""


def _to_be_fixed(reviewed: Reviewed | None, source: str | None, fingerprint: str) -> bool:
    if source != "codeassist":
        return True
    finding = reviewed.finding(fingerprint) if reviewed is not None else None
    if reviewed is None or finding is None or finding.rule.partition("/")[0] == SECRET:
        return False
    return reviewed.fix(finding) is None


def _explanations(offer: Offer) -> Iterator[types.CodeAction]:
    if not offer.chosen.empty:
        first, last = offer.chosen.lines
        what = f"lines {first} to {last}" if last > first else f"line {first}"
        yield _action(offer, f"Explain {what}", EXPLAIN, None)
    elif offer.symbol is not None:
        yield _action(offer, f"Explain {one_line(offer.symbol.name, _TITLE)}", EXPLAIN, None)


def _action(
    offer: Offer,
    title: str,
    command: str,
    kind: str | None,
    diagnostics: list[types.Diagnostic] | None = None,
    **more: Any,
) -> types.CodeAction:
    where = _plain(offer.params.range)
    argument = {"uri": offer.params.text_document.uri, "range": where, "version": offer.version} | more
    action = types.CodeAction(title, kind=kind, diagnostics=diagnostics)
    if offer.able.resolves:
        action.data = {"command": command, "argument": argument}
    else:
        action.command = types.Command(title, command, arguments=[argument])
    return action


def _plain(where: types.Range) -> dict[str, Any]:
    start, end = ({"line": each.line, "character": each.character} for each in (where.start, where.end))
    return {"start": start, "end": end}
