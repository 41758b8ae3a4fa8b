"""The client's end of the resident engine: an `Engine` whose work is done in another process."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import httpx
import msgspec

from codeassist.engine.api import Chunk, Emit, Message, ModelInfo, Request, Vectors
from codeassist.engine.delivery import Delivered
from codeassist.engine.launch import Launcher, kill_listener
from codeassist.engine.uds import http_client, listener_of
from codeassist.engine.wire import EmbeddingsReply, Event
from codeassist.errors import EngineError, EngineGoneError, UnsupportedError

_SILENCE_SECONDS = 10.0  # the server says something four times a second; silence means that it hangs
_EMBED_SECONDS = 120.0  # a server that embeds says nothing until it is done
_T = TypeVar("_T")


class _Tokens(msgspec.Struct):
    tokens: Any


class EngineClient:
    """Talks to the engine that `launcher` finds or starts. If it dies, one retry happens unseen. Thread-safe."""

    def __init__(self, launcher: Launcher) -> None:
        self._launcher = launcher
        self._http: httpx.Client | None = None
        self._info: ModelInfo | None = None
        self._closed = False
        self._lock = threading.RLock()  # of the two above, and one start of an engine at a time

    def info(self) -> ModelInfo:
        """The model that runs."""
        if self._info is None:
            self._retrying(self._connected)
        if self._info is None:
            raise EngineError("the engine says nothing of its model", "run: codeassist engine stop")
        return self._info

    def tokenize(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Token ids of each text, specials off, nothing added."""
        reply = self._retrying(lambda: self._post("/tokenize", {"texts": list(texts)}))
        return [tuple(each) for each in msgspec.convert(reply, list[list[int]])]

    def render_chat(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """The token ids of a conversation in the model's own template."""
        reply = self._retrying(lambda: self._post("/apply-template", {"messages": list(messages)}))
        return tuple(msgspec.convert(reply, list[int]))

    def generate(self, request: Request, emit: Emit) -> None:
        """Generate; after a crash the request runs once more, and what was already delivered is not repeated."""
        delivered = Delivered(emit)
        self._retrying(lambda: self._stream(request, delivered))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A vector of each text."""
        return self._retrying(lambda: self._embed(texts))

    def cancel(self, session: str) -> None:
        """Cancel what a session waits for or generates; nothing happens where no engine runs."""
        with self._lock:
            http = self._http
        if http is not None and listener_of(self._launcher.socket) is not None:
            with contextlib.suppress(httpx.HTTPError, RuntimeError):  # closed meanwhile: nothing is left to cancel
                http.post("/cancel", content=msgspec.json.encode({"session": session}))

    def close(self) -> None:
        """Close the connection; a private engine ends, and none is started any more."""
        with self._lock:
            self._closed = True
        self._disconnect(self._http)
        self._launcher.close()

    def _connected(self) -> httpx.Client:
        with self._lock:
            if self._closed:
                raise EngineError("the engine's client is closed", "start again")
            if self._http is not None and listener_of(self._launcher.socket) is None:
                self._disconnect(self._http)
                raise EngineGoneError("the engine has gone")
            if self._http is None:
                health = self._launcher.ensure()
                self._info = ModelInfo(id=health.spec.manifest.id, context_tokens=health.context_tokens)
                self._http = http_client(self._launcher.socket, _SILENCE_SECONDS)
            return self._http

    def _disconnect(self, failed: httpx.Client | None) -> bool:
        """Let go of a connection, unless another thread has done so and made a new one; whether it was let go."""
        with self._lock:
            if failed is None or self._http is not failed:
                return False
            self._http.close()
            self._http = None
            return True

    def _retrying(self, work: Callable[[], _T]) -> _T:
        """Do it; if the engine is found dead or hanging, do it once more with a new one."""
        with contextlib.suppress(EngineGoneError):
            return self._attempt(work)
        try:
            return self._attempt(work)
        except EngineGoneError as error:
            hint = error.hint or "try again, or use another model; details: codeassist doctor"
            raise EngineError(f"{error.message}, also after a new start", hint) from error

    def _attempt(self, work: Callable[[], _T]) -> _T:
        http = None
        try:
            http = self._connected()  # which `work` uses too, unless another thread finds it dead in between
            return work()
        except httpx.TimeoutException as error:
            if self._disconnect(http):  # else another thread has replaced the engine: the new one is not to blame
                kill_listener(self._launcher.socket)
            raise EngineGoneError("the engine stopped answering") from error
        except httpx.TransportError as error:
            self._disconnect(http)
            raise EngineGoneError("the engine died during the request") from error
        except EngineGoneError:
            self._disconnect(http)
            raise
        except RuntimeError as error:
            if self._http is http:  # else another thread has closed the connection under this one
                raise
            raise EngineGoneError("the engine died during the request") from error

    def _post(self, path: str, body: dict[str, object]) -> Any:
        reply = self._connected().post(path, content=msgspec.json.encode(body))
        if reply.status_code != httpx.codes.OK:
            raise _refusal(reply.status_code, reply.content)
        return msgspec.json.decode(reply.content, type=_Tokens).tokens

    def _embed(self, texts: Sequence[str]) -> Vectors:
        body = msgspec.json.encode({"input": list(texts)})
        reply = self._connected().post("/v1/embeddings", content=body, timeout=_EMBED_SECONDS)
        if reply.status_code != httpx.codes.OK:
            raise _refusal(reply.status_code, reply.content)
        answer = msgspec.json.decode(reply.content, type=EmbeddingsReply)
        return Vectors([each.embedding for each in answer.data], answer.usage.total_tokens)

    def _stream(self, request: Request, delivered: Delivered) -> None:
        delivered.restart()
        body = msgspec.to_builtins(request) | {"stream": True}
        with self._connected().stream("POST", "/v1/completions", content=msgspec.json.encode(body)) as reply:
            if reply.status_code != httpx.codes.OK:
                raise _refusal(reply.status_code, reply.read())
            for chunk in _chunks(reply):
                if delivered.take(chunk) or chunk.finish:
                    return
        raise EngineGoneError("the engine broke off its answer")


def _chunks(reply: httpx.Response) -> Iterator[Chunk]:
    """The chunks of a stream of server-sent events; an empty one for each sign of life."""
    decoder = msgspec.json.Decoder(Event)
    for line in reply.iter_lines():
        if line.startswith("data: {"):
            yield decoder.decode(line[len("data: ") :]).codeassist.chunk()
        elif line.startswith(":"):
            yield Chunk()


def _refusal(status: int, content: bytes) -> EngineError:
    """The error that an answer other than 200 carries."""
    try:
        error = msgspec.json.decode(content)["error"]
        message, hint = str(error["message"]), str(error.get("hint", ""))
    except (msgspec.MsgspecError, KeyError, TypeError):
        message, hint = f"the engine answered {status}", ""
    if status == httpx.codes.NOT_IMPLEMENTED:
        return UnsupportedError(message, hint)
    kind = EngineGoneError if "is stopping" in message else EngineError
    return kind(message, hint or "run: codeassist doctor")
