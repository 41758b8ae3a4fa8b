"""Evaluates a prompt before anybody asks for what follows it."""

from __future__ import annotations

from collections.abc import Callable

from codeassist.completion.decoding import Cancel
from codeassist.engine.api import Chunk, Engine, Priority, Request, Usage

Progress = Callable[[str], None]
"""Told what takes a while, and "" when it is over."""

_LONG_TOKENS = 128  # worth telling


def warm_up(engine: Engine, prompt: tuple[int, ...], session: str, cancel: Cancel, progress: Progress) -> Usage:
    """Evaluate a prompt at warm-up priority; what it cost.

    Raises:
        EngineError: the engine failed.
    """
    seen, told = Usage(), False

    def take(chunk: Chunk) -> bool:
        nonlocal seen, told
        seen = chunk.usage
        if not told and seen.prompt_tokens - seen.cached_tokens >= _LONG_TOKENS:
            told = True
            progress("reading the code around the cursor")
        return cancel() or bool(chunk.text)

    try:
        engine.generate(Request(prompt=prompt, max_tokens=1, priority=Priority.WARMUP, session=session), take)
    finally:
        if told:
            progress("")
    return seen
