"""Ranks the files of a repository for a query: several rankings, fused by their ranks.

Reciprocal-rank fusion (Cormack, Clarke and Büttcher, 2009) needs no scores that can be compared. Its constant and the
weights were measured by benchmarks/retrieval.py, which says on what; they lie on a wide plateau.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from codeassist.context.history import Commit, commits
from codeassist.context.index import Definition, Index, Match
from codeassist.context.query import Query
from codeassist.context.related import Counterparts, companions, is_test, often_changed
from codeassist.context.repomap import rank

_CONSTANT = 4.0  # of the fusion: 1 / (constant + rank); the usual 60 is for long lists
_MATCHES = 600  # stretches that are looked at
_OF_ONE_FILE = 10  # stretches that count for their file, each less than the one before
_K1, _B = 1.2, 0.4  # of BM25 over whole files; many files are long because they matter
_PAIRED = 5  # best files whose tests, or what they test, are added
_ACCOMPANIED = 3  # best files whose companions in commits are added
_WORDS_TOLD = 3


class Weights(NamedTuple):
    """What each ranking weighs."""

    words: float = 1.0
    stretches: float = 0.9
    path: float = 0.6
    names: float = 0.6
    meaning: float = 0.5  # measured by benchmarks/embeddings.py
    size: float = 0.4
    references: float = 0.15
    history: float = 0.25
    together: float = 0.3  # with the best files, in commits
    pair: float = 0.65  # of what the better one of a pair of source and test scores


WEIGHTS = Weights()


class Sources:
    """The rankings for one query, each made when it is first asked for."""

    def __init__(self, index: Index, asked: Query, lines: Mapping[str, int], nearest: Sequence[Match] = ()) -> None:
        self._index = index
        self._asked = asked
        self._lines = lines
        self._nearest = [each for each in nearest if each.path in lines]
        self.followed: dict[str, str] = {}  # why a file is here that only another one brought

    @cached_property
    def holding(self) -> dict[str, dict[str, int]]:
        """Each word of the query with the files that hold it, and in how many stretches."""
        return {word: self._index.spread(word) for word in self._asked.words}

    @cached_property
    def matches(self) -> dict[str, list[Match]]:
        """The stretches with words of the query, by file, best first."""
        found: dict[str, list[Match]] = defaultdict(list)
        for each in self._index.match(self._asked.words, limit=_MATCHES):
            found[each.path].append(each)
        return found

    @cached_property
    def named(self) -> dict[str, list[Definition]]:
        """The definitions that the query names, by file."""
        found: dict[str, list[Definition]] = defaultdict(list)
        if not self._asked.symbol:
            for each in self._index.named([part for parts in self._asked.names for part in parts[-1:]]):
                found[each.path].append(each)
        return found

    def words(self) -> dict[str, float]:
        """BM25 over whole files, a word counting once for each stretch that holds it."""
        number = len(self._lines)
        usual = sum(self._lines.values()) / max(1, number) or 1.0
        scores: dict[str, float] = defaultdict(float)
        for holders in self.holding.values():
            rarity = math.log(1 + (number - len(holders) + 0.5) / (len(holders) + 0.5))
            for path, count in holders.items():
                length = 1 - _B + _B * self._lines.get(path, 0) / usual
                scores[path] += rarity * count * (_K1 + 1) / (count + _K1 * length)
        return scores

    def stretches(self) -> dict[str, float]:
        """A file's best stretches together."""
        return {
            path: sum(each.score / place for place, each in enumerate(found[:_OF_ONE_FILE], start=1))
            for path, found in self.matches.items()
        }

    def path(self) -> dict[str, float]:
        """BM25 over the words of paths."""
        return dict(self._index.match_paths(self._asked.words, limit=_MATCHES))

    def names(self) -> dict[str, float]:
        """Files that define what the query names; the fewer define it, the better."""
        return {path: (0.5 if is_test(path) else 1.0) * len(found) for path, found in self.named.items()}

    def meaning(self) -> dict[str, float]:
        """Files by their stretch that is nearest in meaning."""
        return {each.path: each.score for each in reversed(self._nearest)}

    def size(self) -> dict[str, float]:
        """Where there is much, much is changed and looked for."""
        return {path: float(lines) for path, lines in self._lines.items()}

    def references(self) -> dict[str, float]:
        """PageRank over references."""
        return rank(self._index, roughly=True)

    @cached_property
    def commits(self) -> list[Commit]:
        """What was committed lately."""
        return commits(self._index)

    def history(self) -> dict[str, float]:
        """What has been worked on."""
        return often_changed(self.commits)

    def together(self, best: Sequence[str]) -> dict[str, float]:
        """What was changed together with the best files, the first of them weighing most."""
        scores: dict[str, float] = defaultdict(float)
        for place, path in enumerate(best, start=1):
            for other, weight in companions(self.commits, path).items():
                scores[other] += weight / place
                self.followed.setdefault(other, f"changed together with {path}")
        return {path: score for path, score in scores.items() if path in self._lines}

    @cached_property
    def counterparts(self) -> Counterparts:
        """Which file tests which."""
        return Counterparts(self._lines)

    def places(self, path: str) -> list[Match]:
        """The places of a file that the query means, best first."""
        named = [
            Match(path, each.start_line, each.end_line, f"{each.container}.{each.name}".lstrip("."), 0.0)
            for each in self.named.get(path, ())
        ]
        near = [each for each in self._nearest if each.path == path]
        return [*named, *self.matches.get(path, ()), *near]

    def reason(self, path: str) -> str:
        """In a few words, why a file is here."""
        named = self.named.get(path)
        if named:
            return f"defines {', '.join(dict.fromkeys(each.name for each in named[:_WORDS_TOLD]))}"
        held = sorted((len(holders), word) for word, holders in self.holding.items() if path in holders)
        if held:
            return f"has {', '.join(word for _, word in held[:_WORDS_TOLD])}"
        if any(each.path == path for each in self._nearest):
            return "near in meaning"
        return self.followed.get(path, "its path has these words")


def fuse(sources: Sources, weights: Weights) -> list[tuple[str, float]]:
    """The files that some ranking of the query has found, best first, with their score."""
    scores: dict[str, float] = defaultdict(float)
    for ranking, weight in (
        (sources.words(), weights.words),
        (sources.stretches(), weights.stretches),
        (sources.path(), weights.path),
        (sources.names(), weights.names),
        (sources.meaning(), weights.meaning),
    ):
        _add(scores, ranking, weight)
    found = frozenset(scores)
    for prior, weight in (
        (sources.size(), weights.size),
        (sources.references(), weights.references),
        (sources.history(), weights.history),
    ):
        _add(scores, {path: value for path, value in prior.items() if path in found}, weight)
    _follow(sources, scores, weights)
    return sorted(scores.items(), key=lambda each: (-each[1], each[0]))


def _follow(sources: Sources, scores: dict[str, float], weights: Weights) -> None:
    """Add what was changed together with the best files, and what tests them or is tested by them."""
    if weights.together:
        _add(scores, sources.together(_best(scores, _ACCOMPANIED)), weights.together)
    for path, score in [(path, scores[path]) for path in _best(scores, _PAIRED)]:
        for other in sources.counterparts.of(path):
            scores[other] = max(scores.get(other, 0.0), weights.pair * score)
            sources.followed[other] = f"tests {path}" if is_test(other) else f"tested by {path}"


def _best(scores: Mapping[str, float], count: int) -> list[str]:
    return sorted(scores, key=lambda path: (-scores[path], path))[:count]


def _add(scores: dict[str, float], ranking: Mapping[str, float], weight: float) -> None:
    for place, path in enumerate(_best(ranking, len(ranking))):
        scores[path] += weight / (_CONSTANT + place)
