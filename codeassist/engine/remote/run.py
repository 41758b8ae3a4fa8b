"""One generation on a server: its events as chunks, with what the output must begin with held to be so."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from codeassist.engine.api import Chunk, Request, Usage
from codeassist.engine.remote.told import Flavour, Told
from codeassist.errors import EngineError

_EVENTS = 16  # for each token that may be generated or is in the prompt, at most
_TEXT = 512  # characters of a token, on average, at most


class NotForcedError(Exception):
    """The output does not begin with what was asked for: the server takes no notice of grammars."""


class Run:
    """Turns the lines of a stream into chunks. `begin` is what the server was asked to begin with."""

    def __init__(self, request: Request, begin: str, flavour: Flavour, take: Callable[[Chunk], bool]) -> None:
        self._take = take
        self._flavour = flavour
        self._alternatives = request.alternatives
        self._begin = begin
        self._seen = ""  # text, until it is known to begin as it must
        self._held: list[Chunk] = []
        self._left = _EVENTS * (request.max_tokens + len(request.prompt) + 64)
        self._room = _TEXT * (request.max_tokens + 8)
        self._finish = ""
        self.usage = Usage(prompt_tokens=len(request.prompt))
        self.finished = False

    def line(self, line: bytes) -> bool:
        """One line of the stream; True if no more is wanted or none will come.

        Raises:
            NotForcedError: the output begins otherwise.
            EngineError: the line is an error, or no event of a generation.
        """
        name, colon, data = line.partition(b":")
        data = data.strip()
        if name == b"error" and colon:  # as older llama-servers say it
            data = b'{"error":' + data + b"}"
        elif name != b"data":
            return False
        if data == b"[DONE]":
            return self._done()
        self._left -= 1
        try:
            told = self._flavour.read(data, self._alternatives)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise EngineError(
                "the server's stream holds what is no event", "engine.url may be another server"
            ) from error
        self._room -= len(told.text)
        if self._left < 0 or self._room < 0:
            raise EngineError("the server sends far more than was asked for", "engine.url may be another server")
        return self._event(told)

    def _event(self, told: Told) -> bool:
        self._count(told)
        self._finish = told.finish or self._finish
        if told.text or told.tokens:
            chunk = Chunk(
                text=told.text,
                tokens=told.tokens,
                logprobs=told.logprobs,
                alternatives=told.alternatives,
                usage=self.usage,
            )
            if self._pass(chunk):
                return True
        return self._done() if told.ended else False

    def _count(self, told: Told) -> None:
        usage = self.usage
        self.usage = replace(
            usage,
            cached_tokens=usage.cached_tokens if told.cached is None else told.cached,
            evaluated_tokens=usage.evaluated_tokens if told.evaluated is None else told.evaluated,
            generated_tokens=usage.generated_tokens + len(told.tokens) if told.generated is None else told.generated,
        )

    def _pass(self, chunk: Chunk) -> bool:
        """Pass a chunk on, once the output is known to begin as it must."""
        if self._begin:
            self._seen += chunk.text
            self._held.append(chunk)
            if len(self._seen) < len(self._begin):
                if not self._begin.startswith(self._seen):
                    raise NotForcedError
                return False
            if not self._seen.startswith(self._begin):
                raise NotForcedError
            self._begin = ""
            held, self._held = self._held, []
            return any(self._take(each) for each in held)
        return self._take(chunk)

    def _done(self) -> bool:
        """The last event has come; the chunk with the finish goes out once."""
        if self.finished:
            return True
        self.finished = True
        if self._begin and self._finish == "stop":  # it ended before it had begun
            raise NotForcedError
        usage = self.usage
        if not usage.cached_tokens and not usage.evaluated_tokens:  # it does not tell: at most all of them
            self.usage = replace(usage, evaluated_tokens=usage.prompt_tokens)
        for each in self._held:
            if self._take(each):
                return True
        self._take(Chunk(finish=self._finish or "stop", usage=self.usage))
        return True
