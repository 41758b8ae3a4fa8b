"""The methods that the server answers: each takes a document from the store, asks, and converts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lsprotocol import types

from codeassist.lsp import edit_commands
from codeassist.lsp.abilities import abilities
from codeassist.lsp.actions import EXPLAIN
from codeassist.lsp.completion import ACCEPTED, resolve
from codeassist.lsp.documents import Documents, choose_units
from codeassist.lsp.explanation import answer, explained
from codeassist.lsp.messages import INFO
from codeassist.lsp.server import Server, guarded


def register(server: Server) -> None:
    """Name every method and command to the protocol, which also makes the capabilities of them."""
    _register_life(server)
    _register_documents(server, server.documents)
    _register_requests(server)
    _register_review(server)
    edit_commands.register(server)
    _register_commands(server)


def _register_life(server: Server) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        general, window = params.capabilities.general, params.capabilities.window
        server.documents.units = choose_units(general.position_encodings if general else None)
        server.messages.progress_supported = bool(window and window.work_done_progress)
        server.works.supported = server.messages.progress_supported
        workspace = params.capabilities.workspace
        server.pulls_configuration = bool(workspace and workspace.configuration)
        server.editing.able = abilities(params.capabilities)
        texts = params.capabilities.text_document
        server.diagnostics.shown = bool(texts and texts.publish_diagnostics)
        server.watch(params.process_id)
        server.configure(params.initialization_options)
        if server.pulls_configuration:
            server.assistant.expect_settings()

    @server.feature(types.INITIALIZED)
    def initialized(_params: Any) -> None:
        if server.pulls_configuration:
            server.in_background(server.pull_configuration())

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def changed(params: types.DidChangeConfigurationParams) -> None:
        if server.pulls_configuration:
            server.in_background(server.pull_configuration())
        elif isinstance(params.settings, dict) and "codeassist" in params.settings:
            server.configure(params.settings["codeassist"])
        elif params.settings:
            server.configure(params.settings)

    @server.feature(types.EXIT)
    def leave(_params: Any) -> None:
        server.leave(orderly=server.protocol.shut_down)


def _register_documents(server: Server, documents: Documents) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        document = documents.open(params.text_document)
        server.suggester.opened(document)
        server.diagnostics.begin(document)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        document = documents.get(params.text_document.uri)
        if document is not None:
            document.change(list(params.content_changes), params.text_document.version)
            server.suggester.changed(document)
            server.diagnostics.changed(document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        document = documents.get(params.text_document.uri)
        if document is not None:
            server.suggester.saved(document.path)
            server.diagnostics.begin(document)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        documents.close(uri)
        server.suggester.closed(uri)
        server.diagnostics.closed(uri)
        server.feedback.gone(uri)


def _register_requests(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, types.InlineCompletionOptions())
    async def inline(params: types.InlineCompletionParams) -> types.InlineCompletionList:
        document = server.wanted(params.text_document.uri)
        items = await guarded(server.suggester.inline(document, params)) if document else []
        return types.InlineCompletionList(items=items)

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(resolve_provider=True))
    async def menu(params: types.CompletionParams) -> types.CompletionList:
        document = server.wanted(params.text_document.uri)
        items = await guarded(server.suggester.menu(document, params.position)) if document else []
        return types.CompletionList(is_incomplete=True, items=items)

    @server.feature(types.COMPLETION_ITEM_RESOLVE)
    def resolved(item: types.CompletionItem) -> types.CompletionItem:
        return resolve(item)


def _register_review(server: Server) -> None:
    @server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def cancelled(params: types.WorkDoneProgressCancelParams) -> None:
        server.works.cancel(params.token)

    @server.command(EXPLAIN)
    async def explain(*arguments: Any) -> dict[str, Any] | None:
        """A document's URI, a finding's fingerprint, and true if the client shows the answer by itself."""
        uri, fingerprint = (str(each) for each in (*arguments, "", "")[:2])
        document, reviewed = server.documents.get(uri), server.diagnostics.reviewed(uri)
        finding = reviewed.finding(fingerprint) if reviewed is not None else None
        if document is None or reviewed is None or finding is None:
            return None
        explanation, gone = await explained(server.assistant, server.works, reviewed, finding)
        told = answer(document, reviewed, finding, explanation, versioned=server.editing.able.versioned)
        if not gone and True not in arguments[2:]:
            server.messages.show(INFO, told["message"])
        return told


def _register_commands(server: Server) -> None:
    # The arguments' type is Any: were it object, pygls would put the server in front of them.
    @server.command("codeassist.status")
    def status(*_arguments: Any) -> dict[str, Any]:
        return server.status()

    @server.command("codeassist.restart")
    async def restart(*_arguments: Any) -> dict[str, Any]:
        return await server.restart()

    @server.command("codeassist.toggle")
    def toggle(*arguments: Any) -> dict[str, Any]:
        options = server.suggester.options
        wanted = arguments[0] if arguments and isinstance(arguments[0], bool) else not options.enabled
        server.suggester.options = replace(options, enabled=wanted)
        return server.status()

    @server.command(ACCEPTED)
    def accepted(*arguments: Any) -> bool:
        """The id of a suggestion, and how many characters of it were taken if not all."""
        if not arguments:
            return False
        characters = arguments[1] if len(arguments) > 1 and isinstance(arguments[1], int) else None
        return server.feedback.accepted(str(arguments[0]), characters)
