"""Finds the places of a repository that a query speaks of: names, words, files, the graph of references."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from codeassist.context.index import Definition, Index, Match
from codeassist.context.pathset import ends
from codeassist.context.query import Query, parse
from codeassist.context.ranking import WEIGHTS, Sources, fuse
from codeassist.context.related import is_test
from codeassist.context.repomap import rank

_FILES = 10  # the first results are of so many files, if so many are found
_SHARE = 2 / 3  # of the results are of different files
_AGAIN = 0.5  # what another place of a file scores, of what the last file does
_HEAD_LINES = 30  # of a file of which no place is known
_PARTIAL = 3  # characters: the shortest part of a name that is looked for


class Result(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place that was found. Lines are 1-based, both ends included; `reason` says in a few words why it is here."""

    path: str
    start: int
    end: int
    symbol: str = ""
    score: float
    reason: str


def search(index: Index, query: str, limit: int = 20, nearest: Sequence[Match] = ()) -> list[Result]:
    """The best places for a query of names or of natural language, best first, no two that overlap.

    The best place of each file comes first, then further places of the best files. `nearest`: what is near in meaning,
    if an embedding model was asked, best first.
    """
    asked = parse(query)
    lines = {file.path: file.lines for file in index.files()}
    located = list(_located(index, asked, lines))
    if located:
        return located[:limit]
    sources = Sources(index, asked, lines, nearest)
    ranked = fuse(sources, WEIGHTS)
    results = [*_defined(index, asked), *_by_file(sources, ranked, lines, limit)]
    return _apart(results)[:limit]


def _located(index: Index, asked: Query, lines: dict[str, int]) -> Iterator[Result]:
    """Files that are named by a path or its end; of a line of one, the innermost definition around it."""
    if asked.place is None:
        return
    tail, line = asked.place
    tail = tail.removeprefix("./")
    for path in sorted((path for path in lines if ends(path, tail)), key=lambda path: (path.count("/"), path)):
        around = [each for each in index.definitions(path) if each.start_line <= line <= each.end_line]
        if around:
            yield _result(min(around, key=lambda each: each.end_line - each.start_line), 1.0, "the line that was named")
        else:
            start = min(max(1, line - _HEAD_LINES // 2), max(1, lines[path])) if line else 1
            end = min(start + _HEAD_LINES, lines[path]) if line else lines[path]
            yield Result(path=path, start=start, end=max(start, end), score=1.0, reason="the file that was named")


def _defined(index: Index, asked: Query) -> Iterator[Result]:
    """What a query that is one name defines: exactly, with another case, then names that contain it."""
    if not asked.symbol:
        return
    *around, name = asked.names[0]
    ranks = rank(index, roughly=True)
    exact = index.named([name])
    inside = [each for each in exact if _within(each, around)]
    similar = index.containing(name) if len(name) >= _PARTIAL and not inside else []
    groups = (
        ([each for each in inside if each.name == name], 1.0, "defines this name"),
        ([each for each in exact if each not in inside], 0.9, "defines this name, elsewhere"),
        (
            [each for each in similar if each.name.lower() == name.lower() != each.name],
            0.8,
            "defines this name in another case",
        ),
    )
    for group, score, reason in groups:
        for each in sorted(group, key=lambda each: (is_test(each.path), -ranks.get(each.path, 0.0), each.path)):
            yield _result(each, score, reason)
    partial = [each for each in similar if each.name.lower() != name.lower()]
    for each in sorted(partial, key=lambda each: (is_test(each.path), len(each.name), -ranks.get(each.path, 0.0)))[
        :_FILES
    ]:
        yield _result(each, 0.7, "its name contains this")


def _within(definition: Definition, around: Sequence[str]) -> bool:
    """Whether the names before a definition's own are of what it is in: containers, its module, its folders."""
    whole = {*definition.path.rsplit(".", 1)[0].split("/"), *definition.container.split(".")}
    return whole.issuperset(around)


def _result(each: Definition, score: float, reason: str) -> Result:
    symbol = f"{each.container}.{each.name}" if each.container else each.name
    return Result(path=each.path, start=each.start_line, end=each.end_line, symbol=symbol, score=score, reason=reason)


def _by_file(sources: Sources, ranked: Sequence[tuple[str, float]], lines: dict[str, int], limit: int) -> list[Result]:
    """The best place of each of the best files, then the further places of them."""
    best = ranked[: max(_FILES, round(limit * _SHARE))]
    scale = 0.6 / best[0][1] if best else 1.0
    first: list[Result] = []
    further: dict[int, list[Result]] = defaultdict(list)
    least = best[-1][1] * scale * _AGAIN if best else 0.0
    for path, score in best:
        places = sources.places(path) or [Match(path, 1, max(1, min(lines[path], _HEAD_LINES)), "", 0.0)]
        for number, each in enumerate(places[:4]):
            result = Result(
                path=path,
                start=each.start_line,
                end=each.end_line,
                symbol=each.symbol,
                score=round(score * scale if number == 0 else least / (1 + number), 4),
                reason=sources.reason(path),
            )
            (first if number == 0 else further[number]).append(result)
    return [*first, *(each for number in sorted(further) for each in further[number])]


def _apart(results: Sequence[Result]) -> list[Result]:
    """Without what overlaps something better."""
    taken: dict[str, list[Result]] = defaultdict(list)
    kept: list[Result] = []
    for each in results:
        if all(each.end < other.start or each.start > other.end for other in taken[each.path]):
            taken[each.path].append(each)
            kept.append(each)
    return kept
