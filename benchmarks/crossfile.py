"""Completions of lines that need other files: with the repository's context, and with the same tokens of this file.

The lines are those of fresh_fim that are marked as cross-file. The tree that is indexed is the newest release before
the commit (benchmarks/trees.py); the file itself is shown as it was being written. Sides, in turn, on the same engine:
  none    the product without context
  local   the same, its prefix longer by the context's budget: the same total
  ours    the product with context
Figures: the line is exactly right; similarity; nats by which the side finds what was really written likelier than
`none` does (each line bounded at 5, as one line must not decide). Intervals are of the mean difference to `none`, 95 %,
by bootstrap over lines.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from benchmarks.infill import inside, interval, rows
from benchmarks.trees import tree
from codeassist.completion.decoding import Effort, Place
from codeassist.completion.pipeline import Plan, fill, plan
from codeassist.completion.surroundings import Surroundings
from codeassist.context.index import Index
from codeassist.context.languages import language_for
from codeassist.engine.api import Chunk, Request
from codeassist.session import Session

SIDES = ("none", "local", "ours")
_LINE_TOKENS = 48
_BOUND = 5.0  # nats
_REPORTED = 25  # lines between two tables


@dataclass(frozen=True)
class Line:
    """A place, what was written there to the end of the line, and the tree around it."""

    id: str
    place: Place
    expected: str
    root: Path


def lines(data: Path, limit: int | None, *, anywhere: bool) -> Iterator[Line]:
    """The lines of the data, or a sample; `anywhere`: with the cursor at a random place inside them."""
    chance = random.Random(20261125)  # noqa: S311
    chosen = [row for row in rows(data, "fresh_fim") if row["cross_file"]]
    if limit is not None and limit < len(chosen):
        chosen = random.Random(7).sample(chosen, limit)  # noqa: S311
    for row in chosen:
        line = row["groundtruth"].partition("\n")[0]
        at = inside(line, chance) if anywhere else 0
        if at is not None:
            root = tree(row["repo"], row["date"])
            after = row["groundtruth"][len(line) :] + row["suffix"]
            place = Place(root / row["path"], row["prefix"] + line[:at], after)
            yield Line(row["id"], place, line[at:].rstrip(), root)


class Sides:
    """The sides over one engine; an index for each tree."""

    def __init__(self, session: Session, directory: Path, budget: int) -> None:
        self._session = session
        self._directory = directory
        self._budget = budget
        self._surroundings: dict[Path, Surroundings] = {}

    def plan(self, side: str, line: Line) -> Plan:
        """The prompt of a side."""
        settings = self._session.settings
        if side == "local":
            longer = settings.completion.prefix_tokens + self._budget
            completion = msgspec.structs.replace(settings.completion, prefix_tokens=longer)
            self._session.settings = msgspec.structs.replace(settings, completion=completion)
        try:
            return plan(self._session, line.place, self._around(line.root) if side == "ours" else None)
        finally:
            self._session.settings = settings

    def _around(self, root: Path) -> Surroundings:
        known = self._surroundings.get(root)
        if known is None:
            index = Index.open(root, self._directory / root.name)
            index.refresh()
            known = Surroundings(lambda _folder: index, self._session.engine, self._budget)
            self._surroundings[root] = known
        return known

    def written(self, planned: Plan, line: Line) -> str:
        """The first line of what a side writes."""
        effort = Effort(_LINE_TOKENS, max_lines=1)
        done = fill(planned.planner, line.place, language_for(line.place.path), planned.anchor, effort)
        return done.text.partition("\n")[0].rstrip()

    def likelihood(self, planned: Plan, line: Line) -> float:
        """Nats of what was really written: it is forced, and what the model thinks of each token is added up."""
        typed = planned.anchor.typed(line.place.before, line.place.after)
        prompt = planned.planner.prompt(planned.anchor, line.place.before if typed is None else typed, _LINE_TOKENS)
        begin, seen, nats = prompt.begin + line.expected, 0, 0.0

        def take(chunk: Chunk) -> bool:
            nonlocal seen, nats
            nats += sum(chunk.logprobs) if len(prompt.begin) < seen + len(chunk.text) <= len(begin) else 0.0
            seen += len(chunk.text)
            return seen >= len(begin)

        self._session.engine.generate(Request(prompt=prompt.tokens, max_tokens=160, begin=begin), take)
        return nats


def run(
    session: Session,
    data: Path,
    limit: int | None,
    report: Callable[[str], None],
    *,
    budget: int,
    anywhere: bool,
    sides: tuple[str, ...] = SIDES,
) -> dict[str, Any]:
    """Complete every line on every side, in turn."""
    figures: dict[str, dict[str, list[float]]] = {side: {} for side in sides}
    outputs = []
    with TemporaryDirectory() as directory:
        measured = Sides(session, Path(directory), budget)
        for number, line in enumerate(lines(data, limit, anywhere=anywhere), start=1):
            for side in sides:
                planned = measured.plan(side, line)
                written = measured.written(planned, line)
                nats = measured.likelihood(planned, line)
                similarity = SequenceMatcher(None, written, line.expected, autojunk=False).ratio()
                for figure, value in (
                    ("exact", float(written == line.expected)),
                    ("similarity", similarity),
                    ("nats", nats),
                    ("tokens of context", planned.gathered.tokens),
                ):
                    figures[side].setdefault(figure, []).append(value)
                outputs.append(
                    {"id": line.id, "side": side, "written": written, "expected": line.expected, "nats": nats}
                )
            if number % _REPORTED == 0:
                report(f"after {number} lines")
                table(figures, report)
    return {"figures": table(figures, report), "outputs": outputs}


def table(figures: dict[str, dict[str, list[float]]], report: Callable[[str], None]) -> dict[str, Any]:
    """Means, and mean differences to `none` with their intervals."""
    found: dict[str, Any] = {}
    base = figures["none"]
    for side, values in figures.items():
        for figure, series in values.items():
            pairs = zip(series, base[figure], strict=True)
            differences = [max(-_BOUND, min(_BOUND, mine - theirs)) for mine, theirs in pairs]
            low, high = interval(differences)
            better, worse = sum(each > 0 for each in differences), sum(each < 0 for each in differences)
            found[f"{side}: {figure}"] = {
                "mean": round(statistics.fmean(series), 3),
                "difference": [round(each, 3) for each in (statistics.fmean(differences), low, high)],
                "better": better,
                "worse": worse,
                "n": len(series),
            }
            report(
                f"{side:6} {figure:18} {statistics.fmean(series):8.3f}   to none {statistics.fmean(differences):+.3f} "
                f"[{low:+.3f}, {high:+.3f}]  better {better}, worse {worse}, n={len(series)}"
            )
    return found
