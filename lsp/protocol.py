"""pygls's protocol, made to survive what clients send and to keep code out of logs and error messages.

It differs in five things: frames come from our parser; a message that cannot be used is answered, never fatal;
message bodies are not logged; documents are ours alone; requests of our own are plain JSON.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from collections import deque
from collections.abc import Generator
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.protocol import LanguageServerProtocol, lsp_method

from codeassist.lsp.abilities import usable
from codeassist.lsp.documents import choose_units
from codeassist.lsp.frames import Broken, FrameParser
from codeassist.lsp.transport import Writer

_PARSE_ERROR, _INVALID, _METHOD_NOT_FOUND, _INVALID_PARAMS = -32700, -32600, -32601, -32602
_INTERNAL, _NOT_INITIALIZED = -32603, -32002


def silence_library_logs() -> None:
    """The libraries log message bodies, and values in tracebacks: code must not land in logs."""
    for name in ("pygls", "asyncio", "cattrs"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class Protocol(LanguageServerProtocol):
    """One client, from bytes to handlers and back. Used from the event loop only."""

    def __init__(self, server: Any, converter: Any) -> None:
        super().__init__(server, converter)
        self._parser = FrameParser()
        self._queue: deque[bytes | Broken] = deque()
        self._begun = False
        self._asked: dict[str, asyncio.Future[Any]] = {}
        self._numbers = itertools.count(1)

    @property
    def shut_down(self) -> bool:
        """Whether the client has said `shutdown`."""
        return self._shutdown

    # --- in

    def feed(self, data: bytes) -> None:
        """Handle what the client wrote.

        One message in each turn of the loop: so a request has read its document before a change that follows it, also
        where both arrive together.
        """
        idle = not self._queue
        self._queue += self._parser.feed(data)
        if idle and self._queue:
            asyncio.get_running_loop().call_soon(self._pump)

    def _pump(self) -> None:
        each = self._queue[0]
        try:
            if isinstance(each, Broken):
                self.refuse(None, _PARSE_ERROR, each.reason)
            else:
                self._body(each)
        except Exception as error:  # noqa: BLE001  one message must not make the server deaf
            self._server.report_server_error(error, JsonRpcException)
        self._queue.popleft()
        if self._queue:
            asyncio.get_running_loop().call_soon(self._pump)

    def _body(self, body: bytes) -> None:
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            self.refuse(None, _PARSE_ERROR, "a message is not JSON")
            return
        if not isinstance(message, dict) or message.get("jsonrpc") != self.VERSION:
            self.refuse(_id_of(message), _INVALID, "a message is not of JSON-RPC 2.0")
        elif isinstance(message.get("method"), str):
            self._call(message, message["method"])
        elif "id" in message and ("result" in message or "error" in message):
            self._answer(message)
        else:
            self.refuse(_id_of(message), _INVALID, "a message is neither a request nor an answer")

    def _call(self, message: dict[str, Any], method: str) -> None:
        """A request or a notification."""
        number = _id_of(message)
        if "id" in message and number is None:
            self.refuse(None, _INVALID, "an id is neither a whole number nor a text")
            return
        problem = self._out_of_turn(method) or self._unknown(method)
        if problem is not None:
            if number is not None:
                self.refuse(number, *problem)
            return
        if method == types.INITIALIZE:
            message["params"] = usable(message.get("params"))
        try:
            structured = self.structure_message(message)
        except Exception:  # noqa: BLE001  whatever the converter makes of anything
            if number is not None:
                self.refuse(number, _INVALID_PARAMS, f"{method[:100]}: the parameters cannot be used")
            return
        self._begun = self._begun or method == types.INITIALIZE
        self.handle_message(structured)

    def _out_of_turn(self, method: str) -> tuple[int, str] | None:
        """Why a message cannot be taken now."""
        if method == types.EXIT:
            return None
        if self._shutdown:
            return _INVALID, "the server is shutting down"
        if self._begun == (method == types.INITIALIZE):
            return (_INVALID, "initialize came twice") if self._begun else (_NOT_INITIALIZED, "initialize comes first")
        return None

    def _unknown(self, method: str) -> tuple[int, str] | None:
        """Why a method that nobody handles cannot be taken."""
        if method in self.fm.features or method in self.fm.builtin_features or method == types.CANCEL_REQUEST:
            return None
        return _METHOD_NOT_FOUND, f"{method[:100]} is not served"

    def _answer(self, message: dict[str, Any]) -> None:
        """The client answers a request of ours."""
        future = self._asked.pop(message["id"], None) if isinstance(message["id"], str) else None
        if future is not None and not future.done():
            future.set_result(message.get("result"))

    # --- out

    def tell(self, method: str, params: Any) -> None:
        """Send a notification; `params` is plain JSON."""
        self._send_data({"jsonrpc": self.VERSION, "method": method, "params": params})

    async def ask(self, method: str, params: Any) -> Any:
        """Send a request; the client's result, None if it answered with an error."""
        number = f"codeassist-{next(self._numbers)}"
        self._asked[number] = asyncio.get_running_loop().create_future()
        self._send_data({"jsonrpc": self.VERSION, "id": number, "method": method, "params": params})
        return await self._asked[number]

    def refuse(self, number: int | str | None, code: int, reason: str) -> None:
        """Answer with an error. Without an id it tells the client that a message of its own was lost."""
        self._send_data({"jsonrpc": self.VERSION, "id": number, "error": {"code": code, "message": reason}})

    def _send_response(
        self, msg_id: int | str, result: Any | None = None, error: types.ResponseError | None = None
    ) -> None:
        if error is not None and error.code == _INTERNAL:  # its text and data may quote the document
            error = types.ResponseError(code=_INTERNAL, message="internal error")
        elif error is not None:
            error = types.ResponseError(code=error.code, message=error.message)
        super()._send_response(msg_id, result, error)

    def _send_data(self, data: Any) -> None:
        if isinstance(self.writer, Writer):
            body = json.dumps(data, default=self._serialize_message, separators=(",", ":")).encode()
            self.writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    # --- what pygls does by itself

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Capabilities, with the position encoding that costs least; menus for clients without inline completion."""
        result = yield from super().lsp_initialize(params)
        general = params.capabilities.general
        offered = general.position_encodings if general else None
        result.capabilities.position_encoding = choose_units(offered)
        if params.capabilities.text_document and params.capabilities.text_document.inline_completion:
            result.capabilities.completion_provider = None
        return result

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Our documents only."""
        self.fm.features[types.TEXT_DOCUMENT_DID_OPEN](params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Our documents only."""
        self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE](params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Our documents only."""
        self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE](params)

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(self, params: types.ExecuteCommandParams) -> Any:  # type: ignore[override]
        """A command ends when its request is cancelled; pygls answers, and lets it go on."""
        handler = self.fm.commands.get(params.command)
        if handler is None:
            raise JsonRpcInvalidParams(f"{params.command[:100]} is not a command")
        result = handler(*(params.arguments or ()))
        return await result if asyncio.iscoroutine(result) else result

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_params: Any) -> None:  # type: ignore[override]
        """The server's own loop ends, not the process from inside a handler."""
        self.fm.features[types.EXIT](None)


def _id_of(message: Any) -> int | str | None:
    """A request's id, if it is one."""
    number = message.get("id") if isinstance(message, dict) else None
    return number if isinstance(number, (int, str)) and not isinstance(number, bool) else None
