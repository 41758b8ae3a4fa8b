"""The repository as a graph of files that refer to each other's definitions: which ones matter, and an outline."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from codeassist.context import kept
from codeassist.context.index import Index

if TYPE_CHECKING:
    import rustworkx

_GRAPH, _RANKS = "graph", "ranks"  # what is kept in the index
_PRIVATE = 0.1  # a name with a leading underscore is rarely meant elsewhere
_MOST_DEFINERS = 30  # a name that so many files define tells nothing
_TOLERANCE = 1e-5
_DAMPING = 0.85  # Page and Brin, 1998


class Graph(msgspec.Struct, frozen=True):
    """Files and weighted references between them; an edge is (from, to, weight), by place in `paths`."""

    generation: int
    paths: list[str]
    edges: list[tuple[int, int, float]]


class _Ranks(msgspec.Struct, frozen=True):
    generation: int
    ranks: dict[str, float]


def rank(index: Index, towards: Mapping[str, float] | None = None) -> dict[str, float]:
    """Each file's personalised PageRank over references; `towards`: files (path -> weight) that the walk returns to."""
    generation = index.generation
    if not towards:
        known = kept.load(index, _RANKS, _Ranks)
        if known is not None and known.generation == generation:
            return known.ranks
    found = graph(index)
    ranks = _pagerank(found, towards)
    if not towards:
        kept.store(index, _RANKS, _Ranks(found.generation, ranks))
    return ranks


def last_ranks(index: Index) -> dict[str, float]:
    """The ranks that were made last, of whatever state of the index; none if there are none."""
    known = kept.load(index, _RANKS, _Ranks)
    return known.ranks if known is not None else {}


def graph(index: Index) -> Graph:
    """The graph of references, made once for each state of the index."""
    generation = index.generation
    known = kept.load(index, _GRAPH, Graph)
    if known is not None and known.generation == generation:
        return known
    made = _graph(index, generation)
    kept.store(index, _GRAPH, made)
    return made


def _graph(index: Index, generation: int) -> Graph:
    """A reference is shared among all files that define its name; the tenth in one file counts less than the first."""
    paths = [file.path for file in index.files()]
    number = {path: place for place, path in enumerate(paths)}
    definers: dict[str, set[int]] = defaultdict(set)
    for each in index.all_definitions():
        if each.path in number:
            definers[each.name].add(number[each.path])
    edges: dict[tuple[int, int], float] = defaultdict(float)
    for path, name, count in index.references():
        source, targets = number.get(path, -1), definers.get(name, ())
        if source < 0 or source in targets or not 0 < len(targets) <= _MOST_DEFINERS:
            continue
        for target in targets:
            edges[source, target] += weight(name, count, len(targets))
    return Graph(generation, paths, [(source, target, each) for (source, target), each in sorted(edges.items())])


def weight(name: str, count: int, definers: int) -> float:
    """What `count` references to a name in one file are worth to each of the files that define it."""
    return math.sqrt(count) / definers * (_PRIVATE if name.startswith("_") and not name.endswith("__") else 1.0)


def _pagerank(found: Graph, towards: Mapping[str, float] | None) -> dict[str, float]:
    if not found.paths:
        return {}
    import rustworkx

    made: rustworkx.PyDiGraph[int, float] = rustworkx.PyDiGraph()
    made.add_nodes_from(range(len(found.paths)))
    made.add_edges_from(found.edges)
    wanted = {place: towards[path] for place, path in enumerate(found.paths) if path in towards} if towards else {}
    wanted = {place: each for place, each in wanted.items() if each > 0}
    try:
        ranks = rustworkx.pagerank(
            made, alpha=_DAMPING, weight_fn=float, personalization=wanted or None, tol=_TOLERANCE
        )
    except rustworkx.FailedToConverge:
        return dict.fromkeys(found.paths, 1 / len(found.paths))
    return {path: ranks[place] for place, path in enumerate(found.paths)}
