"""The native engine: llama.cpp through xllamacpp, inside the resident process only.

Facts about xllamacpp 2026.10 that this file relies on (tests hold it to them):
- its HTTP listener opens a TCP port unless `hostnames` names a Unix socket;
- with `return_progress` the callback is also called after every prefill batch, so a prefill of `n_batch`
  tokens at a time can be cancelled between batches, and what was evaluated stays in the slot's KV cache;
- `/tokenize` with `parse_special` off turns `<|im_start|>` in a text into ordinary tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from codeassist.config import EngineSettings
from codeassist.engine.api import Chunk, Emit, Message, ModelInfo, Request, Usage, Vectors
from codeassist.engine.events import Choice, Event, finite
from codeassist.engine.llama import Llama, begun_with, parameters
from codeassist.engine.turns import Turns
from codeassist.engine.vision import Vision, equip
from codeassist.errors import EngineError, UnsupportedError
from codeassist.machine import processors
from codeassist.models.manifest import Manifest

if TYPE_CHECKING:
    from codeassist.engine.forcing import Forcing
    from codeassist.engine.scorer import Scorer

_SCORED_CONTEXT = 4096  # tokens
_SLOTS = 4  # sequences whose KV stays in the context; the longest common prefix picks one


class _Run:
    """One generation: turns llama.cpp's events into chunks."""

    def __init__(self, request: Request, emit: Emit) -> None:
        self._emit = emit
        self._prompt = len(request.prompt)
        self._alternatives = request.alternatives
        self._usage = Usage(prompt_tokens=self._prompt)
        self._decoder = msgspec.json.Decoder(Event)
        self.failure: BaseException | None = None
        self.finished = False

    def on_event(self, event: str) -> bool:
        """Called by llama.cpp's thread; True stops it. An exception must not reach it: it would be swallowed."""
        try:
            return self._on_event(self._decoder.decode(event))
        except BaseException as error:  # noqa: BLE001  carried to the caller's thread
            self.failure = error
            return True

    def _on_event(self, event: Event) -> bool:
        if self.finished:
            return True
        if event.error is not None:
            hint = (
                "give less, or raise engine.context_tokens" if "context" in event.error.message else "codeassist doctor"
            )
            raise EngineError(f"the model refused the request: {event.error.message}", hint)
        choice = event.choices[0] if event.choices else Choice()
        self._count(event, choice)
        content = choice.logprobs.content if choice.logprobs else []
        likely = content[-1].top_logprobs[: self._alternatives] if content else []
        self.finished = bool(choice.finish_reason)
        chunk = Chunk(
            text=choice.text,
            tokens=tuple(token.id for token in content),
            logprobs=tuple(finite(token.logprob) for token in content),
            alternatives=tuple((each.token, finite(each.logprob)) for each in likely),
            finish=choice.finish_reason or "",
            usage=self._usage,
        )
        return self._emit(chunk) or self.finished

    def _count(self, event: Event, choice: Choice) -> None:
        if event.timings is not None:
            done = event.timings
            self._usage = Usage(
                prompt_tokens=self._prompt,
                cached_tokens=done.cache_n,
                evaluated_tokens=done.prompt_n,
                generated_tokens=done.predicted_n,
            )
        elif event.prompt_progress is not None:
            seen = event.prompt_progress
            self._usage = replace(self._usage, cached_tokens=seen.cache, evaluated_tokens=seen.processed - seen.cache)
        elif choice.text:
            self._usage = replace(self._usage, generated_tokens=self._usage.generated_tokens + 1)


class NativeEngine:
    """A loaded model. Thread-safe for tokenize; one generate at a time is the scheduler's affair."""

    def __init__(self, manifest: Manifest, settings: EngineSettings, socket: Path) -> None:
        self._manifest = manifest
        self._context = min(settings.context_tokens, manifest.context_tokens or settings.context_tokens)
        chosen = parameters(manifest, settings, socket)
        chosen.n_ctx = self._context
        chosen.n_batch = chosen.n_ubatch = settings.batch_tokens
        chosen.n_parallel = _SLOTS
        chosen.cache_ram_mib = settings.cache_mib
        equip(chosen, manifest)
        self._llama = Llama(manifest, chosen, socket)
        self._turns = Turns(manifest, self._llama.tokens, self._own_template if manifest.chat_template else None)
        self._vision = Vision(self._llama, manifest, self._turns, socket) if manifest.projector else None
        self._settings = settings
        self._scorer: Scorer | Forcing | None = None  # loaded when first asked

    def info(self) -> ModelInfo:
        """The model that runs."""
        return ModelInfo(id=self._manifest.id, context_tokens=self._context)

    def tokenize(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Token ids of each text, specials off, nothing added."""
        return [self._llama.piece(text) for text in texts]

    def render_chat(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """The conversation in the model's template; only the template's own markers become control tokens."""
        return self._turns.render(messages)

    def _own_template(self, messages: Sequence[Message]) -> str:
        return str(self._llama.post("/apply-template", {"messages": msgspec.to_builtins(messages)})["prompt"])

    def generate(self, request: Request, emit: Emit) -> None:
        """Generate one completion, or score; see `codeassist.engine.api.Engine`."""
        if request.scored:
            self._score(request, emit)
            return
        if self._vision is not None:
            self._vision.generate(request, emit)
            return
        run = _Run(request, emit)
        self._llama.server.handle_completions(msgspec.json.encode(_body(request)).decode(), run.on_event)
        if run.failure is not None:
            raise run.failure

    def _score(self, request: Request, emit: Emit) -> None:
        from codeassist.engine.forcing import Forcing
        from codeassist.engine.scorer import Scorer

        usage = Usage(prompt_tokens=len(request.prompt) + len(request.scored))
        if emit(Chunk(usage=usage)):
            return
        if self._scorer is None:
            threads = self._settings.threads or processors()
            path, context = Path(self._manifest.path), min(self._context, _SCORED_CONTEXT)
            try:
                self._scorer = Scorer(path, context, self._settings.batch_tokens, threads)
            except UnsupportedError:
                self._scorer = Forcing(self._llama, context)

        def stop(cached: int, evaluated: int) -> bool:
            return emit(Chunk(usage=replace(usage, cached_tokens=cached, evaluated_tokens=evaluated)))

        scores = self._scorer.score(request.prompt, request.scored, request.watched, stop)
        if scores is not None:
            done = replace(usage, cached_tokens=scores.cached_tokens, evaluated_tokens=scores.evaluated_tokens)
            emit(Chunk(finish="stop", usage=done, scores=scores))

    def embed(self, texts: Sequence[str]) -> Vectors:  # noqa: ARG002
        """Not this model's: see encoder.py."""
        raise UnsupportedError("this model makes no embeddings", "codeassist model list shows those that do")

    def cancel(self, session: str) -> None:
        """Nothing is queued here: the scheduler ends a generation through `emit`."""

    def close(self) -> None:
        """Close the connection; the process's end frees the model."""
        self._llama.close()
        if self._vision is not None:
            self._vision.close()


def _body(request: Request) -> dict[str, Any]:
    body: dict[str, Any] = {
        "prompt": list(request.prompt),
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed,
        "stop": list(request.stop),
        "stream": True,
        "return_progress": True,
        "cache_prompt": True,
        "logprobs": max(1, request.alternatives),
    }
    if request.begin:
        body["grammar"] = begun_with(request.begin)
    return body
