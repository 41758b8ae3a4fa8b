"""One review: checks, then the model, then what is suppressed or known is taken out."""

from __future__ import annotations

import posixpath
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from typing import Protocol

from codeassist.config import ReviewSettings
from codeassist.errors import CancelledError, CodeassistError
from codeassist.review import masking, settling
from codeassist.review.change import Snapshot
from codeassist.review.exclusion import Exclusion
from codeassist.review.finding import Finding
from codeassist.review.report import NotReviewed, Report, Stats
from codeassist.review.rule import Around, Rule

_MOST_OF_A_RULE = 1_000  # findings: nobody reads more


class Reviewer(Protocol):
    """The model's part: `review.model.ModelReviewer`, or nothing where there is no model."""

    def look(
        self, snapshot: Snapshot, seconds: float, cancelled: Callable[[], bool], stats: Stats
    ) -> tuple[list[Finding], list[NotReviewed]]:
        """Findings of the model, the riskiest functions first, within about `seconds`; what was left out is told."""
        ...


def review(
    snapshot: Snapshot,
    around: Around,
    reviewer: Reviewer | None,
    seconds: float,
    *,
    rules: Mapping[str, Rule] | None = None,
    tell_known: bool = False,
) -> Report:
    """Review a change. `seconds` are for all of it: the model has what the checks leave.

    A check that fails becomes a notice; the others go on. With `reviewer` None the model is left out, which is no
    notice of this function's: who calls it knows why. `rules` stand in for all. With
    `tell_known` the baseline is not asked.

    Raises:
        CancelledError: `around.cancelled` said so.
        ConfigError: the settings' `exclude` cannot be used.
    """
    begin = time.monotonic()
    excluded = Exclusion(around.settings.exclude)
    snapshot = _without(snapshot, excluded, around.settings)
    stats = _counted(snapshot)
    found, notices = _checked(snapshot, around, _rules() if rules is None else rules)
    stats.checks_ms = _milliseconds(begin)
    skipped = _unread(snapshot)
    if reviewer is not None and _has_code(snapshot):
        asked = time.monotonic()
        of_model, unseen, failure = _asked(reviewer, snapshot, seconds - (asked - begin), around, stats)
        told = [each for each in found if each.severity != "low"]
        said = {(each.path, line) for each in told for line in range(each.line, each.end_line + 1)}
        found += [each for each in of_model if (each.path, each.line) not in said]  # unlikely for that very reason
        skipped += unseen
        notices += failure
        stats.model_ms = _milliseconds(asked)
    masked = masking.masks(found, snapshot)
    wanted = masking.masked((each for each in found if each.path not in excluded), masked)
    known = "" if tell_known else around.settings.baseline
    findings, complaints = settling.settled(wanted, snapshot, around.settings, known, stats)
    stats.not_reviewed = len(skipped)
    return Report(
        title=snapshot.title,
        findings=tuple(findings),
        not_reviewed=tuple(sorted(skipped)),
        notices=(*notices, *complaints),
        stats=stats,
        masked=masked,
    )


def _rules() -> Mapping[str, Rule]:
    from codeassist.review.checks import RULES

    return RULES


def _without(snapshot: Snapshot, excluded: Exclusion, settings: ReviewSettings) -> Snapshot:
    """The change without what settings leave out, and without the baseline: fingerprints look like secrets."""
    baseline = posixpath.normpath(settings.baseline) if settings.baseline else ""
    return replace(
        snapshot,
        files=tuple(each for each in snapshot.files if each.path not in excluded and each.path != baseline),
        skipped=tuple(each for each in snapshot.skipped if each[0] not in excluded),
    )


def _counted(snapshot: Snapshot) -> Stats:
    return Stats(
        files=len(snapshot.files),
        hunks=sum(len(each.hunks) for each in snapshot.files),
        added_lines=sum(len(each.touched) for each in snapshot.files),
    )


def _unread(snapshot: Snapshot) -> list[NotReviewed]:
    """Files that hold code for all one knows, and that no check could read."""
    large = [NotReviewed(each.path, 1, "too large") for each in snapshot.files if each.omitted == "large"]
    return [*large, *(NotReviewed(path, 1, reason) for path, reason in snapshot.skipped)]


def _has_code(snapshot: Snapshot) -> bool:
    return any(each.new is not None and each.language is not None and each.touched for each in snapshot.files)


def _checked(snapshot: Snapshot, around: Around, rules: Mapping[str, Rule]) -> tuple[list[Finding], list[str]]:
    """What the checks find, in their order, and which of them failed."""
    running = [rule for rule in rules.values() if _runs(rule, around.settings)]
    done: dict[str, tuple[list[Finding], list[str]]] = {}
    with ThreadPoolExecutor(1, "check") as beside:
        begun = {rule.name: beside.submit(_all_of, rule, snapshot, around) for rule in running if rule.apart}
        for rule in running:
            if not rule.apart:
                _go_on(around)
                done[rule.name] = _all_of(rule, snapshot, around)
        done |= {name: future.result() for name, future in begun.items()}
    _go_on(around)
    found = [finding for rule in running for finding in done[rule.name][0]]
    return found, [notice for rule in running for notice in done[rule.name][1]]


def _all_of(rule: Rule, snapshot: Snapshot, around: Around) -> tuple[list[Finding], list[str]]:
    """What a check finds, and what must be told of it: it failed, or there is more."""
    found: list[Finding] = []
    notices: list[str] = []
    try:
        found.extend(islice(_of_rule(rule, snapshot, around), _MOST_OF_A_RULE + 1))
    except CancelledError:
        raise
    except Exception as error:  # noqa: BLE001  a check's fault costs what it would have found, not the review
        said = error.message if isinstance(error, CodeassistError) else type(error).__name__
        notices.append(f"the check {rule.name} failed: {said}")
    if len(found) > _MOST_OF_A_RULE:
        del found[_MOST_OF_A_RULE:]
        notices.append(f"the check {rule.name} found over {_MOST_OF_A_RULE} places; the others are not told")
    return found, notices


def _of_rule(rule: Rule, snapshot: Snapshot, around: Around) -> Iterator[Finding]:
    found: Iterable[Finding] = rule.look(snapshot, around)
    for each in found:
        _go_on(around)
        yield each


def _go_on(around: Around) -> None:
    if around.cancelled():
        raise CancelledError("the review was interrupted", "start it again")


def _runs(rule: Rule, settings: ReviewSettings) -> bool:
    if rule.name in settings.disable:
        return False
    return rule.default or any(each.partition("/")[0] == rule.name for each in settings.enable)


def _asked(
    reviewer: Reviewer, snapshot: Snapshot, seconds: float, around: Around, stats: Stats
) -> tuple[list[Finding], list[NotReviewed], list[str]]:
    """What the model finds and does not look at, and why it failed, if it did."""
    try:
        found, unseen = reviewer.look(snapshot, max(0.0, seconds), around.cancelled, stats)
    except CancelledError:
        raise
    except CodeassistError as error:
        hint = f" ({error.hint})" if error.hint else ""
        return [], [], [f"the model did not review: {error.message}{hint}"]
    except Exception as error:  # noqa: BLE001  what the checks found must be told
        return [], [], [f"the model did not review: {type(error).__name__}"]
    _go_on(around)
    return found, unseen, []


def _milliseconds(since: float) -> float:
    return round((time.monotonic() - since) * 1000, 1)
