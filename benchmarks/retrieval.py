"""How well `search` finds the files that a commit changed, asked with the commit's subject.

Sets:
  releases  fresh_commits; the tree is the newest release before the commit (benchmarks/trees.py), without what
            packaging adds. A release holds the package, seldom its tests and documents: only those of the changed
            files count that are in the tree, and commits of which none is are left out.
  history   the commits of a git repository, each asked in a checkout of its parent: whole trees, with tests, documents
            and history. Commits that change over twelve of the files are left out.

Sides: `ours`; `past`, the same without the history of commits; `bm25` over whole files (words in lower case, k1 1.2,
b 0.75); `random`. Figures: recall at 1, 5 and 10 files, mean reciprocal rank; `ratio` is recall@5 to that of bm25. The
intervals are 95 %, by bootstrap over commits. The weights were tuned on rich, pre-commit and the even commits of this
repository's own history; `held out` are the others.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import statistics
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.infill import interval, rows
from benchmarks.trees import tree
from codeassist.context.index import Index
from codeassist.context.query import parse
from codeassist.context.ranking import WEIGHTS, Sources, fuse
from codeassist.context.search import search

SIDES = ("ours", "past", "bm25", "random")
TUNED = ("Textualize/rich", "pre-commit/pre-commit", "history, even")
_MOST_CHANGED = 12
_PACKAGING = re.compile(r"(^|/)[^/]+\.egg-info/|^PKG-INFO$|^setup\.cfg$")
_RESULTS = 60


class Case(NamedTuple):
    """A query, and the files that it should find in an indexed tree."""

    group: str
    query: str
    gold: frozenset[str]
    known: Index
    candidates: tuple[str, ...]


class Bm25:
    """Whole files as bags of words (Robertson and Zaragoza, 2009)."""

    def __init__(self, texts: dict[str, str], k1: float = 1.2, b: float = 0.75) -> None:
        self._counts = {path: Counter(_words(text)) for path, text in texts.items()}
        self._lengths = {path: counts.total() for path, counts in self._counts.items()}
        self._usual = statistics.fmean(self._lengths.values()) or 1.0
        self._holders = Counter(word for counts in self._counts.values() for word in counts)
        self._k1, self._b = k1, b

    def ranked(self, query: str) -> list[str]:
        """The files that hold a word of the query, best first."""
        scores = {path: self._score(path, _words(query)) for path in self._counts}
        return sorted((path for path in scores if scores[path] > 0), key=lambda path: (-scores[path], path))

    def _score(self, path: str, words: Sequence[str]) -> float:
        total = 0.0
        for word in words:
            count = self._counts[path][word]
            holders = self._holders[word]
            rarity = math.log(1 + (len(self._counts) - holders + 0.5) / (holders + 0.5))
            length = 1 - self._b + self._b * self._lengths[path] / self._usual
            total += rarity * count * (self._k1 + 1) / (count + self._k1 * length)
        return total


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9_]+", text.lower())


def releases(data: Path) -> Iterator[Case]:
    """The commits of fresh_commits, those of one tree after another."""
    trees: dict[Path, list[tuple[str, str, list[str]]]] = defaultdict(list)
    for row in rows(data, "fresh_commits"):
        trees[tree(row["repo"], row["date"])].append((row["repo"], row["subject"], row["files"]))
    for root, commits in trees.items():
        with tempfile.TemporaryDirectory() as directory, Index.open(root, Path(directory)) as index:
            index.refresh()
            candidates = tuple(file.path for file in index.files() if not _PACKAGING.search(file.path))
            for repo, subject, files in commits:
                gold = frozenset(files) & frozenset(candidates)
                if gold:
                    yield Case(repo, subject, gold, index, candidates)


def history(repository: Path) -> Iterator[Case]:
    """The commits of a repository, oldest first, in one checkout that moves along."""
    with tempfile.TemporaryDirectory() as directory:
        clone = Path(directory) / "clone"
        subprocess.run(["git", "clone", "-q", "--no-checkout", repository, clone], check=True)
        commits = _git(clone, "rev-list", "--reverse", "--no-merges", "--min-parents=1", "HEAD").split()
        with Index.open(clone, Path(directory) / "index") as index:
            for number, commit in enumerate(commits):
                _git(clone, "checkout", "-q", f"{commit}^")
                files = _git(clone, "diff", "--name-only", "-z", f"{commit}^", commit).split("\0")
                index.refresh()
                candidates = tuple(file.path for file in index.files())
                gold = frozenset(files) & frozenset(candidates)
                if 0 < len(gold) <= _MOST_CHANGED:
                    group = f"history, {('even', 'odd')[number % 2]}"
                    yield Case(group, _git(clone, "show", "-s", "--format=%s", commit).strip(), gold, index, candidates)


def _git(directory: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=directory, check=True, capture_output=True, text=True).stdout


def ranked(case: Case, side: str) -> list[str]:
    """The files that a side finds, best first."""
    if side == "ours":
        found = [each.path for each in search(case.known, case.query, limit=_RESULTS)]
    elif side == "past":
        lines = {file.path: file.lines for file in case.known.files()}
        found = [
            path
            for path, _ in fuse(
                Sources(case.known, parse(case.query), lines), WEIGHTS._replace(history=0.0, together=0.0)
            )
        ]
    elif side == "bm25":
        texts = {path: (case.known.root / path).read_text("utf-8", "replace") for path in case.candidates}
        found = Bm25(texts).ranked(case.query)
    else:
        found = random.Random(case.query).sample(case.candidates, len(case.candidates))  # noqa: S311
    kept = frozenset(case.candidates)
    return [path for path in dict.fromkeys(found) if path in kept]


def scored(found: Sequence[str], gold: frozenset[str]) -> dict[str, float]:
    """Recall at 1, 5 and 10 files, and the reciprocal rank of the first that is right."""
    figures = {f"recall@{count}": len(gold.intersection(found[:count])) / len(gold) for count in (1, 5, 10)}
    first = next((place for place, path in enumerate(found, start=1) if path in gold), 0)
    return {**figures, "mrr": 1 / first if first else 0.0}


Figures = dict[str, list[dict[str, float]]]
"""For each side, the figures of each commit."""


def measure(cases: Iterator[Case], report: Callable[[str], None]) -> dict[str, Figures]:
    """Ask every side; the figures by group."""
    groups: dict[str, Figures] = defaultdict(lambda: {side: [] for side in SIDES})
    seconds: list[float] = []
    for case in cases:
        for side in SIDES:
            began = time.perf_counter()
            found = ranked(case, side)
            if side == "ours":
                seconds.append(time.perf_counter() - began)
            groups[case.group][side].append(scored(found, case.gold))
    report(f"a query takes {1000 * statistics.median(seconds):.0f} ms (median), at most {1000 * max(seconds):.0f} ms")
    return dict(groups)


def total(groups: dict[str, Figures], chosen: Callable[[str], bool]) -> Figures:
    """The figures of some of the groups."""
    return {side: [each for name, found in groups.items() if chosen(name) for each in found[side]] for side in SIDES}


def table(name: str, figures: Figures, report: Callable[[str], None]) -> dict[str, object]:
    """Means with their intervals, and the ratio to plain BM25."""
    found: dict[str, object] = {"n": len(figures["ours"])}
    for side, series in figures.items():
        told = []
        for figure in ("recall@1", "recall@5", "recall@10", "mrr"):
            values = [each[figure] for each in series]
            low, high = interval(values)
            found[f"{side}: {figure}"] = [round(each, 3) for each in (statistics.fmean(values), low, high)]
            told.append(f"{statistics.fmean(values):.3f} [{low:.3f}, {high:.3f}]")
        report(f"{name:24} {side:7} {'  '.join(told)}  n={len(series)}")
    low, high = _ratio_interval(figures)
    mean = _ratio([(mine["recall@5"], theirs["recall@5"]) for mine, theirs in _pairs(figures)])
    found["ratio"] = [round(each, 3) for each in (mean, low, high)]
    report(f"{name:24} recall@5 to that of bm25: {mean:.2f} [{low:.2f}, {high:.2f}]")
    return found


def _pairs(figures: Figures) -> list[tuple[dict[str, float], dict[str, float]]]:
    return list(zip(figures["ours"], figures["bm25"], strict=True))


def _ratio(pairs: Sequence[tuple[float, float]]) -> float:
    theirs = sum(pair[1] for pair in pairs)
    return sum(pair[0] for pair in pairs) / theirs if theirs else math.inf


def _ratio_interval(figures: Figures) -> tuple[float, float]:
    chance = random.Random(1)  # noqa: S311
    pairs = [(mine["recall@5"], theirs["recall@5"]) for mine, theirs in _pairs(figures)]
    ratios = sorted(_ratio(chance.choices(pairs, k=len(pairs))) for _ in range(1000))
    return ratios[25], ratios[974]


def retrieval(data: Path, repository: Path, report: Callable[[str], None]) -> dict[str, object]:
    """Measure both sets, print and return their tables."""
    tables: dict[str, object] = {}
    for name, cases in (("releases", releases(data)), ("history", history(repository))):
        groups = measure(cases, report)
        for group in sorted(groups):
            tables[group] = table(group, groups[group], report)
        tables[name] = table(f"{name}, all", total(groups, lambda _: True), report)
        tables[f"{name}, held out"] = table(
            f"{name}, held out", total(groups, lambda group: group not in TUNED), report
        )
    return tables


def main() -> None:
    """Parse arguments, measure, print."""
    parser = argparse.ArgumentParser(description="How well search finds the files that a commit changed.")
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--repository", type=Path, default=Path())
    parser.add_argument("--json", type=Path, default=None)
    arguments = parser.parse_args()
    done = retrieval(arguments.data, arguments.repository.absolute(), print)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(done, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
