"""How well a model reads passages: lines it would have written itself, and log-probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import msgspec

from codeassist.completion.prompt import Planner
from codeassist.config import CompletionSettings
from codeassist.engine.api import Engine, Scores
from codeassist.engine.scoring import score
from codeassist.models.manifest import Manifest
from codeassist.tuning.passages import Item, Passage

_SETTINGS = CompletionSettings()


class Reading(msgspec.Struct, frozen=True):
    """What a model made of one item.

    Attributes:
        lines: lines that are not blank; `exact`: those whose every token was the likeliest one.
        logprob: natural logarithm of the probability of the body; `tokens`: how many it has.
    """

    lines: int
    exact: int
    logprob: float
    tokens: int


@dataclass(frozen=True)
class Reader:
    """A model that reads passages, as the completions lay them out."""

    engine: Engine
    manifest: Manifest

    def read(self, item: Item) -> Reading:
        """Score the passages of one item.

        Raises:
            EngineError: the engine failed, or cannot score.
        """
        return total([self._read(passage) for passage in item.passages])

    def _read(self, passage: Passage) -> Reading:
        anchor = Planner(self.manifest, _SETTINGS, self.engine).at(passage.head, passage.suffix, 0)
        (body,) = self.engine.tokenize([passage.body])
        return reading_of(passage.body, score(self.engine, anchor.tokens, body))


def reading_of(body: str, scores: Scores) -> Reading:
    """The reading of scored text; a token belongs to the line in which it begins."""
    ends = list(accumulate(len(line.encode()) for line in body.splitlines(keepends=True)))
    blank = [not line.strip() for line in body.splitlines()]
    missed: set[int] = set()
    line = at = 0
    for token, best, length in zip(scores.tokens, scores.best, scores.lengths, strict=True):
        while line < len(ends) - 1 and at >= ends[line]:
            line += 1
        if token != best:
            missed.add(line)
        at += length
    full = [number for number in range(len(ends)) if not blank[number]]
    exact = sum(number not in missed for number in full)
    return Reading(len(full), exact, sum(scores.logprobs), len(scores.tokens))


def total(readings: Sequence[Reading]) -> Reading:
    """All of them as one."""
    return Reading(
        sum(each.lines for each in readings),
        sum(each.exact for each in readings),
        sum(each.logprob for each in readings),
        sum(each.tokens for each in readings),
    )
