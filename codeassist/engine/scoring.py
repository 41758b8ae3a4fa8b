"""Asks an engine how likely it finds a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from codeassist.engine.api import Chunk, Engine, Priority, Request, Scores
from codeassist.errors import CancelledError, UnsupportedError


def score(
    engine: Engine,
    prompt: Sequence[int],
    text: Sequence[int],
    *,
    watched: Sequence[int] = (),
    cancelled: Callable[[], bool] = lambda: False,
) -> Scores:
    """What the model thinks of each token of `text` after `prompt` (neither may be empty); only prefill is paid for.

    Raises:
        UnsupportedError: this engine cannot score.
        EngineError: it failed, or both do not fit into its context.
        CancelledError: `cancelled` said so, or the engine did.
    """
    last: list[Chunk] = []

    def take(chunk: Chunk) -> bool:
        if chunk.finish:
            last.append(chunk)
        return cancelled()

    request = Request(
        prompt=tuple(prompt), scored=tuple(text), watched=tuple(watched), max_tokens=1, priority=Priority.REVIEW
    )
    engine.generate(request, take)
    if not last or last[0].finish == "cancelled":
        raise CancelledError("scoring was given up")
    scores = last[0].scores
    if scores is None:
        raise UnsupportedError("this engine cannot score texts", "use another model")
    return scores
