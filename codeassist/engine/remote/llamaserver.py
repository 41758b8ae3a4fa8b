"""llama.cpp's own server (`llama-server`): tools/server/README.md of ggml-org/llama.cpp describes its endpoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import msgspec

from codeassist.engine.api import Message, Request, Scores
from codeassist.engine.events import Choice, Event, finite
from codeassist.engine.llama import begun_with
from codeassist.engine.remote.connection import Connection, UnreadableError
from codeassist.engine.remote.neutral import Neutral
from codeassist.engine.remote.told import MAX_IDS, Tokenized, Told, finish_of, plain
from codeassist.errors import EngineError, UnsupportedError


class _Prompt(msgspec.Struct):
    prompt: str


class _Named(msgspec.Struct):
    piece: str | list[int]  # numbers: bytes that are no text


class _Names(msgspec.Struct):
    tokens: Annotated[list[_Named], msgspec.Meta(max_length=MAX_IDS)]


class LlamaServer:
    """A `told.Flavour`."""

    kind = "llama-server"

    def __init__(self, connection: Connection, model: str, context_tokens: int) -> None:
        self.model = model
        self.context_tokens = context_tokens
        self._connection = connection
        self._decoder = msgspec.json.Decoder(Event)
        self._neutral = Neutral(self._ids, self._names)

    def _ids(self, text: str, *, special: bool = False, ends: bool = False) -> tuple[int, ...]:
        body = {"model": self.model, "content": text, "add_special": ends, "parse_special": special}
        return tuple(self._connection.post("/tokenize", body, Tokenized).tokens)

    def _names(self, text: str) -> list[str] | None:
        body = {"model": self.model, "content": text, "parse_special": False, "with_pieces": True}
        try:
            tokens = self._connection.post("/tokenize", body, _Names).tokens
        except UnreadableError:  # an older one takes no notice of `with_pieces`
            return None
        return [token.piece if isinstance(token.piece, str) else "" for token in tokens]

    def tokenize(self, text: str, *, special: bool, ends: bool = False) -> tuple[int, ...]:
        """See `told.Flavour`: the server does not read markers where it is told not to, but for those that the model's
        file declares as a user's additions (see engine/armed.py)."""
        return self._ids(text, special=special, ends=ends) if special or ends else self._neutral.ids(text)

    def format(self, messages: Sequence[Message]) -> str | None:
        """See `told.Flavour`. A server without a template of the model's own uses ChatML."""
        body = {"model": self.model, "messages": plain(messages)}
        return self._connection.post("/apply-template", body, _Prompt).prompt

    def body(self, request: Request, ends: Sequence[int]) -> dict[str, Any]:  # noqa: ARG002
        """See `told.Flavour`. It takes no ends: the one who reads sees the ids, and leaves."""
        body: dict[str, Any] = {
            "model": self.model,
            "prompt": request.prompt,
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "stop": request.stop,
            "stream": True,
            "return_progress": True,
            "cache_prompt": True,
            "logprobs": max(1, request.alternatives),
            "repeat_penalty": 1.0,  # whatever the server was started with
            "presence_penalty": 0.0,
            "frequency_penalty": 0.0,
        }
        if request.begin:
            body["grammar"] = begun_with(request.begin)
        return body

    def read(self, data: bytes, alternatives: int) -> Told:
        """See `told.Flavour`."""
        event = self._decoder.decode(data)
        if event.error is not None:
            raise EngineError(
                f"the server broke off: {self._connection.shown(event.error.message)}", "give less, or try again"
            )
        choice = event.choices[0] if event.choices else Choice()
        content = choice.logprobs.content if choice.logprobs else []
        likely = content[-1].top_logprobs[:alternatives] if content else []
        progress, done = event.prompt_progress, event.timings
        cached, evaluated = (progress.cache, max(0, progress.processed - progress.cache)) if progress else (None, None)
        return Told(
            text=choice.text,
            tokens=tuple(token.id for token in content),
            logprobs=tuple(finite(token.logprob) for token in content),
            alternatives=tuple((each.token, finite(each.logprob)) for each in likely),
            finish=finish_of(choice.finish_reason),
            cached=done.cache_n if done else cached,
            evaluated=done.prompt_n if done else evaluated,
            generated=done.predicted_n if done else None,
            ended=bool(choice.finish_reason) and done is not None,
        )

    def score(self, request: Request, stop: Callable[[], bool]) -> Scores:  # noqa: ARG002
        """It tells no log-probabilities of a prompt."""
        raise UnsupportedError(
            "llama-server tells no likelihoods of code that is there: the model's part of a review is off",
            "vLLM does; or review with a model on this machine",
        )
