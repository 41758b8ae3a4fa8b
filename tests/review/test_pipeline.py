"""One review, with rules and a reviewer that tests make up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

import msgspec
import pytest

from codeassist.config import ReviewSettings
from codeassist.errors import CancelledError, EngineError, MissingError
from codeassist.review import baseline, pipeline
from codeassist.review.change import Snapshot
from codeassist.review.finding import Finding, Fix, Severity
from codeassist.review.report import NotReviewed, Report, Stats
from codeassist.review.rule import Around, Rule
from tests.review.changes import around, change, snapshot

SETTINGS = ReviewSettings()
TWO = snapshot(change("a.py", None, "one\ntwo\nthree\n"), change("docs/b.md", "x\n", "x\ny\n"))


def finding(
    line: int = 1,
    *,
    rule: str = "first",
    path: str = "a.py",
    evidence: str = "",
    severity: Severity = "medium",
    end_line: int = 0,
) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        path=path,
        line=line,
        end_line=end_line or line,
        message=f"{rule} says",
        evidence=evidence or f"line {line}",
    )


def rule(*found: Finding, name: str = "first", default: bool = True) -> Rule:
    return Rule(name, "medium", "It says.", lambda _snapshot, _around: found, default)


def review(
    *rules: Rule, change: Snapshot = TWO, settings: ReviewSettings = SETTINGS, model: Model | None = None
) -> Report:
    table = {each.name: each for each in rules}
    return pipeline.review(change, around(settings=settings), model, 5.0, rules=table)


@dataclass
class Model:
    """A reviewer that finds what it is told to."""

    found: list[Finding] = field(default_factory=list)
    unseen: list[NotReviewed] = field(default_factory=list)
    failure: Exception | None = None
    seconds: float = -1.0

    def look(
        self, snapshot: Snapshot, seconds: float, cancelled: Callable[[], bool], stats: Stats
    ) -> tuple[list[Finding], list[NotReviewed]]:
        assert snapshot.files
        assert not cancelled()
        self.seconds = seconds
        if self.failure is not None:
            raise self.failure
        stats.scored = 3
        return self.found, self.unseen


def test_findings_come_in_the_order_of_paths_and_lines_once() -> None:
    found = review(
        rule(finding(3), finding(1), finding(1)),
        rule(finding(2, rule="second", path="docs/b.md"), finding(2, rule="second"), name="second"),
    )
    assert [(each.path, each.line) for each in found.findings] == [
        ("a.py", 1),
        ("a.py", 2),
        ("a.py", 3),
        ("docs/b.md", 2),
    ]
    assert found.notices == ()
    assert (found.stats.files, found.stats.hunks, found.stats.added_lines) == (2, 2, 4)
    assert found.title == "what is staged"


def test_a_check_that_fails_costs_only_itself() -> None:
    def fails(_snapshot: Snapshot, _around: Around) -> Iterator[Finding]:
        yield finding(1, rule="second")
        raise ValueError("canary")

    found = review(Rule("second", "low", "", fails), rule(finding(2)))
    assert [each.line for each in found.findings] == [1, 2]
    assert found.notices == ("the check second failed: ValueError",)  # without its words: they may be the repository's


def test_a_check_that_waits_for_a_program_runs_beside_the_others() -> None:
    go_on = Event()

    def waits(_snapshot: Snapshot, _around: Around) -> Iterator[Finding]:
        assert go_on.wait(10), "the other check has to run meanwhile"
        yield finding(1, rule="first")
        raise ValueError("canary")

    def other(_snapshot: Snapshot, _around: Around) -> Iterator[Finding]:
        go_on.set()
        yield finding(2, rule="second")

    found = review(Rule("first", "low", "", waits, apart=True), Rule("second", "low", "", other))
    assert [each.rule for each in found.findings] == ["first", "second"]
    assert found.notices == ("the check first failed: ValueError",)


def test_a_check_that_runs_beside_the_others_is_cancelled_with_them() -> None:
    def other(_snapshot: Snapshot, _around: Around) -> Iterator[Finding]:
        while True:
            yield finding()

    asked = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 20

    table = {"first": Rule("first", "low", "", other, apart=True)}
    with pytest.raises(CancelledError):
        pipeline.review(TWO, Around(None, SETTINGS, cancelled), None, 1.0, rules=table)


def test_an_interruption_is_no_failure_of_a_check() -> None:
    def interrupted(_snapshot: Snapshot, _around: Around) -> Iterable[Finding]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        review(Rule("second", "low", "", interrupted))


def test_what_is_cancelled_ends_between_findings() -> None:
    asked = []

    def endless(_snapshot: Snapshot, _around: Around) -> Iterator[Finding]:
        while True:
            asked.append(1)
            yield finding()

    table = {"first": Rule("first", "low", "", endless)}
    with pytest.raises(CancelledError):
        pipeline.review(TWO, Around(None, SETTINGS, lambda: len(asked) > 5), None, 1.0, rules=table)
    assert len(asked) == 6


def test_a_check_that_finds_too_much_is_cut() -> None:
    found = review(rule(*(finding(line) for line in range(1, 3_000))))
    assert len(found.findings) == 1_000
    assert "over 1000" in found.notices[0]


def test_rules_are_chosen_by_the_settings() -> None:
    rules = [rule(finding()), rule(finding(2, rule="off"), name="off", default=False)]
    assert [each.rule for each in review(*rules).findings] == ["first"]
    assert [each.rule for each in review(*rules, settings=ReviewSettings(enable=("off",))).findings] == ["first", "off"]
    assert review(*rules, settings=ReviewSettings(disable=("first",))).findings == ()
    both = ReviewSettings(disable=("off",), enable=("off",))
    assert [each.rule for each in review(*rules, settings=both).findings] == ["first"]


def test_a_part_of_a_rule_is_disabled_alone() -> None:
    checked = rule(finding(1, rule="first/A"), finding(2, rule="first/B"))
    settings = ReviewSettings(disable=("first/A",))
    assert [each.rule for each in review(checked, settings=settings).findings] == ["first/B"]


def test_severities_of_the_settings() -> None:
    checked = rule(finding(1, rule="first/A"), finding(2, rule="first/B"), finding(3, rule="first"))
    settings = ReviewSettings(severity={"first": "high", "first/B": "low"})
    assert [each.severity for each in review(checked, settings=settings).findings] == ["high", "low", "high"]


def test_the_model_is_never_high_unless_the_settings_say_so() -> None:
    found = [msgspec.structs.replace(finding(1, rule="unlikely", severity="high"), origin="model")]
    assert review(model=Model(found)).findings[0].severity == "medium"
    settings = ReviewSettings(severity={"unlikely": "high"})
    assert review(model=Model(found), settings=settings).findings[0].severity == "high"


def test_the_model_has_the_seconds_that_checks_leave() -> None:
    model = Model([finding(2, rule="unlikely")], [NotReviewed("a.py", 9, "no time")])
    found = review(rule(finding()), model=model)
    assert [each.rule for each in found.findings] == ["first", "unlikely"]
    assert found.not_reviewed == (NotReviewed("a.py", 9, "no time"),)
    assert (found.stats.scored, found.stats.not_reviewed) == (3, 1)
    assert 0.0 < model.seconds < 5.0


def test_a_line_that_a_check_tells_of_is_not_told_twice() -> None:
    model = Model([finding(1, rule="unlikely"), finding(2, rule="unlikely")])
    assert [each.rule for each in review(rule(finding(1)), model=model).findings] == ["first", "unlikely"]
    assert [each.rule for each in review(rule(finding(1, end_line=2)), model=model).findings] == ["first"]
    low = review(rule(finding(1, severity="low")), model=model)
    assert [each.rule for each in low.findings] == ["first", "unlikely", "unlikely"]


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (MissingError("no model", "pull it"), "the model did not review: no model (pull it)"),
        (EngineError("it died"), "the model did not review: it died"),
        (ValueError("canary"), "the model did not review: ValueError"),
    ],
)
def test_a_model_that_fails_costs_only_itself(failure: Exception, said: str) -> None:
    found = review(rule(finding()), model=Model(failure=failure))
    assert [each.rule for each in found.findings] == ["first"]
    assert found.notices == (said,)


def test_the_model_is_not_asked_where_there_is_no_new_code() -> None:
    model = Model()
    review(change=snapshot(change("a.txt", None, "a\n"), change("b.py", "a\n", None)), model=model)
    assert model.seconds == -1.0
    with pytest.raises(CancelledError):
        review(model=Model(failure=CancelledError("gone")))


def test_what_is_excluded_is_not_looked_at() -> None:
    seen: list[str] = []

    def look(snapshot: Snapshot, _around: Around) -> Iterable[Finding]:
        seen.extend(each.path for each in snapshot.files)
        return [finding(1, path="docs/of/others.md"), finding()]

    everything = replace(TWO, skipped=(("docs/c.md", "lost"), ("d.py", "lost")))
    settings = ReviewSettings(exclude=("docs/",))
    found = review(Rule("first", "low", "", look), change=everything, settings=settings)
    assert seen == ["a.py"]
    assert [each.path for each in found.findings] == ["a.py"]
    assert found.not_reviewed == (NotReviewed("d.py", 1, "lost"),)
    assert found.stats.files == 1


def test_files_that_are_too_large_are_told() -> None:
    large = replace(change("a.py", None, "x\n"), new=None, omitted="large")
    binary = replace(large, path="a.png", omitted="binary")
    assert review(change=snapshot(large, binary)).not_reviewed == (NotReviewed("a.py", 1, "too large"),)


def test_comments_suppress() -> None:
    text = "one  # codeassist: ignore[first] why\ntwo  # codeassist: ignore[other] why\n"
    other = {"b.py": "# codeassist: ignore-file[first/A] why\n"}
    checked = rule(finding(1), finding(2), finding(7, rule="first/A", path="b.py"), finding(1, path="gone.py"))
    found = review(checked, change=snapshot(change("a.py", None, text), others=other))
    assert [(each.path, each.line) for each in found.findings] == [("a.py", 2), ("gone.py", 1)]
    assert found.stats.suppressed == 2


def test_fingerprints_stay_while_lines_move_and_tell_equal_findings_apart() -> None:
    before = review(rule(finding(1, evidence="x = 1"), finding(3, evidence="x  =  1"))).findings
    after = review(rule(finding(2, evidence="x=1"), finding(3, evidence="x = 1"))).findings
    assert [each.fingerprint for each in before] == [each.fingerprint for each in after]
    assert len({each.fingerprint for each in before}) == 2
    assert all(len(each.fingerprint) == 32 for each in before)


def test_what_the_baseline_knows_is_counted_only(tmp_path: Path) -> None:
    here = replace(TWO, root=tmp_path)
    checked = rule(finding(1), finding(2))
    first = review(checked, change=here).findings
    baseline.write(tmp_path, SETTINGS.baseline, baseline.known(first[:1]))
    found = review(checked, change=here)
    assert (found.findings, found.stats.baselined) == (first[1:], 1)
    everything = pipeline.review(here, around(), None, 1.0, rules={"first": checked}, tell_known=True)
    assert (everything.findings, everything.stats.baselined) == (first, 0)
    (tmp_path / SETTINGS.baseline).write_text("{")
    found = review(checked, change=here)
    assert found.findings == first
    assert "is broken" in found.notices[0]


def test_the_baseline_itself_is_not_reviewed() -> None:
    known = change(SETTINGS.baseline, None, '{"fingerprint":"0"}\n')
    assert review(change=snapshot(known)).stats.files == 0
    settings = ReviewSettings(baseline="./ci/known.json")
    assert review(change=snapshot(replace(known, path="ci/known.json")), settings=settings).stats.files == 0


def test_a_secret_is_in_nothing_that_is_told() -> None:
    fix = Fix(description="f", line=2, end_line=2, text="canary\n")
    other = msgspec.structs.replace(finding(1, end_line=2, evidence="canary"), fix=fix)
    secret = finding(2, rule="secret", evidence="token = ****", end_line=3)
    beside = msgspec.structs.replace(finding(1, evidence="one"), message="beside", fix=fix)
    checked = [rule(other, beside), rule(secret, name="secret")]
    found = review(*checked)
    assert "canary" not in repr(found)
    assert [each.evidence for each in found.findings] == ["one", "token = ****", "token = ****"]
    assert found.masked == {("a.py", 2): "token = ****", ("a.py", 3): "…"}
    hidden = snapshot(change("a.py", None, "one\ntwo  # codeassist: ignore[secret] why\nthree\n"))
    suppressed = review(*checked, change=hidden)
    assert suppressed.stats.suppressed == 1
    assert suppressed.masked == found.masked  # its line is shown no more for that
    assert "canary" not in repr(suppressed)
