"""What an embedding model adds to `search`, and what its vectors cost. Needs one that is installed.

Sets: `subjects`, those of retrieval.py's releases: subjects of commits, asked in the release before; `sentences`: the
first sentence of a function's documentation, asked in a copy of the newest release where that documentation is taken
out, as somebody asks who does not know the code's words. Sides: `words` (search
as it is without vectors), `meaning` (files by their nearest vector alone) and `both` with some weights of the fusion.
A gain is the difference to `words`, with its 95 % interval by bootstrap over questions. Each text
is embedded once for all releases; `texts a second` is of those, and of no other load only if nothing else runs.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.infill import interval, rows
from benchmarks.retrieval import Case, releases, scored
from benchmarks.trees import tree
from codeassist.context.embeddings import nearest, update
from codeassist.context.index import Index, Match
from codeassist.context.query import parse
from codeassist.context.ranking import WEIGHTS, Sources, fuse
from codeassist.context.vectors import FILE
from codeassist.engine.embedder import Embedder
from codeassist.session import open_embedder

WEIGHING = (0.25, 0.5, 1.0)
Figures = dict[str, list[dict[str, float]]]


class Remembering(Embedder):
    """Embeds each text once, whichever database asks for it."""

    def __init__(self, embedder: Embedder) -> None:
        self.id = embedder.id
        self.texts, self.seconds = 0, 0.0
        self._embedder = embedder
        self._known: dict[str, list[float]] = {}

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """The vectors, from memory where they are known."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        began = time.perf_counter()
        self._known |= zip(new, self._embedder.embed(new), strict=True)
        self.seconds += time.perf_counter() - began
        self.texts += len(new)
        return [self._known[text] for text in texts]

    def query(self, text: str) -> list[float]:
        """The vector of a question."""
        return self._embedder.query(text)


def sentences(data: Path, most: int = 40) -> Iterator[Case]:
    """So many functions of each repository, asked by their documentation, which is taken out of the tree."""
    newest = {row["repo"]: row["date"] for row in sorted(rows(data, "fresh_commits"), key=lambda row: row["date"])}
    for repo, date in newest.items():
        with tempfile.TemporaryDirectory() as directory:
            root = Path(directory) / "tree"
            shutil.copytree(tree(repo, date), root)
            documented = [(file, each) for file in sorted(root.rglob("*.py")) for each in _documented(file)]
            chosen = random.Random(1).sample(documented, min(most, len(documented)))  # noqa: S311
            for file in {file for file, _ in chosen}:
                _take_out(file, [lines for other, (_, lines) in chosen if other == file])
            with Index.open(root, Path(directory) / "index") as index:
                index.refresh()
                candidates = tuple(each.path for each in index.files())
                for file, (sentence, _) in chosen:
                    gold = frozenset([file.relative_to(root).as_posix()])
                    yield Case(repo, sentence, gold, index, candidates)


def _documented(file: Path) -> list[tuple[str, tuple[int, int]]]:
    """The first sentence of each function's documentation, with its lines; only where code follows it."""
    found = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and len(node.body) > 1:
            text, lines = ast.get_docstring(node), (node.body[0].lineno, node.body[0].end_lineno or 0)
            sentence = text.split("\n\n")[0].split(". ")[0].replace("\n", " ") if text else ""
            if len(sentence.split()) >= 5 and lines[1] < node.body[1].lineno:
                found.append((sentence, lines))
    return found


def _take_out(file: Path, stretches: Sequence[tuple[int, int]]) -> None:
    gone = {line for first, last in stretches for line in range(first, last + 1)}
    lines = file.read_text("utf-8").split("\n")
    file.write_text("\n".join(line for number, line in enumerate(lines, start=1) if number not in gone), "utf-8")


class Growth:
    """What vectors add to the size of indexes."""

    def __init__(self) -> None:
        self._seen: set[Path] = set()  # trees
        self.vectors = self.bytes = self.before = 0

    def add(self, index: Index, embedder: Embedder) -> None:
        """Make the vectors of a case's index, and measure their file."""
        if index.root in self._seen:
            return
        self._seen.add(index.root)
        self.before += index.database.size()
        self.vectors += update(index, embedder).embedded
        self.bytes += (index.database.path.parent / FILE).stat().st_size


def asked(case: Case, near: Sequence[Match], weight: float) -> list[str]:
    """The files that words and meaning find together."""
    lines = {file.path: file.lines for file in case.known.files()}
    found = fuse(Sources(case.known, parse(case.query), lines, near), WEIGHTS._replace(meaning=weight))
    return [path for path, _ in found if path in case.candidates]


def measure(cases: Iterator[Case], embedder: Remembering) -> Figures:
    """Ask every side for every case."""
    figures: Figures = defaultdict(list)
    growth = Growth()
    waits: list[float] = []
    for case in cases:
        growth.add(case.known, embedder)
        began = time.perf_counter()
        near = nearest(case.known, embedder, case.query)
        waits.append(time.perf_counter() - began)
        alone = [path for path in dict.fromkeys(each.path for each in near) if path in case.candidates]
        figures["words"].append(scored(asked(case, (), 0.0), case.gold))
        figures["meaning"].append(scored(alone, case.gold))
        for weight in WEIGHING:
            figures[f"both, {weight:g}"].append(scored(asked(case, near, weight), case.gold))
    print(f"{embedder.texts} texts embedded so far, {embedder.texts / embedder.seconds:.0f} texts a second")
    print(f"a question takes {1000 * statistics.median(waits):.0f} ms (median)")
    print(f"{growth.vectors} vectors take {growth.bytes} bytes, beside indexes of {growth.before}")
    return figures


def show(figures: Figures) -> None:
    """Print the means, and what each side gains over words alone."""
    for side, series in figures.items():
        told = [f"{name} {statistics.fmean(each[name] for each in series):.3f}" for name in series[0]]
        print(f"{side:10} {'  '.join(told)}  n={len(series)}")
    for side, series in list(figures.items())[1:]:
        told = []
        for name in series[0]:
            gains = [mine[name] - theirs[name] for mine, theirs in zip(series, figures["words"], strict=True)]
            low, high = interval(gains)
            told.append(f"{name} {statistics.fmean(gains):+.3f} [{low:+.3f}, {high:+.3f}]")
        print(f"{side:10} gains {'  '.join(told)}")


def main() -> None:
    """Parse arguments, measure, print."""
    parser = argparse.ArgumentParser(description="What an embedding model adds to search.")
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--sets", default="sentences,subjects")
    arguments = parser.parse_args()
    embedder = open_embedder(os.environ, notice=print)
    if embedder is None:
        raise SystemExit("no embedding model is installed: codeassist model pull bge-small-en-v1.5")
    try:
        remembering = Remembering(embedder)
        for name in arguments.sets.split(","):
            print(f"\n{name}")
            show(measure({"sentences": sentences, "subjects": releases}[name](arguments.data), remembering))
    finally:
        embedder.close()


if __name__ == "__main__":
    main()
