"""The repository as a graph of files that refer to each other's definitions: which ones matter, and an outline."""

from __future__ import annotations

import math
import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from codeassist.context import kept
from codeassist.context.index import Index
from codeassist.context.resolve import Resolver

if TYPE_CHECKING:
    import rustworkx

_GRAPH, _RANKS = "graph", "ranks"  # what is kept in the index
_PRIVATE = 0.1  # a name with a leading underscore is rarely meant elsewhere
_MOST_DEFINERS = 8  # a name that more files define tells nothing where none of them is imported
_DISTANT = 0.03  # a reference to a file that is not imported
OUTSIDE = 0.5  # what a file refers to elsewhere: one that uses nothing else does not pass all its rank to a chance name
_LARGE = 1000  # files
_PACKAGES = frozenset({"go", "java", "csharp"})
_TOLERANCE = 1e-5
_DAMPING = 0.85  # Page and Brin, 1998


class Graph(msgspec.Struct, frozen=True):
    """Files and weighted references between them; an edge is (from, to, weight), by place in `paths`."""

    generation: int
    paths: list[str]
    edges: list[tuple[int, int, float]]


class Use(NamedTuple):
    """A name of `target` that `source` refers to, and how much that counts."""

    source: str
    target: str
    name: str
    weight: float


class _Ranks(msgspec.Struct, frozen=True):
    generation: int
    ranks: dict[str, float]


def rank(index: Index, towards: Mapping[str, float] | None = None, *, roughly: bool = False) -> dict[str, float]:
    """Each file's personalised PageRank over references; `towards`: files (path -> weight) that the walk returns to.

    `roughly`: of a large repository an earlier state will do. A million lines take a second, and one edit moves little.
    """
    generation = index.generation
    if not towards:
        known = kept.load(index, _RANKS, _Ranks)
        if known is not None and (known.generation == generation or (roughly and len(known.ranks) > _LARGE)):
            return known.ranks
    found = graph(index)
    ranks = _pagerank(found, towards)
    if not towards:
        kept.store(index, _RANKS, _Ranks(found.generation, ranks))
    return ranks


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
    paths = [file.path for file in index.files()]
    number = {path: place for place, path in enumerate(paths)}
    edges: dict[tuple[int, int], float] = defaultdict(float)
    for each in uses(index):
        edges[number[each.source], number[each.target]] += each.weight
    return Graph(generation, paths, [(source, target, each) for (source, target), each in sorted(edges.items())])


def uses(index: Index) -> Iterator[Use]:
    """Every reference to a definition of another file.

    A reference means the files that its own imports and that define its name, if there are any; else it may be any file
    that defines the name, which says little: `count` and `path` are defined somewhere, and used everywhere.
    """
    language = {file.path: file.language for file in index.files()}
    definers: dict[str, set[str]] = defaultdict(set)
    for each in index.all_definitions():
        definers[each.name].add(each.path)
    seen = _seen(index, language)
    for source, name, count in index.references():
        targets = definers[name] if name in definers else frozenset[str]()
        if source in targets or source not in language:
            continue
        near = targets & seen.get(source, frozenset())
        if near or 0 < len(targets) <= _MOST_DEFINERS:
            worth = math.sqrt(count) * (_PRIVATE if name.startswith("_") and not name.endswith("__") else 1.0)
            worth *= 1 / len(near) if near else _DISTANT / len(targets)
            for target in sorted((near or targets) & language.keys()):
                yield Use(source, target, name, worth)


def _seen(index: Index, language: Mapping[str, str]) -> dict[str, set[str]]:
    """The files that each file imports, and those of its package, in languages where these need no import."""
    resolver = Resolver(language)
    found: dict[str, set[str]] = defaultdict(set)
    for path, each in index.all_imports():
        if path in language:
            found[path].update(resolver.files(path, each, language[path]))
    packages: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path, its in language.items():
        if its in _PACKAGES:
            packages[its, posixpath.dirname(path)].add(path)
    for members in packages.values():
        for path in members:
            found[path] |= members
    return found


def _pagerank(found: Graph, towards: Mapping[str, float] | None) -> dict[str, float]:
    if not found.paths:
        return {}
    import rustworkx

    made: rustworkx.PyDiGraph[int, float] = rustworkx.PyDiGraph()
    made.add_nodes_from(range(len(found.paths)))
    made.add_edges_from(found.edges)
    nowhere = made.add_node(-1)  # from where the walk begins anew
    made.add_edges_from([(place, nowhere, OUTSIDE) for place in range(len(found.paths))])
    wanted = {place: towards[path] for place, path in enumerate(found.paths) if path in towards} if towards else {}
    wanted = {place: each for place, each in wanted.items() if each > 0}
    try:
        ranks = rustworkx.pagerank(
            made, alpha=_DAMPING, weight_fn=float, personalization=wanted or None, tol=_TOLERANCE
        )
    except rustworkx.FailedToConverge:
        return dict.fromkeys(found.paths, 1 / len(found.paths))
    total = 1.0 - ranks[nowhere]
    return {path: ranks[place] / total for place, path in enumerate(found.paths)}
