"""Recall and precision of the check for secrets on gitleaks' own positives and negatives.

    python -m benchmarks.secrets --data DIR [--misses]

DIR holds the rules of github.com/gitleaks/gitleaks (cmd/generate/config/rules), none of which is in this repository.
Rules are halved by the hash of their name: the check was tuned on the development half, the other was held out.
A line of a rule's file counts 1: a secret that is shown in 29 ways counts as one.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from benchmarks.gitleaks import Sample, read
from codeassist.config import ReviewSettings
from codeassist.review.change import FileChange, Hunk, Snapshot
from codeassist.review.checks.secret import RULE
from codeassist.review.rule import Around

_PATH = "settings.conf"  # of samples that have none
_SHOWN = 150  # characters


class Score(NamedTuple):
    """Weights of what was found and not found, and how many texts that is."""

    found: float
    missed: float
    false: float
    silent: float
    texts: int
    rules: int

    @property
    def recall(self) -> float:
        """Share of the positives that are found."""
        return self.found / (self.found + self.missed)

    @property
    def precision(self) -> float:
        """Share of positives among what is told."""
        return self.found / (self.found + self.false)


def is_told(sample: Sample) -> bool:
    """True if the check says anything of a text that is added."""
    lines = sample.text.removesuffix("\n").count("\n") + 1
    path = sample.path or _PATH
    file = FileChange(
        path=path, old_path="", status="added", size=len(sample.text), new=sample.text, hunks=(Hunk(1, 0, 1, lines),)
    )
    snapshot = Snapshot(Path("/nowhere"), "staged", "a sample", (file,))
    return bool(list(RULE.look(snapshot, Around(None, ReviewSettings(), lambda: False))))


def is_development(rule: str) -> bool:
    """True for the half of the rules that the check was tuned on."""
    return hashlib.sha256(rule.encode()).digest()[0] % 2 == 0


def score(samples: Iterable[tuple[Sample, bool]]) -> Score:
    """Sums up what was told of each sample."""
    sums: Counter[tuple[bool, bool]] = Counter()
    rules, texts = set(), 0
    for sample, told in samples:
        sums[sample.positive, told] += sample.weight  # type: ignore[assignment]
        rules.add(sample.rule)
        texts += 1
    return Score(sums[True, True], sums[True, False], sums[False, True], sums[False, False], texts, len(rules))


def main() -> None:
    """Print the figures of both halves, and on wish what was missed and wrongly told in the development half."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--misses", action="store_true", help="list the errors of the development half")
    arguments = parser.parse_args()
    judged = [(sample, is_told(sample)) for sample in read(arguments.data)]
    for name, halves in (("development", (True,)), ("held out", (False,)), ("both", (True, False))):
        result = score((sample, told) for sample, told in judged if is_development(sample.rule) in halves)
        positives, negatives = result.found + result.missed, result.false + result.silent
        print(
            f"{name}: {result.rules} rules, {result.texts} texts, {positives:.0f} positives, {negatives:.0f} negatives"
        )
        print(f"  recall {result.recall:.3f}, precision {result.precision:.3f}, {result.false:.0f} negatives told of")
    if arguments.misses:
        shown = set()
        for sample, told in judged:
            if is_development(sample.rule) and told is not sample.positive:
                kind = "missed" if sample.positive else "wrong"
                line = f"{kind} {sample.rule}: {sample.text[:_SHOWN]!r}"
                if line not in shown:
                    print(line)
                shown.add(line)


if __name__ == "__main__":
    main()
