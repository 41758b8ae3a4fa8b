"""A client of llama.vim's protocol, playing the plug-in's part in the editor's event loop.

Behaviour after autoload/llama.vim of ggml-org/llama.vim (commit 381730b0): on each move of the cursor in insert mode
the hint is taken from the cache if it can be, and a request is sent unless one runs; while one runs a timer of 100 ms
is set anew. A running request is never broken off. Once a hint is shown, the next one is asked for as if it had been
accepted. Left out in the peer's favour: starting a curl process for each request, and the work of Vim itself.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.eventloop import EventLoop, Timer
from benchmarks.infillserver import InfillServer
from benchmarks.keystrokes import Stroke
from benchmarks.llamacontext import (
    AHEAD_MS,
    FIRST_MS,
    PREFIX_LINES,
    SUFFIX_LINES,
    AnswerCache,
    Hint,
    Key,
    hint_of,
    keys,
    local_context,
    look_back,
    request_body,
    ring_body,
)
from benchmarks.llamaring import CHUNK_LINES, SCOPE_LINES, Ring
from benchmarks.sides import Seen, Side

DEBOUNCE_SECONDS = 0.1
MAX_LINE_SUFFIX = 8  # characters right of the cursor
MOVED_FAR = 32  # lines
RING_SECONDS, STILL_SECONDS = 1.0, 3.0
OPEN_SECONDS = 0.1

Answer = dict[str, Any]
Post = Callable[[dict[str, Any]], Answer]


@dataclass
class LlamaVim(Side):
    """The plug-in with its defaults; `chunks` is its ring_n_chunks."""

    model: Path = Path()
    threads: int = 0
    chunks: int = 0
    post: Post | None = None  # instead of a server of its own
    rng: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311

    def __post_init__(self) -> None:
        self._server: InfillServer | None = None
        self._cache = AnswerCache()
        self._ring = Ring(self.chunks, self.rng)
        self._running = False
        self._warming = 0
        self._timer: Timer | None = None
        self._hint: Hint | None = None
        self._indent = -1
        self._picked = -9999
        self._moved = 0.0
        self._total = [0, 0]

    def start(self) -> None:
        """Start the server and let it answer once."""
        if self.post is None:
            self._server = InfillServer.start(self.model, self.threads)
            self.post = self._server.post
        self.post(request_body(local_context(["x = 1", ""], 1, 0, [], 0), [], FIRST_MS))
        if self.chunks:
            self.loop.after(RING_SECONDS, self._update_ring)

    def opened(self) -> None:
        """A buffer is entered: its surroundings become a chunk."""
        self.loop.after(OPEN_SECONDS, self._pick_here)

    def pressed(self, stroke: Stroke, before: str) -> None:
        """The cursor moved in insert mode."""
        del stroke, before
        self._moved = self.loop.now()
        self._hint = None
        self._try_hint(cached=True)
        self._ask(None, [], cause=True)

    def closing(self) -> None:
        """The file is written."""
        self._hint = None
        self._pick_here()

    def tokens(self) -> tuple[int, int]:
        """All that the server reported."""
        return self._total[0], self._total[1]

    def busy(self) -> bool:
        """A request runs or will."""
        waiting = self._timer is not None and self._timer.callback is not None
        return self._running or waiting or self._warming > 0

    def processes(self) -> dict[str, psutil.Process]:
        """The server."""
        return {"engine": psutil.Process(self._server.process.pid)} if self._server else {}

    def close(self) -> None:
        """End the server."""
        if self._server:
            self._server.close()

    def _ask(self, place: tuple[int, int] | None, ahead: list[str], *, cause: bool = False) -> None:
        """Ask for a place (None: where the cursor is by then), unless a request runs: then try again soon."""
        if self._running:
            if self._timer:
                self._timer.stop()
            self._timer = self.loop.after(DEBOUNCE_SECONDS, lambda: self._ask(place, ahead))
            return
        lines = self.buffer.lines
        line, column = place or self.buffer.place
        if line >= len(lines):  # the text has changed under a request that waited; Vim reads an empty line there
            return
        local = local_context(lines, line, column, ahead, self._indent)
        if len(local.line_suffix) > MAX_LINE_SUFFIX:
            if not ahead and self.seen:
                self.seen.declined = True
            return
        found = keys(local)
        if any(self._cache.get(key) is not None for key in found):
            if cause and self.seen:
                self.seen.cached = self.seen.answered = True
            return
        self._indent = local.indent
        here = self.buffer.place[0]
        self._ring.drop_like(lines[max(0, here - CHUNK_LINES // 2) : here + CHUNK_LINES // 2 + 1])
        self._running = True
        asked = None if ahead else self.seen
        body = request_body(local, self._ring.extra(), AHEAD_MS if ahead else FIRST_MS)
        self._send(body, lambda answer: self._on_answer(found, asked, answer))
        self._pick_far(lines, line)

    def _send(self, body: dict[str, Any], receive: Callable[[Answer], None]) -> None:
        post = self.post
        assert post is not None
        threading.Thread(target=_deliver, args=(post, body, self.loop, receive), daemon=True).start()

    def _on_answer(self, found: list[Key], asked: Seen | None, answer: Answer) -> None:
        evaluated, generated = self._count(answer)
        if asked:
            asked.asked_evaluated += evaluated
            asked.asked_generated += generated
        for key in found:
            self._cache.insert(key, answer["content"])
        if asked is self.seen and asked:
            asked.answered = True
        if self._hint is None or not self._hint.acceptable:
            self._try_hint(cached=False)
        self._running = False

    def _count(self, answer: Answer) -> tuple[int, int]:
        evaluated, generated = int(answer["timings/prompt_n"]), int(answer["timings/predicted_n"])
        self._total[0] += evaluated
        self._total[1] += generated
        return evaluated, generated

    def _try_hint(self, *, cached: bool) -> None:
        """Show what the cache has for the cursor's place, then ask for what would follow it."""
        if not self.buffer.inserting:
            return
        lines = self.buffer.lines
        line, column = self.buffer.place
        if line >= len(lines):
            lines.append("")
        content = look_back(self._cache, local_context(lines, line, column, [], self._indent))
        if content is None:
            return
        self._hint = hint_of(content, lines, line, column)
        if cached and self.seen:
            self.seen.cached = True
        self.show(self._hint.text, cached=cached)
        self._ask((line, column), list(self._hint.lines))

    def _pick_here(self) -> None:
        line = self.buffer.place[0]
        around = self.buffer.lines[max(0, line - CHUNK_LINES // 2) : line + CHUNK_LINES // 2 + 1]
        self._ring.pick(around, str(self.buffer.path), evict=True)

    def _pick_far(self, lines: list[str], line: int) -> None:
        """After a long way, gather text from beyond the local context."""
        if abs(line - self._picked) <= MOVED_FAR:
            return
        last = len(lines) - 1
        path = str(self.buffer.path)
        self._ring.pick(lines[max(0, line - SCOPE_LINES) : max(0, line - PREFIX_LINES) + 1], path, evict=False)
        below = min(last, line + SUFFIX_LINES)
        self._ring.pick(lines[below : min(last, below + CHUNK_LINES) + 1], path, evict=False)
        self._picked = line

    def _update_ring(self) -> None:
        self.loop.after(RING_SECONDS, self._update_ring)
        if self.buffer.inserting and self.loop.now() - self._moved < STILL_SECONDS:
            return
        if self._ring.advance():
            self._warming += 1
            self._send(ring_body(self._ring.extra()), self._on_ring)

    def _on_ring(self, answer: Answer) -> None:
        self._warming -= 1
        self._total[0] += int(answer["timings/prompt_n"])


def _deliver(post: Post, body: dict[str, Any], loop: EventLoop, receive: Callable[[Answer], None]) -> None:
    try:
        answer = post(body)
    except httpx.HTTPError as error:
        loop.post(partial(_fail, error))
    else:
        loop.post(partial(receive, answer))


def _fail(error: httpx.HTTPError) -> None:
    raise SystemExit(f"the infill server failed: {error}")
