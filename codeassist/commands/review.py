"""`codeassist review`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from codeassist import __version__, config
from codeassist.commands import review_text
from codeassist.commands.output import Waiting, say, write_json
from codeassist.config import ReviewSettings
from codeassist.context.index import Index, never
from codeassist.errors import CancelledError, CodeassistError, MissingError, UsageError
from codeassist.review import baseline, pipeline, snapshot
from codeassist.review.change import Snapshot
from codeassist.review.configuration import configured
from codeassist.review.finding import SEVERITIES, Finding, Severity, at_least
from codeassist.review.report import NotReviewed, Report, Stats
from codeassist.review.rule import Around, Rule
from codeassist.session import Session, open_index, open_session
from codeassist.terminal import write_text

_PATIENCE_SECONDS = 0.2  # for another process that indexes: a hook does not wait
_MOST_REFRESHED = 200  # files of the change that are brought up to date in the index
_MOST_EXPLAINED = 10  # findings: each takes the model seconds
_NO_INDEX = "this repository is not indexed, so callers were not looked at (run: codeassist index)"
_NOTHING = {
    "staged": "nothing is staged: git add what you want reviewed, or use --working",
    "hook": "nothing new is staged: there is nothing to review",
    "working": "nothing is changed that is not staged",
    "range": "these commits change nothing",
    "paths": "there is nothing to review below these paths",
}


@dataclass(frozen=True)
class Asked:
    """What the command line says; what it leaves open is as the settings say."""

    paths: tuple[str, ...] = ()
    staged: bool = False
    working: bool = False
    revisions: str = ""
    output: str = "text"  # "text", "json", "sarif" or "github"
    fail_on: str = ""
    use_model: bool = True
    budget: float | None = None  # seconds
    model: str | None = None
    write_baseline: bool = False
    explain: bool = False
    hook: bool = False  # git asks, before it commits


def run(environ: Mapping[str, str], asked: Asked) -> int:
    """Review a change and tell what was found; 1 if that fails the review.

    Raises:
        UsageError: more than one change is asked for, or git does not know it.
        ConfigError: the repository's settings cannot be used.
        MissingError: there is no repository here.
    """
    begin = time.monotonic()
    with Waiting("looking at the change") as waiting, ExitStack() as stack:
        change = _change(environ, asked)
        loaded = config.load(environ, model=asked.model)
        settings = configured(change.root, loaded)
        model = _Model(environ, asked.model, waiting, stack)
        report = _report(environ, asked, change, settings, _reviewer(asked, settings, model))
        explanations: dict[str, str] = {}
        if asked.write_baseline:
            report = _accepted(change, settings, report)
        elif asked.explain:
            report, explanations = _explained(report, change, model, waiting.notice)
    threshold = asked.fail_on or settings.fail_on
    failing = [each for each in report.findings if _fails(each, threshold)]
    if asked.output == "text":
        review_text.show(report, change, explanations)
        review_text.summarise(report, change, threshold, len(failing), time.monotonic() - begin)
    else:
        _tell(asked.output, report, explanations)
    return 1 if failing else 0


def _change(environ: Mapping[str, str], asked: Asked) -> Snapshot:
    """The change that is asked for.

    Raises:
        UsageError: it is more than one.
    """
    kinds = [asked.staged, asked.working, bool(asked.revisions), bool(asked.paths)]
    if sum(kinds) > 1:
        raise UsageError("more than one change is asked for", "give one of --staged, --working, --range A..B, or paths")
    place = Path.cwd()
    if asked.working:
        return snapshot.working(environ, place)
    if asked.revisions:
        return snapshot.between(environ, place, asked.revisions)
    if asked.paths:
        return snapshot.of_paths(environ, place, asked.paths)
    return snapshot.staged(environ, place)


def _report(
    environ: Mapping[str, str],
    asked: Asked,
    change: Snapshot,
    settings: ReviewSettings,
    reviewer: pipeline.Reviewer | None,
) -> Report:
    if not change.files and not change.skipped:
        say(_NOTHING["hook" if asked.hook else change.kind])
        return Report(title=change.title, findings=(), not_reviewed=(), notices=(), stats=Stats())
    seconds = settings.budget_seconds if asked.budget is None else asked.budget
    with _index(environ, change) as index:
        around = Around(index, settings, never)
        report = pipeline.review(change, around, reviewer, seconds, tell_known=asked.write_baseline)
    if index is None and any(each.old is not None and each.language is not None for each in change.files):
        report = msgspec.structs.replace(report, notices=(*report.notices, _NO_INDEX))
    return report


@contextmanager
def _index(environ: Mapping[str, str], change: Snapshot) -> Iterator[Index | None]:
    """The repository's index with what changed brought up to date; None if there is none: a hook makes none."""
    try:
        index = open_index(environ, change.root)
    except MissingError:  # the state directory cannot be used
        index = None
    if index is None:
        yield None
        return
    with index:
        if not index.totals()[0]:
            yield None
            return
        paths = dict.fromkeys(path for each in change.files for path in (each.path, each.old_path) if path)
        if change.kind != "range" and len(paths) <= _MOST_REFRESHED:
            index.refresh(only=list(paths), patience=_PATIENCE_SECONDS)
        yield index


class _Model:
    """The model of a review: its session is opened when it is first asked."""

    def __init__(self, environ: Mapping[str, str], model: str | None, waiting: Waiting, stack: ExitStack) -> None:
        self._environ = environ
        self._model = model
        self._waiting = waiting
        self._stack = stack

    @cached_property
    def session(self) -> Session:
        """A model and its engine.

        Raises:
            MissingError: the model is not installed.
        """
        opened = open_session(self._environ, model=self._model, notice=self._waiting.notice)
        return self._stack.enter_context(opened)

    def look(
        self, change: Snapshot, seconds: float, cancelled: Callable[[], bool], stats: Stats
    ) -> tuple[list[Finding], list[NotReviewed]]:
        """See `pipeline.Reviewer`."""
        from codeassist.review.model import ModelReviewer

        end = time.monotonic() + seconds
        reviewer = ModelReviewer(self.session.engine, self.session.manifest, self.session.verdicts)
        self._waiting.notice("the model reviews")
        return reviewer.look(change, max(0.0, end - time.monotonic()), cancelled, stats)


def _reviewer(asked: Asked, settings: ReviewSettings, model: _Model) -> pipeline.Reviewer | None:
    """The model's part, where it is wanted."""
    return model if asked.use_model and settings.model else None


def _accepted(change: Snapshot, settings: ReviewSettings, report: Report) -> Report:
    """The report after its findings were entered in the baseline."""
    before, _ = baseline.read(change.root, settings.baseline)
    whole = [each.path for each in change.files] if change.kind == "paths" else []
    entries = baseline.merged(change.root, before, baseline.known(report.findings), whole)
    file = baseline.write(change.root, settings.baseline, entries)
    say(f"{file.name} holds {len(entries)} known finding{'s' if len(entries) != 1 else ''}, which are told no more")
    report.stats.baselined = len(report.findings)
    return msgspec.structs.replace(report, findings=())


def _explained(
    report: Report, change: Snapshot, model: _Model, notice: Callable[[str], None]
) -> tuple[Report, dict[str, str]]:
    """The report with the model's fixes, and what it says of the most severe findings, by their fingerprints."""
    from codeassist.review.explaining import explain

    ordered = sorted(report.findings, key=lambda each: -SEVERITIES.index(each.severity))[:_MOST_EXPLAINED]
    said: dict[str, str] = {}
    findings = {each.fingerprint: each for each in report.findings}
    notices = list(report.notices)
    try:
        for number, each in enumerate(ordered, 1):
            notice(f"explaining {number} of {len(ordered)}")
            explanation = explain(model.session, change, each, masked=report.masked)
            said[each.fingerprint] = explanation.said
            findings[each.fingerprint] = msgspec.structs.replace(each, fix=explanation.fix)
    except CancelledError:
        raise
    except CodeassistError as error:
        notices.append(f"not explained: {error.message}{f' ({error.hint})' if error.hint else ''}")
    if len(report.findings) > len(ordered):
        notices.append(f"only the {len(ordered)} most severe findings were explained")
    return msgspec.structs.replace(report, findings=tuple(findings.values()), notices=tuple(notices)), said


def _fails(finding: Finding, threshold: str) -> bool:
    levels: dict[str, Severity] = {each: each for each in SEVERITIES}
    return threshold in levels and at_least(finding.severity, levels[threshold])


def _tell(output: str, report: Report, explanations: Mapping[str, str]) -> None:
    """The report for a program, on standard output."""
    from codeassist.review.formats import github, plain, sarif

    if output == "github":
        write_text("".join(f"{line}\n" for line in github.lines(report)))
    elif output == "sarif":
        write_json(sarif.document(report, _all_rules(), __version__))
    else:
        write_json(plain.document(report, explanations))


def _all_rules() -> dict[str, Rule]:
    """The checks, and what the model finds as one of them."""
    from codeassist.review.checks import RULES
    from codeassist.review.model import ABOUT, RULE

    return {**RULES, RULE: Rule(RULE, "medium", ABOUT, lambda _change, _around: ())}
