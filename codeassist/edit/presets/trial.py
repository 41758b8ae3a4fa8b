"""Which of some tests pass: what fails is taken out, until all that is left passes together.

Of a test with several assertions only those are taken out that fail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from codeassist.context.languages import Language
from codeassist.edit.draft import Checked
from codeassist.edit.presets.assertions import parts, with_only
from codeassist.edit.presets.frameworks import verdicts
from codeassist.edit.presets.testcases import Case

_ROUNDS, _MOST_ALONE, _MOST_PARTS = 4, 8, 48

Running = Callable[[Sequence[Case]], Checked]
"""Runs some tests, and no others, in a copy of the tree."""


@dataclass
class Trial:
    """What came of running tests.

    Attributes:
        kept: those that pass; of a strict trial, that fail once the body is emptied.
        failed: names of those that failed, or did not come to an end.
        idle: names of those that pass whatever the body is.
        checks: each run.
    """

    kept: list[Case] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    checks: list[Checked] = field(default_factory=list)


def passing(framework: str, language: Language, found: Sequence[Case], running: Running) -> Trial:
    """Run tests until those that are left pass.

    Raises:
        MissingError: they cannot be run.
    """
    trial = Trial(list(found))
    for _ in range(_ROUNDS):
        if not trial.kept:
            return trial
        checked = running(trial.kept)
        trial.checks.append(checked)
        if checked.passed:
            return trial
        _, failed = verdicts(framework, checked.output, [each.name for each in trial.kept])
        if not failed:
            break
        saved = _saved(framework, language, [each for each in trial.kept if each.name in failed], trial, running)
        trial.failed += [each.name for each in trial.kept if each.name in failed and each.name not in saved]
        trial.kept = [saved.get(each.name, each) for each in trial.kept if each.name not in failed - set(saved)]
    return _alone(trial, running)


def _saved(
    framework: str, language: Language, failing: Sequence[Case], trial: Trial, running: Running
) -> dict[str, Case]:
    """Tests that fail without those of their assertions that do, by name; only those that have others."""
    split = {each.name: parts(language, each) for each in failing}
    every = [part for some in split.values() for part in some][:_MOST_PARTS]
    if not every:
        return {}
    checked = running(every)
    trial.checks.append(checked)
    passed, _ = verdicts(framework, checked.output, [each.name for each in every])
    passed = {each.name for each in every} if checked.passed else passed
    kept = {
        each.name: {number for number, part in enumerate(split[each.name]) if part.name in passed} for each in failing
    }
    return {each.name: with_only(language, each, kept[each.name]) for each in failing if kept[each.name]}


def strict(framework: str, trial: Trial, running: Running) -> Trial:
    """Without those tests that pass although the body is emptied: `running` runs them so.

    Raises:
        MissingError: they cannot be run.
    """
    if not trial.kept:
        return trial
    checked = running(trial.kept)
    names = [each.name for each in trial.kept]
    passed, failed = verdicts(framework, checked.output, names)
    if checked.passed:
        failed = set()
    elif not failed or failed | passed != set(names):
        failed = {each.name for each in trial.kept if not running([each]).passed}
    trial.idle += [name for name in names if name not in failed]
    trial.kept = [each for each in trial.kept if each.name in failed]
    return trial


def _alone(trial: Trial, running: Running) -> Trial:
    """Each test by itself, where the output of all does not tell which one failed."""
    kept = []
    for each in trial.kept[:_MOST_ALONE]:
        checked = running([each])
        trial.checks.append(checked)
        if checked.passed:
            kept.append(each)
    if len(kept) > 1:
        checked = running(kept)
        trial.checks.append(checked)
        kept = kept if checked.passed else []
    names = {each.name for each in kept}
    trial.failed += [each.name for each in trial.kept if each.name not in names]
    trial.kept = kept
    return trial
