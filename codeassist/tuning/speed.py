"""How fast a model runs here: prefill, decode, a keystroke. Candidates are measured in turn, round by round."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TypeVar

import msgspec

from codeassist.engine.api import Chunk, Engine, Priority, Request
from codeassist.engine.client import EngineClient
from codeassist.engine.launch import Launcher
from codeassist.engine.wire import Spec
from codeassist.errors import CancelledError, CodeassistError, EngineError

PREFILL_TOKENS, DECODED_TOKENS, TYPED_TOKENS = 256, 12, 3
_FEWEST_TOKENS = 3  # that tell how fast it writes
Progress = Callable[[str], None]
_Key = TypeVar("_Key")


class Speed(msgspec.Struct, frozen=True):
    """What one candidate can do: the best of its rounds, since whatever else runs on the machine only slows.

    Attributes:
        prefill, decode: tokens per second.
        typed_ms: for a few tokens that a keystroke adds to a prompt in the KV cache, up to the first new token.
        rounds: how often it was measured.
    """

    prefill: float
    decode: float
    typed_ms: float
    rounds: int

    def suggestion_ms(self, tokens: int = DECODED_TOKENS) -> float:
        """From a keystroke to a suggestion of so many tokens, the prompt being in the KV cache."""
        return self.typed_ms + 1000 * (tokens - 1) / self.decode

    def anchor_ms(self, tokens: int) -> float:
        """For a prompt of so many tokens of which nothing is in the KV cache."""
        return 1000 * tokens / self.prefill


class Sample(msgspec.Struct, frozen=True):
    """One round of one candidate, in seconds."""

    prefill: float
    typed: float
    decode: float  # for DECODED_TOKENS - 1 tokens after the first


def compare(
    specs: Mapping[_Key, Spec], log: Path, rounds: int, progress: Progress = lambda _text: None
) -> dict[_Key, Speed | CodeassistError]:
    """The speed of each candidate, or why it cannot be had. All run at once, one works at a time: what disturbs the
    machine meanwhile disturbs all alike.

    Raises:
        CancelledError: the person interrupted.
    """
    found: dict[_Key, Speed | CodeassistError] = {}
    samples: dict[_Key, list[Sample]] = {}
    with ExitStack() as stack:
        engines: dict[_Key, Engine] = {}
        for key, spec in specs.items():
            progress(f"loading {spec.manifest.id}")
            client = private_engine(stack, spec, log)
            try:
                client.info()
                engines[key], samples[key] = client, []
            except CodeassistError as error:
                found[key] = error
        for number in range(rounds):
            for key in [key for key in engines if key not in found]:
                progress(f"measuring, round {number + 1} of {rounds}")
                try:
                    samples[key].append(measure(engines[key], seed=number))
                except CancelledError:
                    raise
                except CodeassistError as error:
                    found[key] = error
    return {key: found.get(key) or summary(samples[key]) for key in specs}


def private_engine(stack: ExitStack, spec: Spec, log: Path) -> EngineClient:
    """An engine that nobody else uses; it starts when it is first asked, and ends with the stack."""
    return stack.enter_context(closing(EngineClient(Launcher(spec, log, private=True))))


def measure(engine: Engine, seed: int, priority: Priority = Priority.INTERACTIVE) -> Sample:
    """One round.

    Raises:
        EngineError: the engine failed.
    """
    prompt, typed = engine.tokenize([_code(seed, PREFILL_TOKENS // 8), f"    total_{seed}_last = combine(fir"])
    prompt = prompt[:PREFILL_TOKENS]
    whole = times(engine, prompt, 1, priority)[0] / len(prompt) * PREFILL_TOKENS
    took = times(engine, prompt + typed[:TYPED_TOKENS], DECODED_TOKENS, priority)
    if len(took) < _FEWEST_TOKENS:
        raise EngineError("the model ends at once: how fast it writes cannot be told", "measure another model")
    decoded = (took[-1] - took[0]) / max(1, len(took) - 1) * (DECODED_TOKENS - 1)
    return Sample(whole, took[0], decoded)


def summary(samples: list[Sample]) -> Speed:
    """The best of at least one round."""
    prefill, typed, decode = (min(getattr(each, name) for each in samples) for name in ("prefill", "typed", "decode"))
    return Speed(PREFILL_TOKENS / prefill, (DECODED_TOKENS - 1) / max(decode, 1e-6), 1000 * typed, len(samples))


def times(
    engine: Engine, prompt: tuple[int, ...], tokens: int, priority: Priority = Priority.INTERACTIVE
) -> list[float]:
    """Seconds from asking to each generated token, to the end where there is none.

    Raises:
        EngineError: the engine failed.
    """
    took: list[float] = []
    began = time.perf_counter()

    def take(chunk: Chunk) -> bool:
        if chunk.text or chunk.tokens:
            took.append(time.perf_counter() - began)
        return False

    engine.generate(Request(prompt=prompt, max_tokens=tokens, priority=priority), take)
    return took or [time.perf_counter() - began]


def _code(seed: int, lines: int) -> str:
    """Source text that is in no cache: each round has its own."""
    return "".join(f"    total_{seed}_{line} = combine(first_{line}, second_{line}, {line})\n" for line in range(lines))
