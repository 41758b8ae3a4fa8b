"""`codeassist lsp`: the language server over standard input and output."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from codeassist import __version__
from codeassist.completion.statistics import statistics_file
from codeassist.errors import CancelledError, CodeassistError
from codeassist.lsp import engine_restart, options
from codeassist.lsp.assistant import Assistant
from codeassist.lsp.completion import Suggester
from codeassist.lsp.diagnostics import Cancel, Diagnostics
from codeassist.lsp.documents import Document, Documents, language_names
from codeassist.lsp.editing import Editing
from codeassist.lsp.feedback import Feedback
from codeassist.lsp.findings import Reviewed
from codeassist.lsp.life import Life
from codeassist.lsp.messages import ERROR, WARNING, Messages
from codeassist.lsp.progress import Progress
from codeassist.lsp.protocol import Protocol, silence_library_logs
from codeassist.lsp.transport import Writer, claim_standard_output, in_thread, read_forever
from codeassist.paths import user_paths

_SAVE_SECONDS = 30.0
_CLOSE_SECONDS = 3.0
_T = TypeVar("_T")


class Server(LanguageServer):
    """One editor's server: handlers that take a document's place to the core, and its life from start to exit."""

    protocol: Protocol

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__("codeassist", __version__, protocol_cls=Protocol)
        self.environ = environ
        self.documents = Documents()
        self.messages = Messages(self.protocol)
        self.feedback = Feedback(statistics_file(user_paths(environ).state))
        self.assistant = Assistant(environ, notice=self._notice, settled=self._settled, report=self._failed)
        self.suggester = Suggester(self.assistant, self.feedback.shown)
        self.works = Progress(self.protocol)
        self.diagnostics = Diagnostics(self._look, self._publish, report_fault)
        self.editing = Editing(environ, self.documents, self.assistant, self.works, self.diagnostics.reviewed)
        self.pulls_configuration = False
        self._life: Life | None = None

    # --- life

    async def serve(self, read: int, write: int) -> int:
        """Serve until the client leaves; the exit code."""
        loop = asyncio.get_running_loop()
        self._life = life = Life(loop)
        writer = Writer(write, lost=life.end_soon)
        self.protocol.set_writer(writer)
        read_forever(read, loop, lambda data: self.protocol.feed(data) if data else life.end(0))
        saving = asyncio.create_task(self._save_now_and_then())
        code = await life.ended
        self.suggester.close()
        looking = self.diagnostics.close()
        saving.cancel()
        ending: list[asyncio.Future[Any]] = [asyncio.ensure_future(in_thread(self._let_go)), *looking]
        await asyncio.wait(ending, timeout=_CLOSE_SECONDS)
        writer.close()
        return code

    def leave(self, *, orderly: bool) -> None:
        """The client said `exit`."""
        if self._life is not None:
            self._life.end(0 if orderly else 1)

    def watch(self, process: int | None) -> None:
        """Leave once the editor's process is gone."""
        if self._life is not None and process is not None:
            self._life.watch(process)

    def _let_go(self) -> None:
        self.assistant.close(for_good=True)
        self.feedback.save()

    async def _save_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(_SAVE_SECONDS)
            await in_thread(self.feedback.save)

    # --- what worker threads report

    def _soon(self, call: Callable[[], None]) -> None:
        if self._life is not None:
            self._life.soon(call)

    def _notice(self, text: str) -> None:
        self._soon(lambda: self.messages.working(text))

    def _settled(self) -> None:
        self._soon(self.messages.done)

    def _failed(self, error: CodeassistError) -> None:
        text = f"{error.message}. {error.hint}" if error.hint else error.message
        self._soon(lambda: self.messages.show(ERROR, text))

    def report_server_error(self, error: Exception, source: Any) -> None:
        """A fault of ours: where, never with which values. What a client asked wrongly is answered, and is none."""
        del source
        if not isinstance(error, JsonRpcInvalidParams):
            report_fault(error)

    # --- review

    def _look(self, document: Document, text: str, cancelled: Cancel, *, model: bool) -> Reviewed | None:
        """Review a document; None if that failed, or if there is no model that is loaded. In a worker thread."""
        session = self.assistant.session if model else None
        if document.file is None or (model and session is None):
            return None
        from codeassist.lsp.reviewing import review

        try:
            reviewed = review(self.environ, document.file, text, document.revision, cancelled, session)
        except CancelledError:
            return None
        except CodeassistError as error:
            complaint = f"review: {error.message}. {error.hint}".strip()
            self._soon(lambda: self.messages.show_once(WARNING, complaint))
            return None
        if reviewed.notices:
            notice = f"review: {'; '.join(reviewed.notices)}"
            self._soon(lambda: self.messages.show_once(WARNING, notice))
        return reviewed

    def _publish(self, params: dict[str, Any]) -> None:
        self.protocol.tell("textDocument/publishDiagnostics", params)

    # --- settings

    def configure(self, given: Any) -> None:
        """Take settings; what is wrong is told once and keeps its default."""
        chosen, complaints = options.parse(given)
        if complaints:
            self.messages.show_once(WARNING, "settings: " + "; ".join(complaints))
        self.suggester.options = chosen
        self.editing.context = chosen.context
        self.editing.prompts = self.editing.prompts or chosen.prompts  # what it can do, it can do for good
        self.diagnostics.choose(chosen.review, self.documents.all())
        changed = self.assistant.choose(chosen.model, chosen.mode, context=chosen.context)
        self.assistant.forgive()
        if changed and self.assistant.ready is not None:
            self.in_background(in_thread(self.assistant.close))

    async def pull_configuration(self) -> None:
        """Ask the client for its settings."""
        answer = await self.protocol.ask("workspace/configuration", {"items": [{"section": "codeassist"}]})
        if isinstance(answer, list) and answer and answer[0] is not None:
            self.configure(answer[0])
        self.assistant.settings_came()

    def in_background(self, work: Awaitable[object]) -> None:
        """Let something go on beside the requests."""
        if self._life is not None:
            self._life.keep(asyncio.ensure_future(work))

    # --- requests

    def wanted(self, uri: str) -> Document | None:
        """The document, if suggestions are wanted in it."""
        document = self.documents.get(uri)
        if document is None or not self.suggester.options.allows(language_names(document)):
            return None
        return document

    def status(self) -> dict[str, Any]:
        """The answer to `codeassist.status`."""
        counters = msgspec.to_builtins(self.assistant.counters)
        return {
            "schema": 1,
            "model": self.assistant.model or self.suggester.options.model,
            "enabled": self.suggester.options.enabled,
            "running": self.assistant.ready is not None,
            "error": self.assistant.error or None,
            "counters": counters,
            "documents": {
                each.uri: {"version": each.version, "sha256": each.digest()} for each in self.documents.all()
            },
            "version": __version__,
        }

    async def restart(self) -> dict[str, Any]:
        """The answer to `codeassist.restart`: a new engine at the next request."""
        self.suggester.close()
        await in_thread(lambda: engine_restart.stop(self.assistant, self.environ, self.suggester.options.mode))
        self.assistant.forgive()
        return self.status()


async def guarded(answer: Awaitable[list[_T]]) -> list[_T]:
    """A fault of ours while a suggestion is made: nothing is suggested."""
    try:
        return await answer
    except Exception as error:  # noqa: BLE001  the boundary
        report_fault(error)
        return []


def report_fault(error: BaseException) -> None:
    """Where a fault is, on standard error: no values, as they may be code."""
    where = "".join(traceback.format_tb(error.__traceback__))
    sys.stderr.write(f"codeassist {__version__}: unexpected {type(error).__name__}\n{where}")


def run(environ: Mapping[str, str]) -> int:
    """Serve one editor over standard input and output; the exit code."""
    from codeassist.lsp.handlers import register

    silence_library_logs()
    write = claim_standard_output()
    server = Server(environ)
    register(server)
    return asyncio.run(server.serve(0, write))
