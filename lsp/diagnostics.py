"""Findings as diagnostics: a file is reviewed when it is opened or saved, in a thread, until it changes again.

Checks take milliseconds and are published at once. The model joins them, if the settings say so, when nobody has typed
for a while: what it finds is published with them.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from weakref import WeakValueDictionary

import msgspec

from codeassist.lsp.documents import Document
from codeassist.lsp.findings import Reviewed
from codeassist.lsp.options import Review
from codeassist.lsp.transport import in_thread
from codeassist.review.finding import Finding
from codeassist.terminal import one_line

_DEBOUNCE_SECONDS = 0.1  # formatters and auto-save write a file several times
_IDLE_SECONDS = 2.0  # without a change in any document before the model looks at one
_AT_ONCE = 2  # documents whose reviews run
_MOST = 300  # diagnostics of a document
_SEVERITIES = {"high": 1, "medium": 2, "low": 3}  # error, warning, information

Cancel = Callable[[], bool]


class Look(Protocol):
    """Reviews documents, in threads."""

    def __call__(self, document: Document, text: str, cancelled: Cancel, *, model: bool) -> Reviewed | None:
        """What is found in a document's text, with the model or without. None: leave what is known as it is."""
        ...


@dataclass(eq=False)
class _Job:
    """One review of a document, which ends once it is `gone`."""

    document: Document
    revision: int
    lock: asyncio.Lock  # held while a review of this document runs: there is one at a time
    gone: threading.Event = field(default_factory=threading.Event)
    task: asyncio.Task[None] | None = None

    def is_gone(self) -> bool:
        return self.gone.is_set() or self.document.revision != self.revision


class Diagnostics:
    """What is known of the open documents. Used from the event loop; `look` is called in threads."""

    def __init__(self, look: Look, publish: Callable[[dict[str, Any]], None], fault: Callable[[Exception], None]):
        self._look = look
        self._publish = publish
        self._fault = fault
        self.shown = True  # the client shows diagnostics; else nothing is reviewed
        self._review: Review = "off"
        self._jobs: dict[str, _Job] = {}
        self._reviewed: dict[str, Reviewed] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._threads = asyncio.Semaphore(_AT_ONCE)
        self._model = asyncio.Semaphore(1)
        self._looking: set[asyncio.Future[Reviewed | None]] = set()
        self._changed = 0.0  # when any document was last opened, saved or changed, monotonic seconds

    def reviewed(self, uri: str) -> Reviewed | None:
        """What the last review of a document found."""
        return self._reviewed.get(uri)

    def choose(self, review: Review, documents: list[Document]) -> None:
        """Take the setting: documents are reviewed from now on, or their findings go."""
        before, self._review = self._review, review if self.shown else "off"
        if self._review == before:
            return
        for document in documents:
            if self._review == "off":
                self.closed(document.uri)
            else:
                self.begin(document)

    def begin(self, document: Document) -> None:
        """A document was opened or saved: review it, in place of an older review."""
        if self._review == "off" or document.file is None:
            return
        self._end(document.uri)
        self._changed = time.monotonic()
        job = _Job(document, document.revision, self._locks.setdefault(document.uri, asyncio.Lock()))
        job.task = asyncio.create_task(self._run(job))
        self._jobs[document.uri] = job

    def changed(self, uri: str) -> None:
        """A document changed: a review of what it was is given up. What is published stays; editors move it along."""
        self._changed = time.monotonic()
        job = self._jobs.get(uri)
        if job is not None:
            job.gone.set()

    def closed(self, uri: str) -> None:
        """A document was put away, or is not to be reviewed any more."""
        self._end(uri)
        if self._reviewed.pop(uri, None) is not None:
            self._publish({"uri": uri, "diagnostics": []})

    def close(self) -> list[asyncio.Future[Reviewed | None]]:
        """End all reviews; those whose threads are still to end, and to put away what they made."""
        for uri in list(self._jobs):
            self._end(uri)
        return list(self._looking)

    def _end(self, uri: str) -> None:
        job = self._jobs.pop(uri, None)
        if job is not None:
            job.gone.set()

    async def _run(self, job: _Job) -> None:
        """Checks, then the model."""
        await asyncio.sleep(_DEBOUNCE_SECONDS)
        if await self._step(job, job.is_gone, model=False):
            while self._review == "all" and not await self._with_model(job):
                pass

    async def _with_model(self, job: _Job) -> bool:
        """Wait until nobody types, then have the model look; False if somebody typed meanwhile, elsewhere."""
        while (wait := self._changed + _IDLE_SECONDS - time.monotonic()) > 0 and not job.is_gone():
            await asyncio.sleep(wait)
        since = self._changed

        def interrupted() -> bool:
            return job.is_gone() or self._changed != since

        await self._step(job, interrupted, model=True)
        return job.is_gone() or self._changed == since

    async def _step(self, job: _Job, cancelled: Cancel, *, model: bool) -> bool:
        """Review and publish; False if the document is not the same any more, or it failed."""
        async with job.lock, self._model if model else self._threads:
            text = job.document.sound()
            if cancelled():
                return False
            looking = asyncio.ensure_future(in_thread(lambda: self._look(job.document, text, cancelled, model=model)))
            self._looking.add(looking)
            looking.add_done_callback(self._looking.discard)
            try:
                reviewed = await looking
            except Exception as error:  # noqa: BLE001  the boundary
                self._fault(error)
                return False
        if cancelled() or reviewed is None:
            return False
        document = job.document
        before = self._reviewed.get(document.uri)
        if before is not None and before.lines == reviewed.lines:
            reviewed = replace(reviewed, proposals=before.proposals)  # the same: an explanation may be on its way
        self._reviewed[document.uri] = reviewed
        found = [diagnostic(document, each) for each in reviewed.findings[:_MOST]]
        self._publish({"uri": document.uri, "version": document.version, "diagnostics": found})
        return True


def diagnostic(document: Document, finding: Finding) -> dict[str, Any]:
    """A finding as the protocol has it; its range covers the text of its lines as they are now."""
    where = document.stretch(finding.line, finding.end_line)
    start, end = ({"line": each.line, "character": each.character} for each in (where.start, where.end))
    return {
        "range": {"start": start, "end": end},
        "severity": _SEVERITIES[finding.severity],
        "code": one_line(finding.rule, 100),
        "source": "codeassist",
        "message": one_line(finding.message, 500),
        "data": {"fingerprint": finding.fingerprint, "fix": msgspec.to_builtins(finding.fix)},
    }
