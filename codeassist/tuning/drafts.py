"""Whether a smaller model's drafts make a model faster: the same suggestions, with and without, in turn."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from codeassist.completion.prompt import Planner
from codeassist.config import CompletionSettings
from codeassist.engine.api import Engine
from codeassist.engine.wire import Spec
from codeassist.models.manifest import Manifest
from codeassist.tuning.passages import Passage, items
from codeassist.tuning.speed import Progress, private_engine, times

_TOKENS = 16  # of a suggestion
_PLACES = 2  # for each round


def compare_drafts(specs: Mapping[int, Spec], log: Path, rounds: int, progress: Progress) -> dict[int, float]:
    """Seconds from the first to the last token of a suggestion, the median over places, for each candidate.

    Raises:
        EngineError: an engine failed.
    """
    found: dict[int, list[float]] = {key: [] for key in specs}
    with ExitStack() as stack:
        engines = {key: private_engine(stack, spec, log) for key, spec in specs.items()}
        for number, item in enumerate(items()[: rounds * _PLACES]):
            progress(f"drafts: place {number + 1} of {rounds * _PLACES}")
            for key, engine in engines.items():
                found[key].append(_seconds(engine, specs[key].manifest, item.passages[0]))
    return {key: statistics.median(each) for key, each in found.items()}


def _seconds(engine: Engine, manifest: Manifest, place: Passage) -> float:
    prompt = Planner(manifest, CompletionSettings(), engine).at(place.head, place.suffix, 0).tokens
    took = times(engine, prompt, _TOKENS)
    return took[-1] - took[0]
