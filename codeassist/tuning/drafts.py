"""Whether a smaller model's drafts make a model faster: the same suggestions, with and without, in turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from codeassist.completion.prompt import Planner
from codeassist.config import CompletionSettings
from codeassist.engine.api import Chunk, Engine, Priority, Request
from codeassist.engine.client import EngineClient
from codeassist.engine.launch import Launcher
from codeassist.engine.wire import Spec
from codeassist.models.manifest import Manifest
from codeassist.tuning.passages import Passage, items
from codeassist.tuning.speed import Progress

_TOKENS = 16  # of a suggestion
_PLACES = 2  # for each round


def compare_drafts(specs: Mapping[int, Spec], log: Path, rounds: int, progress: Progress) -> dict[int, float]:
    """Seconds from the first to the last token of a suggestion, the median over places, for each candidate.

    Raises:
        EngineError: an engine failed.
    """
    times: dict[int, list[float]] = {key: [] for key in specs}
    with ExitStack() as stack:
        engines: dict[int, Engine] = {}
        for key, spec in specs.items():
            client = EngineClient(Launcher(spec, log, private=True))
            stack.callback(client.close)
            engines[key] = client
        for number, item in enumerate(items()[: rounds * _PLACES]):
            progress(f"drafts: place {number + 1} of {rounds * _PLACES}")
            for key, engine in engines.items():
                times[key].append(_seconds(engine, specs[key].manifest, item.passages[0]))
    return {key: statistics.median(each) for key, each in times.items()}


def _seconds(engine: Engine, manifest: Manifest, place: Passage) -> float:
    prompt = Planner(manifest, CompletionSettings(), engine).at(place.head, place.suffix, 0).tokens
    seen: list[float] = []

    def take(chunk: Chunk) -> bool:
        if chunk.text or chunk.tokens:
            seen.append(time.perf_counter())
        return False

    engine.generate(Request(prompt=prompt, max_tokens=_TOKENS, priority=Priority.INTERACTIVE), take)
    return seen[-1] - seen[0] if seen else 0.0
