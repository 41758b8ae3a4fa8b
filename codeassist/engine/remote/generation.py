"""One request on its way to a server, and its answer back."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from codeassist.engine.api import Chunk, Emit, Request, Usage
from codeassist.engine.delivery import Delivered
from codeassist.engine.remote.connection import Connection
from codeassist.engine.remote.network import StoppedError
from codeassist.engine.remote.pieces import Pieces
from codeassist.engine.remote.refusals import RefusedError
from codeassist.engine.remote.run import NotForcedError, Run
from codeassist.engine.remote.told import Flavour
from codeassist.errors import EngineError, EngineGoneError

_DRAIN_SECONDS = 0.25


@dataclass
class Server:
    """A server as requests need it. `forces`: true until it is seen to take no notice of a grammar."""

    connection: Connection
    flavour: Flavour
    pieces: Pieces
    ends: tuple[int, ...]
    forces: bool = True


class Generation:
    """One request on its way."""

    def __init__(self, server: Server, request: Request, emit: Emit, unwanted: Callable[[], bool]) -> None:
        self._server = server
        self._request = request
        self._delivered = Delivered(emit)
        self._usage = Usage(prompt_tokens=len(request.prompt) + len(request.scored))
        self._unwanted = unwanted
        self._left = False  # emit wants no more, or has had the last
        self._drained = 0.0  # until when the end of an answer is waited for, so that the connection can be used again

    def run(self) -> None:
        """Do it, once more if the connection breaks."""
        work = self._score if self._request.scored else self._generate
        try:
            try:
                work()
            except EngineGoneError:
                if not self._left:
                    work()
        except (StoppedError, EngineError) as error:
            if self._left:  # what happens after the last chunk is nobody's affair
                return
            if not isinstance(error, StoppedError):
                raise
            self._take(Chunk(finish="cancelled", usage=self._usage))

    def _take(self, chunk: Chunk) -> bool:
        self._usage = chunk.usage
        self._left = self._delivered.take(chunk) or self._left or bool(chunk.finish)
        if chunk.finish:
            self._drained = time.monotonic() + _DRAIN_SECONDS
        return self._left

    def _stop(self) -> bool:
        """Asked several times a second while the server is silent."""
        if self._left:
            return time.monotonic() > self._drained
        return self._unwanted() or self._take(Chunk(usage=self._usage))

    def _generate(self) -> None:
        self._delivered.restart()
        if self._request.begin and self._server.forces:
            try:
                self._stream(self._request, self._request.begin)
            except NotForcedError:
                self._server.forces = False
            except RefusedError as error:
                if error.status not in (400, 422) or "context" in error.message:
                    raise
                self._server.forces = False
            else:
                return
        request = self._unforced()
        if not self._left:
            self._stream(request, "")

    def _unforced(self) -> Request:
        """The request for a server that forces nothing: what it must begin with stands at the end of the prompt. That
        is a sequence of tokens that the model has hardly seen, so the answer is worse, but it is right."""
        request = self._request
        if not request.begin:
            return request
        begin = self._server.pieces.ids(request.begin)
        self._take(Chunk(text=request.begin, usage=self._usage))
        longest = max(1, request.max_tokens - len(begin))
        return replace(request, prompt=request.prompt + begin, begin="", max_tokens=longest)

    def _stream(self, request: Request, begin: str) -> None:
        run = Run(request, begin, self._server.flavour, self._take)
        body = self._server.flavour.body(request, self._server.ends)
        with contextlib.closing(self._server.connection.lines("/v1/completions", body, self._stop)) as lines:
            for line in lines:
                if run.line(line):
                    if run.finished:
                        continue  # to the end of the answer: the connection can be used again
                    return
        if not run.finished:
            raise EngineGoneError(f"{self._server.connection.address.origin} broke off its answer", "try again")

    def _score(self) -> None:
        scores = self._server.flavour.score(self._request, self._stop)
        usage = replace(self._usage, cached_tokens=scores.cached_tokens, evaluated_tokens=scores.evaluated_tokens)
        self._take(Chunk(finish="stop", usage=usage, scores=scores))
