"""The engine's HTTP routes: OpenAI-shaped, over a scheduler."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from codeassist.engine.api import Engine, Message, Request
from codeassist.engine.images import looked_at
from codeassist.engine.replies import Item, error_reply, events, json_reply, stopping, whole
from codeassist.engine.scheduler import Job, Scheduler
from codeassist.engine.wire import (
    MAX_BODY_BYTES,
    CancelBody,
    ChatBody,
    CompletionBody,
    EmbeddingsBody,
    EmbeddingsReply,
    Health,
    Spec,
    TemplateBody,
    TokenizeBody,
)
from codeassist.errors import CodeassistError, UnsupportedError, UsageError

_PING_SECONDS = 0.25  # how late a client can notice that it should stop
_Body = TypeVar("_Body")


class Routes:
    """What the server answers. `touch` is called at every request; `stop` ends the process."""

    def __init__(
        self, spec: Spec, engine: Engine, scheduler: Scheduler, sandbox: str, stop: Callable[[], None]
    ) -> None:
        self._spec = spec
        self._engine = engine
        self._scheduler = scheduler
        self._sandbox = sandbox
        self._stop = stop
        self._embedding = 0  # requests whose vectors are being made
        self.draining = False
        self.last_used = time.monotonic()

    @property
    def idle(self) -> bool:
        """True if nothing is generated or embedded, and nothing waits."""
        return self._scheduler.idle and not self._embedding

    def app(self) -> Starlette:
        """The ASGI application."""
        table: dict[str, tuple[str, Callable[[HttpRequest], Any]]] = {
            "/health": ("GET", self._health),
            "/metrics": ("GET", self._metrics),
            "/v1/models": ("GET", self._models),
            "/v1/completions": ("POST", self._completions),
            "/v1/chat/completions": ("POST", self._chat),
            "/v1/embeddings": ("POST", self._embeddings),
            "/tokenize": ("POST", self._tokenize),
            "/apply-template": ("POST", self._apply_template),
            "/cancel": ("POST", self._cancel),
            "/shutdown": ("POST", self._shutdown),
        }
        return Starlette(
            routes=[Route(path, self._guarded(handler), methods=[method]) for path, (method, handler) in table.items()]
        )

    def _guarded(self, handler: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
        """Errors become OpenAI-shaped JSON with a status, never a traceback."""

        async def guarded(http: HttpRequest) -> Response:
            if http.method == "POST":  # being looked at is not being used
                self.last_used = time.monotonic()
            try:
                response: Response = await handler(http)
            except CodeassistError as error:
                return error_reply(error)
            return response

        return guarded

    async def _health(self, _http: HttpRequest) -> Response:
        health = Health(
            pid=os.getpid(),
            spec=self._spec,
            sandbox=self._sandbox,
            context_tokens=self._engine.info().context_tokens,
            counters=self._scheduler.counters,
            draining=self.draining,
        )
        return json_reply(health)

    async def _metrics(self, _http: HttpRequest) -> Response:
        counters = msgspec.to_builtins(self._scheduler.counters)
        lines = [
            f"# TYPE codeassist_{name}_total counter\ncodeassist_{name}_total {value}"
            for name, value in counters.items()
        ]
        return PlainTextResponse("\n".join(lines) + "\n")

    async def _models(self, _http: HttpRequest) -> Response:
        return json_reply({"object": "list", "data": [{"id": self._engine.info().id, "object": "model"}]})

    async def _completions(self, http: HttpRequest) -> Response:
        body = await _read(http, CompletionBody)
        body.turns = await self._looked_at(body.turns)
        prompt = body.prompt if isinstance(body.prompt, list) else (await self._tokens([body.prompt]))[0]
        return await self._generate(http, body, () if body.turns else tuple(prompt), chat=False)

    async def _chat(self, http: HttpRequest) -> Response:
        body = await _read(http, ChatBody)
        body.turns = await self._looked_at(body.messages) if any(turn.images for turn in body.messages) else []
        prompt = () if body.turns else await asyncio.to_thread(self._engine.render_chat, body.messages)
        return await self._generate(http, body, prompt, chat=True)

    async def _looked_at(self, turns: list[Message]) -> list[Message]:
        """A conversation with images, each checked: whoever sends one, nothing unchecked is decoded."""
        if turns and "image" not in self._spec.manifest.capabilities:
            raise UnsupportedError(
                f"model {self._spec.manifest.id} sees no images", "codeassist model list shows those that do"
            )
        return await asyncio.to_thread(looked_at, turns)

    async def _embeddings(self, http: HttpRequest) -> Response:
        body = await _read(http, EmbeddingsBody)
        if self.draining:
            return stopping()
        self._embedding += 1
        try:
            made = await asyncio.to_thread(self._engine.embed, body.texts)
        finally:
            self._embedding -= 1
            self.last_used = time.monotonic()
        self._scheduler.count_embedded(made.tokens)
        return json_reply(EmbeddingsReply.of(self._engine.info().id, made))

    async def _tokenize(self, http: HttpRequest) -> Response:
        return json_reply({"tokens": await self._tokens((await _read(http, TokenizeBody)).texts)})

    async def _apply_template(self, http: HttpRequest) -> Response:
        body = await _read(http, TemplateBody)
        return json_reply({"tokens": await asyncio.to_thread(self._engine.render_chat, body.messages)})

    async def _cancel(self, http: HttpRequest) -> Response:
        self._scheduler.cancel((await _read(http, CancelBody)).session)
        return json_reply({"cancelled": True})

    async def _shutdown(self, _http: HttpRequest) -> Response:
        self.draining = True
        if self.idle:
            self._stop()
        return json_reply({"draining": True})

    async def _tokens(self, texts: list[str]) -> list[tuple[int, ...]]:
        return await asyncio.to_thread(self._engine.tokenize, texts)

    async def _generate(
        self, http: HttpRequest, body: CompletionBody, prompt: tuple[int, ...], *, chat: bool
    ) -> Response:
        if self.draining:
            return stopping()
        if not prompt and not body.turns:
            return error_reply(UsageError("the prompt is empty"))
        items = self._items(http, body.request(prompt))
        if body.stream:
            stream = events(items, self._engine.info().id, chat=chat)
            return StreamingResponse(stream, media_type="text/event-stream")
        return await whole(items, self._engine.info().id, chat=chat)

    async def _items(self, http: HttpRequest, request: Request) -> AsyncIterator[Item | None]:
        """The job's chunks as they come, None when there is nothing new; a client that leaves cancels the job."""
        queue: asyncio.Queue[Item] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def sink(item: Item) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has closed: nobody reads any more
                loop.call_soon_threadsafe(queue.put_nowait, item)

        job: Job = self._scheduler.submit(request, sink)
        try:
            while True:
                try:
                    item = await asyncio.wait_for(queue.get(), _PING_SECONDS)
                except asyncio.TimeoutError:
                    if await http.is_disconnected():
                        return
                    yield None
                    continue
                yield item
                if isinstance(item, CodeassistError) or item.finish:
                    return
        finally:
            job.cancel()
            self.last_used = time.monotonic()


async def _read(http: HttpRequest, kind: type[_Body]) -> _Body:
    """The request's body, bounded and checked against its schema."""
    data = bytearray()
    async for part in http.stream():
        data += part
        if len(data) > MAX_BODY_BYTES:
            raise UsageError(f"the request is over {MAX_BODY_BYTES // 2**20} MiB", "send less")
    try:
        return msgspec.json.decode(bytes(data), type=kind)
    except msgspec.MsgspecError as error:
        raise UsageError(f"the request is malformed: {error}", "see ARCHITECTURE.md for the engine's fields") from error
