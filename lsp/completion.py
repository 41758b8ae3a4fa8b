"""From a request of the editor to suggestions: the document's place, the core, ranges and newlines of the document."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsprotocol import types

from codeassist.completion.decoding import Place
from codeassist.completion.session import Completer
from codeassist.completion.suggestion import Suggestion
from codeassist.lsp.assistant import Assistant
from codeassist.lsp.debounce import Debounce
from codeassist.lsp.documents import Document, Spot, language_names
from codeassist.lsp.options import Options
from codeassist.lsp.rechecking import Rechecking
from codeassist.lsp.scheduler import Scheduler
from codeassist.lsp.transport import in_thread

ACCEPTED = "codeassist.accepted"
_MENU_SECONDS = 0.25  # a menu does not wait longer; what is computed meanwhile is found at the next keystroke
_SMALL = 4000  # characters: prompts of smaller documents begin at their top, wherever the cursor is
_ATTEMPTS = 3  # an older request may reach the core after a newer one, and end it
_IDLE_SECONDS = 0.5  # after a change without a request: where the person works is evaluated beforehand
_INVOKED = types.InlineCompletionTriggerKind.Invoked


@dataclass(frozen=True)
class Target:
    """Where a suggestion goes.

    Attributes:
        place: what the core works on.
        selected: what stands before the suggestion in the inserted text: the item that a menu has selected.
        range: what the inserted text replaces.
    """

    place: Place
    selected: str
    range: types.Range


@dataclass(frozen=True)
class Shown:
    """A suggestion that was sent."""

    document: Document
    target: Target
    suggestion: Suggestion


class Suggester:
    """Answers requests for suggestions. Used from the event loop; the core runs in threads."""

    def __init__(self, assistant: Assistant, shown: Callable[[Shown], str]) -> None:
        self.options = Options()
        self._assistant = assistant
        self._shown = shown  # counts it; gives its id
        self._debounce = Debounce()
        self._rechecking = Rechecking(assistant)
        self._scheduler: Scheduler[Suggestion | None] = Scheduler(self._release)
        self._background: set[asyncio.Future[object]] = set()
        self._idle: dict[str, asyncio.TimerHandle] = {}

    # --- notifications

    def opened(self, document: Document) -> None:
        """Load the model, and evaluate what can be known of the prompt."""
        if self.options.allows(language_names(document)):
            place = document.place(document.end())
            small = len(place.before) <= _SMALL
            self._later(lambda completer: completer.warm(document.uri, place) if small else None)
            self._later(lambda completer: completer.opened(place.path))

    def saved(self, path: Path) -> None:
        """A file was written, in this editor or beside it."""
        if self._assistant.ready is not None:
            self._later(lambda completer: completer.saved(path))

    def changed(self, document: Document) -> None:
        """What the document's waiting request asked for is no longer of interest."""
        self._debounce.keystroke(time.monotonic())
        self._scheduler.drop(document.uri)
        self._occupied(document.uri)
        if self._assistant.ready is not None and self.options.allows(language_names(document)):
            loop = asyncio.get_running_loop()
            self._idle[document.uri] = loop.call_later(_IDLE_SECONDS, self._warm, document)

    def closed(self, uri: str) -> None:
        """Forget a document."""
        self._scheduler.drop(uri)
        self._occupied(uri)
        if self._assistant.ready is not None:
            self._later(lambda completer: completer.forget(uri))

    def close(self) -> None:
        """Answer everything with nothing."""
        self._scheduler.close()

    def _occupied(self, uri: str) -> None:
        """The document is not idle."""
        timer = self._idle.pop(uri, None)
        if timer is not None:
            timer.cancel()

    def _warm(self, document: Document) -> None:
        del self._idle[document.uri]
        place = document.place(document.edited)
        self._later(lambda completer: completer.warm(document.uri, place))
        self._keep(asyncio.ensure_future(self._rechecking.idle()))

    # --- requests

    async def inline(
        self, document: Document, params: types.InlineCompletionParams
    ) -> list[types.InlineCompletionItem]:
        """The answer to `textDocument/inlineCompletion`; nothing where the text has changed meanwhile."""
        target = _target(document, params)
        if target is None:
            return []
        invoked = params.context.trigger_kind == _INVOKED
        suggestion = await self._suggest(document, target, invoked=invoked)
        if suggestion is None or not suggestion.text:
            return []
        number = self._show(Shown(document, target, suggestion))
        text = (target.selected + suggestion.text).replace("\n", document.newline)
        command = types.Command("Suggestion accepted", ACCEPTED, arguments=[number])
        return [types.InlineCompletionItem(insert_text=text, range=target.range, command=command)]

    async def menu(self, document: Document, position: types.Position) -> list[types.CompletionItem]:
        """The answer to `textDocument/completion`: in time for a menu, or nothing."""
        spot = document.spot(position)
        here = document.position(spot)
        target = Target(document.place(spot), "", types.Range(here, here))
        asking = asyncio.ensure_future(self._suggest(document, target, invoked=True))
        self._keep(asking)
        try:
            suggestion = await asyncio.wait_for(asyncio.shield(asking), _MENU_SECONDS)
        except asyncio.TimeoutError:
            return []
        except asyncio.CancelledError:
            asking.cancel()
            raise
        if suggestion is None or not suggestion.text.strip():
            return []
        number = self._show(Shown(document, target, suggestion))
        return [_item(document, spot, suggestion, number)]

    async def _suggest(self, document: Document, target: Target, *, invoked: bool) -> Suggestion | None:
        """What the core suggests; None where nothing is wanted any more."""
        self._occupied(document.uri)
        known = self._known(document.uri, target.place)
        if known is not None:
            self._scheduler.supersede(document.uri)
            return known
        self._debounce.expect(self._rechecking.expected_seconds())
        busy = self._scheduler.working > 0
        wait = 0.0 if invoked else self._debounce.wait(busy=busy, fixed_ms=self.options.debounce_ms)
        revision, max_lines = document.revision, self.options.max_lines

        def complete(completer: Completer, cancelled: Callable[[], bool]) -> Suggestion | None:
            began = time.monotonic()
            for _ in range(_ATTEMPTS):
                if cancelled():
                    break
                done = completer.complete(document.uri, target.place, max_lines=max_lines, cancel=cancelled)
                if done.finish != "cancelled":
                    self._debounce.answered(time.monotonic() - began)
                    return done
            return None

        def work(cancelled: Callable[[], bool]) -> Suggestion | None:
            return self._assistant.use(lambda completer: complete(completer, cancelled))

        key = (revision, target.range.start.line, target.range.end.character, target.selected)
        suggestion = await self._scheduler.run(document.uri, key, wait, work)
        return suggestion if document.revision == revision else None

    def _known(self, uri: str, place: Place) -> Suggestion | None:
        completer = self._assistant.ready
        return completer.lookup(uri, place) if completer is not None else None

    def _show(self, shown: Shown) -> str:
        """Count it, and let the core go on to the next one once the answer is on its way."""
        uri, place, suggestion = shown.document.uri, shown.target.place, shown.suggestion
        asyncio.get_running_loop().call_soon(
            lambda: self._later(lambda completer: completer.shown(uri, place, suggestion))
        )
        return self._shown(shown)

    def _later(self, work: Callable[[Completer], object]) -> None:
        self._keep(asyncio.ensure_future(in_thread(lambda: self._assistant.use(work))))

    def _keep(self, task: asyncio.Future[Any]) -> None:
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def _release(self, uri: str) -> None:
        completer = self._assistant.ready
        if completer is not None:
            completer.cancel(uri)


def _target(document: Document, params: types.InlineCompletionParams) -> Target | None:
    """The place; with a menu's selected item taken as typed, as the suggestion must begin with it."""
    spot = document.spot(params.position)
    here = document.position(spot)
    chosen = params.context.selected_completion_info
    if chosen is None:
        return Target(document.place(spot), "", types.Range(here, here))
    start, end = document.spot(chosen.range.start), document.spot(chosen.range.end)
    replaced = document.before_on_line(spot)[start.index :]
    if start.line != spot.line or end != spot or not chosen.text.lower().startswith(replaced.lower()):
        return None
    place = document.place(start, chosen.text, end)
    return Target(place, chosen.text, types.Range(document.position(start), document.position(end)))


def _item(document: Document, spot: Spot, suggestion: Suggestion, number: str) -> types.CompletionItem:
    """A menu's item: it replaces the word at the cursor, by which the menu filters."""
    before = document.before_on_line(spot)
    word = before[len(before.rstrip(_WORD)) :]
    text = word + suggestion.text
    label = next((line.strip() for line in text.split("\n") if line.strip()), text)
    start = Spot(spot.line, spot.index - len(word))
    return types.CompletionItem(
        label=label[:80],
        kind=types.CompletionItemKind.Text,
        detail="codeassist",
        filter_text=text.split("\n", 1)[0] if word else None,
        text_edit=types.TextEdit(
            types.Range(document.position(start), document.position(spot)), text.replace("\n", document.newline)
        ),
        insert_text_mode=types.InsertTextMode.AsIs,
        command=types.Command("Suggestion accepted", ACCEPTED, arguments=[number]),
    )


_WORD = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"


def resolve(item: types.CompletionItem) -> types.CompletionItem:
    """The item with its whole text as documentation, when a menu asks for it."""
    edit = item.text_edit
    if isinstance(edit, types.TextEdit):
        fence = "```"
        while fence in edit.new_text:
            fence += "`"
        item.documentation = types.MarkupContent(types.MarkupKind.Markdown, f"{fence}\n{edit.new_text}\n{fence}")
    return item
