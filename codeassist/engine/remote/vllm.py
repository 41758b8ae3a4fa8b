"""vLLM's OpenAI-compatible server, as vllm/entrypoints/openai/completion/protocol.py and serve/tokenize/ describe it.

Its `/tokenize` reads markers in texts, and cannot be told not to; `neutral.py` takes care of that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from codeassist.engine.api import Message, Request, Scores
from codeassist.engine.events import Count, Failure, finite
from codeassist.engine.remote.connection import Connection
from codeassist.engine.remote.neutral import Neutral
from codeassist.engine.remote.promptlogprobs import Scored, scores_of
from codeassist.engine.remote.refusals import RefusedError
from codeassist.engine.remote.told import Tokenized, Told, finish_of, plain
from codeassist.errors import EngineError, UnsupportedError

_LIKELY = 20  # as many as a server gives by default (--max-logprobs)
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")  # of every dialect of regular expressions that its backends speak
_STRUCTURED = (0, 11)  # the version whose name for it is structured_outputs; guided_regex before


class _Logprobs(msgspec.Struct):
    token_logprobs: list[float | None] = []
    top_logprobs: list[dict[str, float] | None] = []


class _Choice(msgspec.Struct):
    text: str = ""
    logprobs: _Logprobs | None = None
    finish_reason: str | None = None
    token_ids: list[Count] | None = None


class _Details(msgspec.Struct):
    cached_tokens: Count | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: Count = 0
    completion_tokens: Count | None = None
    prompt_tokens_details: _Details | None = None


class _Event(msgspec.Struct):
    choices: list[_Choice] = []
    usage: _Usage | None = None
    error: Failure | None = None


class _Text(msgspec.Struct):
    prompt: str


class Vllm:
    """A `told.Flavour`."""

    kind = "vLLM"

    def __init__(self, connection: Connection, model: str, context_tokens: int, version: tuple[int, ...]) -> None:
        self.model = model
        self.context_tokens = context_tokens
        self._connection = connection
        self._version = version
        self._decoder = msgspec.json.Decoder(_Event)
        self._neutral = Neutral(self._ids, self._names)

    def _names(self, text: str) -> list[str] | None:
        """The tokens of a text by name; None from a version that does not tell."""
        body = {"model": self.model, "prompt": text, "add_special_tokens": False, "return_token_strs": True}
        return self._connection.post("/tokenize", body, Tokenized).token_strs

    def _ids(self, text: str, *, ends: bool = False) -> tuple[int, ...]:
        body = {"model": self.model, "prompt": text, "add_special_tokens": ends}
        return tuple(self._connection.post("/tokenize", body, Tokenized).tokens)

    def tokenize(self, text: str, *, special: bool, ends: bool = False) -> tuple[int, ...]:
        """See `told.Flavour`."""
        return self._ids(text, ends=ends) if special or ends else self._neutral.ids(text)

    def format(self, messages: Sequence[Message]) -> str | None:
        """See `told.Flavour`: the conversation in token ids, and these as a text again, markers included."""
        body = {"model": self.model, "messages": plain(messages), "add_generation_prompt": True}
        try:
            tokens = self._connection.post("/tokenize", body, Tokenized).tokens
        except RefusedError as error:
            if error.status in (400, 422):
                return None
            raise
        return self._connection.post("/detokenize", {"model": self.model, "tokens": tokens}, _Text).prompt

    def body(self, request: Request, ends: Sequence[int]) -> dict[str, Any]:
        """See `told.Flavour`."""
        body: dict[str, Any] = {
            "model": self.model,
            "prompt": request.prompt,
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "stop": request.stop,
            "stop_token_ids": ends,
            "stream": True,
            "stream_options": {"include_usage": True},
            "logprobs": max(1, request.alternatives),
            "return_token_ids": True,
            "top_p": 1.0,  # else the model's generation_config.json decides
            "min_p": 0.0,
            "repetition_penalty": 1.0,
            "presence_penalty": 0.0,
            "frequency_penalty": 0.0,
        }
        if request.begin:
            body |= self._forced(request.begin)
        return body

    def _forced(self, begin: str) -> dict[str, Any]:
        literal = _SPECIAL.sub(r"\\\g<0>", begin).replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
        pattern = f"{literal}(.|\\n)*"
        if self._version and self._version < _STRUCTURED:
            return {"guided_regex": pattern}
        return {"structured_outputs": {"regex": pattern}}

    def read(self, data: bytes, alternatives: int) -> Told:
        """See `told.Flavour`. What was cached comes last, if the server was started so that it tells (docs/team.md)."""
        event = self._decoder.decode(data)
        if event.error is not None:
            raise EngineError(
                f"the server broke off: {self._connection.shown(event.error.message)}", "give less, or try again"
            )
        choice = event.choices[0] if event.choices else _Choice()
        if choice.finish_reason in ("abort", "error"):
            raise EngineError(f"the server gave the request up ({choice.finish_reason})", "try again")
        usage, told = event.usage, choice.logprobs or _Logprobs()
        cached = usage.prompt_tokens_details.cached_tokens if usage and usage.prompt_tokens_details else None
        likely = sorted((told.top_logprobs[-1] or {}).items(), key=lambda each: -each[1]) if told.top_logprobs else []
        return Told(
            text=choice.text,
            tokens=tuple(choice.token_ids or ()),
            logprobs=tuple(map(finite, told.token_logprobs)),
            alternatives=tuple(likely[:alternatives]),
            finish=finish_of(choice.finish_reason),
            cached=cached,
            evaluated=None if cached is None or usage is None else max(0, usage.prompt_tokens - cached),
            generated=usage.completion_tokens if usage else None,
            ended=usage is not None and not event.choices,
        )

    def score(self, request: Request, stop: Callable[[], bool]) -> Scores:
        """See `told.Flavour`: one token is generated, the log-probabilities of the prompt come with it."""
        body = {
            "model": self.model,
            "prompt": request.prompt + request.scored,
            "max_tokens": 1,
            "temperature": 0.0,
            "prompt_logprobs": _LIKELY,
        }
        try:
            told = self._connection.post("/v1/completions", body, Scored, stop)
        except RefusedError as error:
            if error.status in (400, 422):
                said = f"the server tells no likelihoods of code that is there: {error.message}"
                raise UnsupportedError(said, "start vLLM with --max-logprobs 20 or more") from error
            raise
        text = {"model": self.model, "tokens": list(request.scored)}
        return scores_of(request, told, self._connection.post("/detokenize", text, _Text, stop).prompt)
