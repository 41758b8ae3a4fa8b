"""Generates and scores with a model that only tells logits: what the backends without a server of their own share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np
from msgspec.structs import replace

from codeassist.engine.api import Chunk, Emit, Request, Scores, Usage
from codeassist.engine.drafting import Ahead, Drafter
from codeassist.engine.logits import Logits, Reading, choose, likeliest, norm, read, scores
from codeassist.engine.output import Output
from codeassist.engine.pieces import Pieces
from codeassist.errors import EngineError

Stop = Callable[[int, int], bool]
"""Asked after each batch, with how many tokens were in the KV cache and how many were evaluated; True ends it."""


class Stepper(Protocol):
    """A model with a KV cache that is fed token ids.

    Attributes:
        context_tokens: what the cache holds.
        batch_tokens: how many tokens are fed at once at most: a cancel waits for one batch.
        shown_tokens: of how many tokens that are fed at once logits can be told: 1, or up to `batch_tokens`.
    """

    context_tokens: int
    batch_tokens: int
    shown_tokens: int

    def reuse(self, tokens: Sequence[int]) -> int:
        """Keep what the cache holds of the beginning of `tokens`, forget the rest; how many tokens that are."""
        ...

    def feed(self, tokens: Sequence[int], shown: int) -> Logits:
        """Evaluate at most `batch_tokens` more, at least one.

        Returns:
            What follows each of the last `shown` of them; shape (shown, vocabulary), valid until the next call.

        Raises:
            EngineError: the model failed; what the cache holds is then nothing.
        """
        ...


def generate(
    stepper: Stepper, pieces: Pieces, ends: frozenset[int], request: Request, emit: Emit, drafter: Drafter | None = None
) -> None:
    """One generation, as `Engine.generate` says; `ends` are the tokens that end it, `drafter` makes it faster.

    Raises:
        EngineError: the prompt does not fit into the context, or the model failed.
    """
    if request.scored:
        _score(stepper, pieces, request, emit)
    else:
        _Run(stepper, pieces, ends, request, emit).go(Ahead(stepper, request.prompt, drafter))


def score(
    stepper: Stepper, pieces: Pieces, prompt: Sequence[int], text: Sequence[int], watched: Sequence[int], stop: Stop
) -> Scores | None:
    """Log-probabilities of `text` after `prompt`; None if `stop` ended it.

    Raises:
        EngineError: it does not fit into the context, or the model failed.
    """
    tokens, first = (*prompt, *text), len(prompt) - 1
    if len(tokens) > stepper.context_tokens or not prompt or max((*tokens, *watched)) >= len(pieces):
        raise EngineError("what is to be scored exceeds the context", "raise engine.context_tokens")
    readings: list[Reading] = []
    at, counts = first, (0, 0)

    def counted(cached: int, evaluated: int) -> bool:
        nonlocal counts
        counts = cached, evaluated
        return stop(cached, evaluated)

    for rows in _prefill(stepper, tokens[:-1], first, counted):
        readings.append(read(rows, tokens[at + 1 : at + 1 + len(rows)], watched))
        at += len(rows)
    if at < len(tokens) - 1:
        return None
    lengths = tuple(len(pieces.bytes[token]) for token in text)
    return replace(scores(readings, text, lengths), cached_tokens=counts[0], evaluated_tokens=counts[1])


def _score(stepper: Stepper, pieces: Pieces, request: Request, emit: Emit) -> None:
    usage = Usage(prompt_tokens=len(request.prompt) + len(request.scored))

    def stop(cached: int, evaluated: int) -> bool:
        return emit(Chunk(usage=replace(usage, cached_tokens=cached, evaluated_tokens=evaluated)))

    found = score(stepper, pieces, request.prompt, request.scored, request.watched, stop)
    if found is not None:
        done = replace(usage, cached_tokens=found.cached_tokens, evaluated_tokens=found.evaluated_tokens)
        emit(Chunk(finish="stop", usage=done, scores=found))


def _prefill(stepper: Stepper, tokens: Sequence[int], first: int, stop: Stop) -> Iterator[Logits]:
    """Evaluate what the cache does not hold; the logits after `tokens[first]` and all that follow, in pieces.

    It ends early where `stop` says so.
    """
    start = at = stepper.reuse(tokens[:first])
    if stop(start, 0):
        return
    while at < len(tokens):
        end = min(len(tokens), at + stepper.batch_tokens, max(first, at) + stepper.shown_tokens)
        shown = max(0, end - max(first, at))
        rows = stepper.feed(tokens[at:end], shown)
        at = end
        if stop(start, at - start):
            return
        if shown:
            yield rows


class _Run:
    """One generation."""

    def __init__(self, stepper: Stepper, pieces: Pieces, ends: frozenset[int], request: Request, emit: Emit) -> None:
        self._stepper, self._pieces, self._ends = stepper, pieces, ends
        self._request, self._emit = request, emit
        self._output = Output(request.stop)
        self._forced = request.begin.encode()
        self._random = np.random.default_rng(request.seed) if request.temperature > 0 else None
        self._usage = Usage(prompt_tokens=len(request.prompt))
        self._unsaid: list[tuple[int, float]] = []  # tokens, with their log-probabilities, whose text is held back

    def go(self, ahead: Ahead) -> None:
        """Evaluate the prompt, then write."""
        prompt = self._request.prompt
        self._check(prompt)
        for rows in _prefill(self._stepper, prompt, len(prompt) - 1, self._progress):
            self._write(rows[-1], ahead)

    def _check(self, prompt: Sequence[int]) -> None:
        most = self._stepper.context_tokens
        if len(prompt) >= most:
            raise EngineError(
                f"the model refused the request: {len(prompt)} tokens exceed the context of {most}",
                "give less, or raise engine.context_tokens",
            )
        if not prompt or max(prompt) >= len(self._pieces):
            raise EngineError("the model refused the request: no tokens of its vocabulary", "codeassist doctor")

    def _progress(self, cached: int, evaluated: int) -> bool:
        self._usage = replace(self._usage, cached_tokens=cached, evaluated_tokens=evaluated)
        return self._emit(Chunk(usage=self._usage))

    def _write(self, row: Logits, ahead: Ahead) -> None:
        room = self._stepper.context_tokens - len(self._request.prompt)
        for left in range(min(self._request.max_tokens, room), 0, -1):
            total = norm(row)
            token = self._next(row)
            self._usage = replace(self._usage, generated_tokens=self._usage.generated_tokens + 1)
            if token in self._ends and not self._forced:
                self._finish("stop")
                return
            if self._say(token, row, total):
                return
            if left > 1:
                row = ahead.after(token)
        self._finish("length")

    def _next(self, row: Logits) -> int:
        allowed = self._pieces.allowed(self._forced) if self._forced else None
        if allowed is not None and not len(allowed):
            raise EngineError("the model has no tokens for what the output must begin with", "use another model")
        return choose(row, allowed, self._request.temperature, self._random)

    def _say(self, token: int, row: Logits, total: float) -> bool:
        """Emit what is sure after this token; True if the generation is over."""
        piece = self._pieces.bytes[token]
        self._forced = self._forced[len(piece) :]
        self._unsaid.append((token, float(row[token]) - total))
        text = self._output.add(piece)
        if self._output.stopped:
            self._finish("stop", text)
            return True
        return self._emit(self._chunk(text, row, total) if text else Chunk(usage=self._usage))

    def _chunk(self, text: str, row: Logits, total: float) -> Chunk:
        tops = likeliest(row, count) if (count := self._request.alternatives) else ()
        tokens, logprobs = zip(*self._unsaid, strict=True)
        self._unsaid = []
        return Chunk(
            text=text,
            tokens=tokens,
            logprobs=logprobs,
            alternatives=tuple((self._pieces.text(int(each)), float(row[each]) - total) for each in tops),
            usage=self._usage,
        )

    def _finish(self, finish: str, text: str = "") -> None:
        self._emit(Chunk(text=text + self._output.rest(), finish=finish, usage=self._usage))
