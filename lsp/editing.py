"""The commands that edit: one at a time for a document, in a thread; what comes of it fits the document, or is refused.

The model takes seconds, and the person types on. What it wrote is applied where its lines stand now; if the target, or
a line beside a place where something comes in, is not as it was, it is not applied.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types

from codeassist.edit.change import FileEdit
from codeassist.errors import CancelledError, CodeassistError, ConflictError, EngineError, UsageError
from codeassist.lsp.abilities import Abilities
from codeassist.lsp.arguments import Argument
from codeassist.lsp.assistant import Assistant
from codeassist.lsp.documents import Document, Documents
from codeassist.lsp.edit_actions import TEST
from codeassist.lsp.findings import Reviewed
from codeassist.lsp.progress import Progress, Watch
from codeassist.lsp.symbols import Selection, Symbols, selection
from codeassist.lsp.tasks import NoInstructionError, Task, task
from codeassist.lsp.textedits import Lines, moved, pieces, text_edits
from codeassist.lsp.transport import in_thread
from codeassist.lsp.workspace_edits import Changes, of_document, of_file, workspace_edit
from codeassist.session import Session
from codeassist.terminal import one_line
from codeassist.text import decode

if TYPE_CHECKING:
    from codeassist.lsp.drafting import Drafted

CANCELLED = "cancelled"
_T = TypeVar("_T")


@dataclass(frozen=True)
class Made:
    """What came of a command.

    Attributes:
        edit: None where there is nothing to apply.
        message: why not, or what the edit does.
        reasons: why drafts were not taken.
        needs: what the client may ask the person for, and try again: "instruction".
    """

    edit: types.WorkspaceEdit | None
    message: str
    reasons: tuple[str, ...] = ()
    needs: str | None = None

    def answer(self, *, applied: bool = False) -> dict[str, Any]:
        """The command's answer."""
        return {
            "schema": 1,
            "applied": applied,
            "edit": self.edit,
            "message": self.message,
            "reasons": [one_line(each, 500) for each in self.reasons],
            "needs": self.needs,
        }


@dataclass(frozen=True)
class _Asked:
    """A command: the document and its text then, and what is to be done."""

    uri: str
    text: str
    task: Task


class Editing:
    """Makes edits. Used from the event loop; the core runs in threads."""

    def __init__(
        self,
        environ: Mapping[str, str],
        documents: Documents,
        assistant: Assistant,
        progress: Progress,
        reviewed: Callable[[str], Reviewed | None],
    ) -> None:
        self.able = Abilities()
        self.prompts = False  # the client asks a person for an instruction, and shows what comes
        self.context = True
        self.symbols = Symbols()
        self._environ = environ
        self._documents = documents
        self._assistant = assistant
        self._progress = progress
        self._reviewed = reviewed
        self._busy: set[str] = set()

    async def make(self, command: str, argument: Argument) -> Made:
        """Have the model write; an expected failure is a message. Ends early when the request is cancelled."""
        if argument.uri in self._busy:
            return Made(None, "another edit of this file is being written")
        self._busy.add(argument.uri)
        try:
            document, chosen = self.chosen(argument)
            symbol = await in_thread(lambda: self.symbols.around(chosen))
            reviewed = self._reviewed(argument.uri)
            asked = _Asked(argument.uri, chosen.text, task(command, argument, document, chosen, symbol, reviewed))
            drafted = await self.run(lambda session, watch: self._draft(asked.task, session, watch), asked.task.title)
            return self._made(asked, drafted)
        except NoInstructionError as error:
            return Made(None, said(error), needs="instruction")
        except CodeassistError as error:
            return Made(None, said(error))
        finally:
            self._busy.discard(argument.uri)

    async def run(self, work: Callable[[Session, Watch], _T], title: str) -> _T:
        """Do something with the model in a thread, with progress that can be cancelled.

        Raises:
            CodeassistError: as `work` does; EngineError also where there is no model.
        """
        gone = threading.Event()
        loop = asyncio.get_running_loop()

        def inside(session: Session, watch: Watch) -> _T | CodeassistError:
            try:
                return work(session, watch)
            except EngineError:
                raise  # the assistant tells it, and waits before it tries again
            except CodeassistError as error:
                return error

        self._assistant.forgive()  # a person asks
        try:
            with self._progress.showing(title, gone.set) as say:
                watch = Watch(gone.is_set, lambda news: _soon(loop, lambda: say(news)))
                result = await in_thread(lambda: self._assistant.with_session(lambda it: inside(it, watch)))
        except asyncio.CancelledError:
            gone.set()
            raise
        if result is None:
            raise EngineError(self._assistant.error or "the engine was stopped")
        if isinstance(result, CodeassistError):
            raise result
        return result

    def chosen(self, argument: Argument) -> tuple[Document, Selection]:
        """What an argument names.

        Raises:
            ConflictError: the document is not open, or not as it was for which this was asked.
            UsageError: its text cannot be edited.
        """
        document, where = self._documents.get(argument.uri), argument.where
        if document is None or where is None:
            raise ConflictError("the file is not open in the editor")
        if argument.version is not None and argument.version != document.version:
            raise ConflictError("the text has changed since", "ask again")
        if not document.whole_characters():
            raise UsageError("the text holds halves of characters")
        start, end = (
            document.offset(document.spot(types.Position(each.line, each.character)))
            for each in (where.start, where.end)
        )
        return document, selection(document, min(start, end), max(start, end))

    def _draft(self, task: Task, session: Session, watch: Watch) -> Drafted:
        from codeassist.lsp.drafting import draft

        return draft(self._environ, session, task, watch, context=self.context)

    def _made(self, asked: _Asked, drafted: Drafted) -> Made:
        """What a draft comes to in the documents as they are now.

        Raises:
            ConflictError: what it rests on has changed.
            UsageError: the client cannot take it.
        """
        outcome = drafted.outcome
        if outcome.change is None or not outcome.holds:
            count = len(outcome.reasons)
            what = f"none of {count} drafts holds" if count > 1 else "no draft holds"
            return Made(
                None, f"{what}: {one_line(outcome.reasons[-1], 200) if count else 'there is none'}", outcome.reasons
            )
        changes: Changes = []
        for each in outcome.change.files:
            if each.path == asked.task.path:
                changes.append(self._here(asked, each, drafted.kept))
            else:
                changes += of_file(asked.task.root, each, self._documents)
        told = ", which were not run" if asked.task.command == TEST else ""
        return Made(workspace_edit(changes, self.able), outcome.change.title + told, outcome.reasons)

    def _here(self, asked: _Asked, edit: FileEdit, kept: Sequence[Lines]) -> types.TextDocumentEdit:
        """The edit of the document that was asked about."""
        document, note = self._documents.get(asked.uri), asked.task.note
        if document is None or edit.after is None:
            raise ConflictError("the file is not open in the editor any more")
        found = pieces(asked.text, decode(edit.after, edit.path).text)
        now = document.sound()
        if now != asked.text:
            stay = [Lines(note.before(first), note.before(last)) for first, last in kept]
            still = moved(found, stay, asked.text, now)
            if still is None or not document.whole_characters():
                raise ConflictError("the code was changed while the model wrote", "nothing was changed; ask again")
            found = still
        return of_document(document, text_edits(document, found))


def said(error: CodeassistError) -> str:
    """An expected failure in a sentence."""
    if isinstance(error, CancelledError):
        return CANCELLED
    return f"{error.message}; {error.hint}" if error.hint else error.message


def _soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended
        loop.call_soon_threadsafe(call)
