"""What review by likelihood finds, and how often it is wrong, on data that it was not fitted on.

From the readings of "evaluation" (python -m benchmarks.readings --source evaluation):
  clean      hunks of fresh_commits: every finding is a false alarm
  mutant     one mutated token in a file of fresh_fim, as a change of one line
  injected   hunks of fresh_commits with a mutation in their new lines
  bugs       the wrong functions of bugs_* as changes of the right ones; "fixed" is the reverse, counted as clean
Sides: the classifier at its shipped threshold and others; with the threshold at which each has as many false alarms on
the clean hunks: the raw difference of likelihoods of old and new lines, asking the model whether there is a bug, the
change's length alone. "checks": any finding of medium or high severity within a line of the changed ones, without the
model. An always-no review finds nothing and has no false alarms. A line is right if it is within one line of the
mutation. Intervals are of Wilson, 95 %.

  python -m benchmarks.review [--plots docs]
"""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.judgement import threshold as threshold_at
from benchmarks.readings import Row, cases, known
from codeassist.config import ReviewSettings
from codeassist.review.change import Snapshot
from codeassist.review.judgement import features, judgement
from codeassist.review.pipeline import review
from codeassist.review.rule import Around

_RATES = (0.01, 0.02, 0.05, 0.10)
_NEAR = 1  # lines
_BIN, _BINS, _LEAST = 0.1, 10, 5  # width, number, fewest cases of bins of probabilities
Score = Callable[[Row], float]


def ours(row: Row) -> float:
    """The classifier's score; nothing is told where no word is better."""
    return judgement().score(features(row.reading())) if row.better else -math.inf


def raw(row: Row) -> float:
    """Nats by which the old lines are likelier than the new ones, both with what follows; 0 where none were."""
    return row.old_gain or 0.0


def naive(row: Row) -> float:
    """Log-odds of "yes" to the question whether there is a bug."""
    return -math.inf if row.naive is None else row.naive


def length(row: Row) -> float:
    """The shorter the change, the more suspicious."""
    return -float(len(row.logprobs))


SIDES: dict[str, Score] = {"ours": ours, "raw difference": raw, "naive question": naive, "length": length}


def asked(side: str, rows: Sequence[Row]) -> list[Row]:
    """The rows that a side has an answer for: not every clean hunk was put to the model as a question."""
    return [row for row in rows if side != "naive question" or row.naive is not None]


def interval(hits: int, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if not count:
        return 0.0, 1.0
    z, share = 1.96, hits / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def shown(hits: int, count: int) -> str:
    """A share with its interval and n."""
    low, high = interval(hits, count)
    return f"{hits / max(1, count):.3f} [{low:.3f}, {high:.3f}] n={count}"


def by_kind(rows: Sequence[Row], score: Score, least: float) -> None:
    """Recall by kind of mutation, and how often the line is right."""
    for kind in sorted({row.kind for row in rows}):
        of_kind = [row for row in rows if row.kind == kind]
        print(f"    {kind:24} {shown(sum(score(row) >= least for row in of_kind), len(of_kind))}")


def auc(score: Score, wrong: Sequence[Row], clean: Sequence[Row]) -> float:
    """The share of pairs in which the wrong one scores higher."""
    pairs = [(score(one), score(other)) for one in wrong for other in clean]
    return sum(1.0 if one > other else 0.5 if one == other else 0.0 for one, other in pairs) / max(1, len(pairs))


def checked(data: Path, rows: Sequence[Row]) -> set[str]:
    """The cases of which a review without a model tells something at the changed lines."""
    wanted, told = {row.id for row in rows}, set()
    for case in cases("evaluation", data, len(rows)):
        if case.id in wanted:
            snapshot = Snapshot(data, "range", case.id, (case.unit.change,))
            found = review(snapshot, Around(None, ReviewSettings(baseline=""), lambda: False), None, 0.0).findings
            near = range(case.unit.first - _NEAR, case.unit.last + _NEAR + 1)
            if any(each.line in near and each.severity != "low" for each in found):
                told.add(case.id)
    return told


def report(rows: Sequence[Row], told: set[str]) -> None:
    """Print the figures; `told`: what the checks tell of."""
    sources = ("clean", "mutant", "injected", "bugs")
    groups = {source: [row for row in rows if row.source == source] for source in sources}
    fixed = [row for row in groups["clean"] if row.id.startswith("fixed:")]
    clean = [row for row in groups["clean"] if not row.id.startswith("fixed:")]
    least = judgement().threshold
    for name, every in (("clean hunks", clean), ("fixed functions", fixed)):
        alarms = sum(ours(row) >= least for row in every)
        print(f"false alarms at the shipped threshold, {name}: {shown(alarms, len(every))}")
    for source in ("mutant", "injected", "bugs"):
        every = groups[source]
        hits = [row for row in every if ours(row) >= least]
        near = sum(abs(row.line - row.wrong) <= _NEAR for row in hits)
        print(f"  {source:9} recall {shown(len(hits), len(every))}; at the right line {shown(near, len(hits))}")
        by_kind(every, ours, least)
    for source in sources:
        every = clean if source == "clean" else groups[source]
        print(f"checks alone tell of {source:9} {shown(sum(row.id in told for row in every), len(every))}")
    for rate in _RATES:
        print(f"with {rate:.0%} false alarms on these clean hunks (n={len(clean)}), recall of")
        for name, score in SIDES.items():
            at = threshold_at([score(row) for row in asked(name, clean)], rate)
            for source in ("mutant", "injected"):
                every = groups[source]
                print(f"  {name:16} {source:9} {shown(sum(score(row) >= at for row in every), len(every))}")
    for name, score in SIDES.items():
        parts = "; ".join(
            f"{each} {auc(score, groups[each], asked(name, clean)):.3f}" for each in ("mutant", "injected", "bugs")
        )
        print(f"AUC of {name:16} against clean hunks: {parts}")
    seconds = sorted(row.seconds for row in clean)
    calls = statistics.mean(row.calls for row in clean)
    print(f"a clean hunk: median {statistics.median(seconds):.1f} s, {calls:.2f} texts scored")


def plot(rows: Sequence[Row], folder: Path) -> None:
    """Write review-recall.svg (over false alarms) and review-reliability.svg (how often what is told is right)."""
    from matplotlib import pyplot

    pyplot.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "review"})
    clean = [row for row in rows if row.id.startswith("commits:")]
    wrong = [row for row in rows if row.source in ("mutant", "injected")]
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 4), sharey=True)
    for axis, source in zip(axes, ("mutant", "injected"), strict=True):
        for name, score in SIDES.items():
            of_source = [row for row in wrong if row.source == source]
            line = [_point(score, asked(name, clean), of_source, rate / 200) for rate in range(41)]
            axis.plot([each[0] for each in line], [each[1] for each in line], label=name)
        axis.set(xlabel="false alarms a clean hunk", title=f"{source}, 0.5B", ylim=(0, 1))
    axes[0].set_ylabel("recall")
    axes[1].legend()
    figure.savefig(folder / "review-recall.svg", metadata={"Date": None})
    figure, axis = pyplot.subplots(figsize=(4.5, 4))
    told = [(judgement().probability(ours(row)), row.wrong > 0) for row in clean + wrong if row.better]
    bins = [[pair for pair in told if low <= pair[0] < low + _BIN] for low in (each * _BIN for each in range(_BINS))]
    bins = [each for each in bins if len(each) >= _LEAST]
    means = [[statistics.mean(float(pair[which]) for pair in each) for each in bins] for which in (0, 1)]
    axis.plot(*means, "o-")
    axis.plot([0, 1], [0, 1], ":")
    axis.set(xlabel="told", ylabel="wrong", title=f"n={len(told)}")
    figure.savefig(folder / "review-reliability.svg", metadata={"Date": None})


def _point(score: Score, clean: Sequence[Row], wrong: Sequence[Row], rate: float) -> tuple[float, float]:
    at = threshold_at([score(row) for row in clean], rate)
    return tuple(sum(score(row) >= at for row in each) / max(1, len(each)) for each in (clean, wrong))  # type: ignore[return-value]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures; with --plots write the drawings."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--plots", type=Path, help="a folder for them")
    options = parser.parse_args(arguments)
    rows = known("evaluation")
    report(rows, checked(options.data, rows))
    if options.plots:
        plot(rows, options.plots)


if __name__ == "__main__":
    main()
