"""An outline of a repository within a budget of tokens: its most important files and definitions, by signature."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from codeassist.context.index import Definition, Index
from codeassist.context.related import is_test
from codeassist.context.repomap import OUTSIDE, rank, uses

Count = Callable[[str], int]
"""How many tokens a line is."""

_CHARACTERS = 3  # of code for each token, at least: signatures of names that are seldom
_UNREFERENCED = 0.05  # of its file's rank, shared among the file's definitions
_ASIDE = 0.1  # what a private definition, or one of a test, weighs
_WHOLE = frozenset({"function", "method", "constructor"})  # kinds whose inside is nobody else's business
_MISSES = 50  # lines in a row that did not fit: the budget is used up


@dataclass(frozen=True)
class Outlined:
    """A file with its chosen definitions, in its order."""

    path: str
    definitions: list[Definition]


@dataclass
class _Chosen:
    left: int
    files: dict[str, dict[Definition, None]] = field(default_factory=dict)


def estimate(line: str) -> int:
    """The tokens of a line, by its length: no model need run for a map."""
    return 1 + math.ceil(len(line) / _CHARACTERS)


def outline(index: Index, budget: int, count: Count = estimate, under: str = "") -> list[Outlined]:
    """The files and definitions that others refer to most, as many as fit, by path; `under`: of this folder or file."""
    ranks = rank(index)
    definitions: dict[str, list[Definition]] = defaultdict(list)
    for each in index.all_definitions():
        definitions[each.path].append(each)
    scores = _scores(index, ranks, definitions)
    inside = {path for path in ranks if not under or path == under or path.startswith(under + "/")}
    chosen = _Chosen(budget)
    misses = 0
    for each in sorted((each for each in scores if each.path in inside), key=lambda each: (-scores[each], each)):
        misses = 0 if _add(chosen, each, definitions[each.path], count) else misses + 1
        if misses > _MISSES:
            break
    for path in sorted(inside - chosen.files.keys(), key=lambda path: (-ranks[path], path)):
        if count(path) <= chosen.left:
            chosen.left -= count(path)
            chosen.files[path] = {}
    return [
        Outlined(path, sorted(taken, key=lambda each: (each.start_line, -each.end_line)))
        for path, taken in sorted(chosen.files.items())
    ]


def lines(outlined: Outlined) -> list[tuple[int, str]]:
    """The definitions of a file as lines, each with how deep it is inside others."""
    return [(depth(each), each.signature or each.name) for each in outlined.definitions]


def depth(definition: Definition) -> int:
    """In how many others a definition is."""
    return definition.container.count(".") + 1 if definition.container else 0


def _scores(
    index: Index, ranks: Mapping[str, float], definitions: Mapping[str, list[Definition]]
) -> dict[Definition, float]:
    """A file's rank is handed on to the definitions that it refers to, as PageRank hands it on to their files."""
    totals: dict[str, float] = defaultdict(lambda: OUTSIDE)
    every = list(uses(index))
    for use in every:
        totals[use.source] += use.weight
    worth: dict[tuple[str, str], float] = defaultdict(float)
    for use in every:
        worth[use.target, use.name] += ranks.get(use.source, 0.0) * use.weight / totals[use.source]
    scores: dict[Definition, float] = {}
    for path, found in definitions.items():
        times = Counter(each.name for each in found)
        for each in _visible(found):
            aside = _ASIDE if is_test(path) or each.name.startswith("_") else 1.0
            own = worth[path, each.name] / times[each.name] + _UNREFERENCED * ranks.get(path, 0.0) / len(found)
            scores[each] = aside * own
    return scores


def _visible(found: Iterable[Definition]) -> Iterable[Definition]:
    """Those that are not inside a function."""
    inside = 0
    for each in found:
        if each.start_line > inside:
            yield each
            if each.kind in _WHOLE:
                inside = each.end_line


def _add(chosen: _Chosen, each: Definition, found: Iterable[Definition], count: Count) -> bool:
    """Take a definition, with what it is in, and its file, if they fit."""
    taken = chosen.files.get(each.path)
    wanted = [each, *(one for one in found if each.container and _around(one, each))]
    new = [one for one in wanted if taken is None or one not in taken]
    cost = sum(count("  " * (1 + depth(one)) + (one.signature or one.name)) for one in new)
    cost += count(each.path) if taken is None else 0
    if cost > chosen.left:
        return False
    chosen.left -= cost
    chosen.files.setdefault(each.path, {}).update(dict.fromkeys(new))
    return True


def _around(outer: Definition, inner: Definition) -> bool:
    return outer.start_line <= inner.start_line <= inner.end_line <= outer.end_line and depth(outer) < depth(inner)
