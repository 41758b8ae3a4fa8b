"""Fits the classifier of review by likelihood and writes codeassist/review/judgement.toml.

Only readings of "releases" are looked at: packages that are in no evaluation set. A logistic regression (L2, features
standardised) is fitted on clean hunks, the same kind of hunks with a mutation in them, and lone mutations. Scores that
are used for the calibration and the threshold come from cross-validation by package, so that no score is of a case that
its own model was fitted on. The threshold is `--margin` above the score that at most `--rate` of the clean hunks reach:
there are too few of them to tell one in a hundred from two.

  python -m benchmarks.judgement [--rate 0.01] [--margin 0.5] [--write]
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tomlkit

from benchmarks.readings import Row, known
from codeassist.review import judgement as module
from codeassist.review.judgement import Judgement, features

_FOLDS = 5
_LOWEST = -1e9  # above the score of what is never told
_STRENGTH = 0.05  # C of scikit-learn: the smaller, the nearer to zero the weights stay
_FILE = Path(module.__file__).with_name("judgement.toml")


def fit(rows: Sequence[Row], rate: float, margin: float) -> tuple[Judgement, np.ndarray[Any, Any]]:
    """The classifier, and the cross-validated scores of the rows."""
    from sklearn.isotonic import IsotonicRegression
    from sklearn.model_selection import GroupKFold

    table = [features(row.reading()) for row in rows]
    names = tuple(table[0])
    x = np.array([[each[name] for name in names] for each in table])
    wrong = np.array([row.wrong > 0 for row in rows])
    weight = _weights(rows)
    out = np.zeros(len(rows))
    groups = [package_of(row) for row in rows]
    for train, test in GroupKFold(_FOLDS).split(x, wrong, groups):
        mean, scale, weights, bias = _regression(x[train], wrong[train], weight[train])
        out[test] = bias + ((x[test] - mean) / scale) @ weights
    mean, scale, weights, bias = _regression(x, wrong, weight)
    better = np.array([row.better for row in rows])  # of the others nothing is told
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(out[better], wrong[better], sample_weight=weight[better])
    out[~better] = -math.inf
    clean = np.array([row.source == "clean" for row in rows])
    steps = list(zip(isotonic.X_thresholds_, isotonic.y_thresholds_, strict=True))
    made = Judgement(
        names=names,
        mean=_rounded(mean),
        scale=_rounded(scale),
        weights=_rounded(weights),
        bias=round(float(bias), 5),
        scores=_rounded([score for score, _ in steps]),
        probabilities=_rounded([min(0.99, max(0.01, each)) for _, each in steps]),
        threshold=round(float(threshold(out[clean], rate)) + margin, 4),
    )
    return made, out


def threshold(clean: Any, rate: float) -> float:
    """The lowest score that at most this share of clean cases reaches."""
    ordered = np.sort(clean)[::-1]
    allowed = math.floor(rate * len(ordered))
    return max(_LOWEST, float(ordered[allowed]) + 1e-6 if allowed < len(ordered) else _LOWEST)


def package_of(row: Row) -> str:
    """The package that a reading of "releases" is of."""
    return row.id.split("releases:")[1].partition("-")[0]


def _regression(x: Any, wrong: Any, weight: Any) -> tuple[Any, Any, Any, float]:
    from sklearn.linear_model import LogisticRegression

    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale[scale == 0] = 1.0
    model = LogisticRegression(C=_STRENGTH, max_iter=1000).fit((x - mean) / scale, wrong, sample_weight=weight)
    return mean, scale, model.coef_[0], float(model.intercept_[0])


def _weights(rows: Sequence[Row]) -> Any:
    """Clean cases and mutated ones count the same as a whole."""
    wrong = sum(row.wrong > 0 for row in rows)
    share = {True: len(rows) / (2 * max(1, wrong)), False: len(rows) / (2 * max(1, len(rows) - wrong))}
    return np.array([share[row.wrong > 0] for row in rows])


def _rounded(values: Any) -> tuple[float, ...]:
    return tuple(round(float(each), 4) for each in values)


def write(made: Judgement, cases: int) -> None:
    """Write the data file."""
    document = tomlkit.document()
    document.add(tomlkit.comment(f"Written by benchmarks/judgement.py from {cases} readings; see review/judgement.py."))
    for name in made.__struct_fields__:
        value = getattr(made, name)
        document[name] = list(value) if isinstance(value, tuple) else value
    _FILE.write_text(tomlkit.dumps(document), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, print what cross-validation says, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=0.01, help="of clean hunks that may be told of")
    parser.add_argument("--margin", type=float, default=0.5, help="log-odds")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    rows = known("releases")
    made, out = fit(rows, options.rate, options.margin)
    for name, weight in sorted(zip(made.names, made.weights, strict=True), key=lambda each: -abs(each[1])):
        print(f"{name:12} {weight:+.2f}")
    for source in ("clean", "injected", "mutant"):
        scores = out[[row.source == source for row in rows]]
        print(f"{source:9} n={len(scores):4} at or over the threshold {np.mean(scores >= made.threshold):.3f}")
    if options.write:
        write(made, len(rows))


if __name__ == "__main__":
    main()
