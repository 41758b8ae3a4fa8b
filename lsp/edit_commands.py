"""The methods and commands by which an editor has the model write or explain."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from lsprotocol import types

from codeassist.errors import CancelledError, CodeassistError
from codeassist.lsp.actions import code_actions
from codeassist.lsp.arguments import Argument, read
from codeassist.lsp.documents import Document
from codeassist.lsp.edit_actions import DOC, EDIT, EXPLAIN, FIX, KINDS, TEST, Offer, edit_actions, resolve
from codeassist.lsp.editing import CANCELLED, Made, said
from codeassist.lsp.explanation import hovered
from codeassist.lsp.messages import INFO, WARNING
from codeassist.lsp.progress import Watch
from codeassist.lsp.server import Server, report_fault
from codeassist.lsp.symbols import selection
from codeassist.lsp.tasks import named, title
from codeassist.lsp.transport import in_thread
from codeassist.session import Session
from codeassist.terminal import one_line

_T = TypeVar("_T")
_ANSWER_SECONDS = 30.0  # an editor that applies an edit says so sooner


def register(server: Server) -> None:
    """Name the methods and commands to the protocol."""
    _register_actions(server)
    for command in (EDIT, DOC, TEST, FIX):
        _register_edit(server, command)

    @server.command(EXPLAIN)
    async def explain(*arguments: Any) -> dict[str, Any]:
        """The answer of the model, as Markdown."""
        return await _told_where(_explained(server, read(arguments)))


def _register_actions(server: Server) -> None:
    options = types.CodeActionOptions(code_action_kinds=KINDS, resolve_provider=True)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return []
        reviewed = server.diagnostics.reviewed(document.uri)
        versioned = server.editing.able.versioned
        found = code_actions(document, reviewed, params, versioned=versioned) if reviewed is not None else []
        return [*found, *await _offered(server, document, params)]

    @server.feature(types.CODE_ACTION_RESOLVE)
    def resolved(action: types.CodeAction) -> types.CodeAction:
        return resolve(action)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        document = server.documents.get(params.text_document.uri)
        reviewed = server.diagnostics.reviewed(params.text_document.uri)
        return hovered(document, reviewed, params.position) if document and reviewed else None


async def _offered(server: Server, document: Document, params: types.CodeActionParams) -> list[types.CodeAction]:
    """Actions that ask the model when they are chosen."""
    if not document.whole_characters():
        return []
    start, end = (document.offset(document.spot(each)) for each in (params.range.start, params.range.end))
    version, reviewed = document.version, server.diagnostics.reviewed(document.uri)
    chosen = selection(document, min(start, end), max(start, end))
    symbol = await in_thread(lambda: server.editing.symbols.around(chosen))
    able, prompts, on_disk = server.editing.able, server.editing.prompts, document.file is not None
    return edit_actions(Offer(params, chosen, symbol, able, prompts, version, on_disk, reviewed))


def _register_edit(server: Server, command: str) -> None:
    @server.command(command)
    async def edit(*arguments: Any) -> dict[str, Any]:
        """An edit, applied by the client unless it is only to be answered with."""
        argument = read(arguments)
        made = await _told_where(server.editing.make(command, argument))
        if made.edit is None:
            if argument.apply and argument.show and made.message != CANCELLED:
                server.messages.show(WARNING, made.message)
            return made.answer()
        if not argument.apply:
            return made.answer()
        return await _applied(server, made, argument)


async def _applied(server: Server, made: Made, argument: Argument) -> dict[str, Any]:
    """Have the client apply an edit; it is refused there where the document has changed in between."""
    asking = {"label": f"codeassist: {one_line(made.message, 100)}", "edit": made.edit}
    try:
        answer = await asyncio.wait_for(server.protocol.ask("workspace/applyEdit", asking), _ANSWER_SECONDS)
    except asyncio.TimeoutError:
        answer = None
    if isinstance(answer, dict) and answer.get("applied") is True:
        return made.answer(applied=True)
    told = answer.get("failureReason") if isinstance(answer, dict) else None
    reason = f"the editor did not apply it: {one_line(str(told), 200)}" if told else "the editor did not apply it"
    if argument.show:
        server.messages.show(WARNING, reason)
    return Made(made.edit, reason, made.reasons).answer()


async def _explained(server: Server, argument: Argument) -> dict[str, Any]:
    editing = server.editing

    def work(session: Session, watch: Watch) -> tuple[str, dict[str, Any]]:
        from codeassist.lsp.telling import answer_of, told

        answer = told(server.environ, session, document, chosen, symbol, watch, context=editing.context)
        return answer.answer, answer_of(answer)

    try:
        document, chosen = editing.chosen(argument)
        symbol = await in_thread(lambda: editing.symbols.around(chosen))
        text, answer = await editing.run(work, title(EXPLAIN, named(chosen, symbol)))
    except CodeassistError as error:
        if argument.show and not isinstance(error, CancelledError):
            server.messages.show(WARNING, said(error))
        return {"schema": 1, "markdown": "", "citations": [], "message": said(error)}
    if argument.show:
        server.messages.show(INFO, text)
    return answer


async def _told_where(answer: Awaitable[_T]) -> _T:
    """A fault of ours is told on standard error, and answered as one."""
    try:
        return await answer
    except Exception as error:
        report_fault(error)
        raise
