"""Scores a text through llama.cpp's server alone: a grammar lets it write nothing else, token by token.

It works with every build, at the speed of decoding: a fourth of scorer.py's. The tokens are those that the model would
write the text with, which may be cut in other places than the tokenizer cuts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from codeassist.engine.api import Scores
from codeassist.engine.llama import Llama, literal
from codeassist.errors import EngineError

_LIKELY = 40  # tokens whose probabilities are told at each place
_FLOOR = -20.0  # natural logarithm, where the server says that a token is impossible


class _Top(msgspec.Struct):
    id: int
    logprob: float | None


class _Token(msgspec.Struct):
    id: int
    token: str
    logprob: float | None
    bytes: list[int]
    top_logprobs: list[_Top] = []


class _Content(msgspec.Struct):
    content: list[_Token] = []


class _Choice(msgspec.Struct):
    logprobs: _Content | None = None


class _Progress(msgspec.Struct):
    cache: int = 0
    processed: int = 0


class _Event(msgspec.Struct):
    choices: list[_Choice] = []
    prompt_progress: _Progress | None = None


class Forcing:
    """As `scorer.Scorer`, without a model of its own."""

    def __init__(self, llama: Llama, context_tokens: int) -> None:
        self._llama = llama
        self._context = context_tokens

    def score(
        self, prompt: Sequence[int], text: Sequence[int], watched: Sequence[int], stop: Callable[[int, int], bool]
    ) -> Scores | None:
        """Log-probabilities of a text after a prompt; of tokens beyond the likeliest 40 an upper bound.

        Raises:
            EngineError: it does not fit into the context, or the model failed.
        """
        if len(prompt) + len(text) > self._context or not prompt:
            raise EngineError("what is to be scored exceeds the context", "raise engine.context_tokens")
        written = str(self._llama.post("/detokenize", {"tokens": list(text)})["content"])
        body = {
            "prompt": list(prompt),
            "max_tokens": 2 * len(text) + 8,
            "temperature": 0.0,
            "stream": True,
            "return_progress": True,
            "cache_prompt": True,
            "logprobs": _LIKELY,
            "grammar": f"root ::= {literal(written)}",
        }
        run = _Run(stop, len(written.encode()))
        self._llama.server.handle_completions(msgspec.json.encode(body).decode(), run.on_event)
        if run.failure is not None:
            raise EngineError(f"the model failed to score: {run.failure}", "codeassist doctor") from run.failure
        return None if run.stopped else run.scores(watched)


class _Run:
    def __init__(self, stop: Callable[[int, int], bool], size: int) -> None:
        self._stop = stop
        self._left = size
        self._decoder = msgspec.json.Decoder(_Event)
        self._tokens: list[_Token] = []
        self._seen = _Progress()
        self.stopped = False
        self.failure: Exception | None = None

    def on_event(self, event: str) -> bool:
        """Called by llama.cpp's thread; True stops it. An exception must not reach it."""
        try:
            told = self._decoder.decode(event)
            self._seen = told.prompt_progress or self._seen
            for choice in told.choices:
                for token in choice.logprobs.content if choice.logprobs else ():
                    if self._left > 0:
                        self._tokens.append(token)
                        self._left -= len(token.bytes)
            self.stopped = self._left > 0 and self._stop(self._seen.cache, self._seen.processed + len(self._tokens))
        except Exception as error:  # noqa: BLE001  carried to the caller's thread
            self.failure = error
            return True
        return self.stopped

    def scores(self, watched: Sequence[int]) -> Scores:
        """What was told of the tokens."""
        tops = [{one.id: _finite(one.logprob) for one in token.top_logprobs} for token in self._tokens]
        best = [max(top.items(), key=lambda each: each[1], default=(0, 0.0)) for top in tops]
        return Scores(
            tokens=tuple(token.id for token in self._tokens),
            lengths=tuple(len(token.bytes) for token in self._tokens),
            logprobs=tuple(_finite(token.logprob) for token in self._tokens),
            best=tuple(token for token, _ in best),
            best_logprobs=tuple(logprob for _, logprob in best),
            watched=tuple(tuple(top.get(one, min(top.values(), default=_FLOOR)) for one in watched) for top in tops),
            evaluated_tokens=self._seen.processed - self._seen.cache + len(self._tokens),
            cached_tokens=self._seen.cache,
        )


def _finite(logprob: float | None) -> float:
    return max(_FLOOR, logprob) if logprob is not None else _FLOOR
