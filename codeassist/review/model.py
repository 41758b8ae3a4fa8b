"""Review by likelihood: changed lines that the model finds unlikely, where some other word would be likely."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from pathlib import Path

from codeassist.context.related import is_test
from codeassist.engine.api import Engine
from codeassist.errors import CancelledError, UnsupportedError
from codeassist.models.manifest import Manifest
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.finding import Finding, Fix
from codeassist.review.judgement import features, judgement
from codeassist.review.likelihood import Reader, Reading
from codeassist.review.memory import Memory, Verdict
from codeassist.review.proposal import errors
from codeassist.review.report import NotReviewed, Stats
from codeassist.review.units import Unit, units

RULE = "unlikely-code"
ABOUT = "The language model finds this code unlikely, and far likelier with another word in one place."
_BRANCH = re.compile(
    r"\b(?:if|elif|else|while|for|return|case|match|when|unless|until|except|catch|assert)\b|&&|\|\||[<>]=?|[!=]="
)
_SHOWN = 200  # characters of evidence


class ModelReviewer:
    """A `pipeline.Reviewer`. `directory`: where verdicts are remembered (state/review)."""

    def __init__(self, engine: Engine, manifest: Manifest, directory: Path) -> None:
        self._engine = engine
        self._model = manifest.sha256 or manifest.id
        self._directory = directory

    def look(
        self, snapshot: Snapshot, seconds: float, cancelled: Callable[[], bool], stats: Stats
    ) -> tuple[list[Finding], list[NotReviewed]]:
        """See `pipeline.Reviewer`."""
        end = time.monotonic() + seconds
        late = False

        def stop() -> bool:
            nonlocal late
            late = late or time.monotonic() > end
            return late or cancelled()

        found: list[Finding] = []
        left: list[NotReviewed] = []
        every = sorted((unit for change in snapshot.files for unit in units(change)), key=_risk)
        with Memory(self._directory, self._model) as memory:
            for unit in every:
                try:
                    verdict = self._verdict(unit, memory, stop, stats)
                except UnsupportedError as error:
                    return found, [*left, NotReviewed(unit.change.path, unit.first, error.message)]
                if verdict is None:
                    if cancelled():
                        raise CancelledError("the review was given up")
                    left.append(NotReviewed(unit.change.path, unit.first, "the time was up"))
                elif verdict.gain > 0 and verdict.score >= judgement().threshold:  # else there is nothing to say
                    found.append(finding_of(unit, verdict))
        return found, left

    def _verdict(self, unit: Unit, memory: Memory, stop: Callable[[], bool], stats: Stats) -> Verdict | None:
        """What is remembered of a unit, or what the model finds now; None if there was no time."""
        known = memory.get(unit)
        if known is None:
            if stop():
                return None
            try:
                known = verdict_of(Reader(self._engine, stop).read(unit))
            except CancelledError:
                return None
            memory.put(unit, known)
            stats.model_calls += known.calls
        else:
            stats.remembered += 1
        stats.scored += 1
        return known


def verdict_of(reading: Reading) -> Verdict:
    """The verdict on a unit: its score, and the likeliest word that would not break the syntax."""
    score = judgement().score(features(reading))
    if not reading.tried:
        return Verdict(score=score, calls=reading.calls)
    best = reading.tried[0]
    return Verdict(
        score=score,
        start=best.lexeme.start - reading.unit.start,
        size=len(best.lexeme.text),
        text=best.text,
        gain=best.gain,
        calls=reading.calls,
    )


def _risk(unit: Unit) -> tuple[bool, bool, float]:
    """What goes first: code rather than tests, definitions, many decisions for its length."""
    decisions = len(_BRANCH.findall(unit.changed))
    return is_test(unit.change.path), not unit.name, -decisions / math.sqrt(unit.changed.count("\n") or 1)


def finding_of(unit: Unit, verdict: Verdict) -> Finding:
    """What is told of a verdict that says where."""
    text = unit.change.new or ""
    at = unit.start + verdict.start
    line = text.count("\n", 0, at) + 1
    written = text[at : at + verdict.size]
    fix = _fix(unit.change, line, at, verdict)
    instead = f"the model expects `{verdict.text.strip()}`" if verdict.text.strip() else "the model expects nothing"
    return Finding(
        rule=RULE,
        severity="medium",
        path=unit.change.path,
        line=line,
        end_line=line,
        message=f"`{written.strip()}` is unlikely here: {instead}",
        evidence=unit.change.line(line).strip()[:_SHOWN],
        confidence=round(judgement().probability(verdict.score), 2),
        origin="model",
        fix=fix,
    )


def _fix(change: FileChange, line: int, at: int, verdict: Verdict) -> Fix | None:
    """The line with the other word in it, if that adds no syntax error."""
    text = change.new or ""
    changed = text[:at] + verdict.text + text[at + verdict.size :]
    if change.language is None or errors(change.language, changed) > errors(change.language, text):
        return None
    begin = text.rfind("\n", 0, at) + 1
    end = changed.find("\n", at)
    shown = changed[begin : end if end >= 0 else len(changed)]
    return Fix(description=f"Write `{verdict.text.strip()}`", line=line, end_line=line, text=f"{shown}\n")
