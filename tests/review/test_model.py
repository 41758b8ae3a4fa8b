"""The model's part of a review, with an engine that finds scripted places unlikely, and with real weights."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codeassist.engine.fake import MANIFEST, FakeEngine, Script
from codeassist.errors import CancelledError
from codeassist.review.change import Snapshot
from codeassist.review.finding import Finding
from codeassist.review.likelihood import Reader
from codeassist.review.memory import Verdict
from codeassist.review.model import RULE, ModelReviewer, finding_of
from codeassist.review.report import NotReviewed, Stats
from codeassist.review.units import units
from codeassist.session import open_session
from tests.models.cache import install
from tests.review.changes import change, snapshot

OLD = """def oldest(people, limit):
    found = people[0]
    for person in people:
        if person.age > found.age:
            found = person
    return found if found.age < limit else None
"""
NEW = OLD.replace("> found", "< found")
SURPRISED = {"< found.age": "> found.age"}


def review(
    new: str, directory: Path, surprises: dict[str, str], seconds: float = 60.0, old: str | None = OLD
) -> tuple[list[Finding], list[NotReviewed], Stats]:
    stats, engine = Stats(), FakeEngine(Script(surprises=surprises))
    found, left = ModelReviewer(engine, MANIFEST, directory).look(
        snapshot(change("people.py", old, new)), seconds, lambda: False, stats
    )
    return found, left, stats


def test_the_word_that_would_be_likely_is_found_where_one_pass_shows_it() -> None:
    (unit,) = units(change("people.py", OLD, NEW))
    reading = Reader(FakeEngine(Script(surprises=SURPRISED)), lambda: False).read(unit)
    best = reading.tried[0]
    assert (best.lexeme.text, best.text) == ("<", ">")
    assert NEW[best.lexeme.start] == "<"
    assert best.local > 5
    assert best.gain > 5
    assert best.rest > 5, "what follows is likelier, too"
    assert reading.old_gain == pytest.approx(best.gain)
    assert len(reading.logprobs) == len(unit.changed) + 1, "a token of this engine is a character; the line end before"


def test_likely_code_gives_nothing_to_try() -> None:
    (unit,) = units(change("people.py", OLD, NEW))
    reading = Reader(FakeEngine(Script()), lambda: False).read(unit)
    assert reading.tried == ()
    assert reading.places == 3


def test_old_lines_that_are_quite_others_are_not_compared() -> None:
    (unit,) = units(change("people.py", OLD.replace("        if person.age > found.age:\n", "        x = 1\n"), OLD))
    engine = FakeEngine(Script())
    assert Reader(engine, lambda: False).read(unit).old_gain is None
    assert Reader(engine, lambda: False, every_old=True).read(unit).old_gain is not None


def test_an_unlikely_word_is_told_with_its_line_and_a_fix(tmp_path: Path) -> None:
    (finding,), left, stats = review(NEW, tmp_path / "r", SURPRISED)
    assert (finding.rule, finding.origin, finding.line, finding.severity) == (RULE, "model", 4, "medium")
    assert "`<`" in finding.message
    assert "`>`" in finding.message
    assert finding.fix is not None
    assert finding.fix.text == "        if person.age > found.age:\n"
    assert 0 < finding.confidence < 1
    assert not left
    assert (stats.scored, stats.remembered) == (1, 0)


def test_likely_code_is_not_told_of(tmp_path: Path) -> None:
    found, left, stats = review(NEW, tmp_path / "r", {})
    assert (found, left) == ([], [])
    assert stats.scored == 1


def test_a_second_review_makes_no_call(tmp_path: Path) -> None:
    first, _, before = review(NEW, tmp_path / "r", SURPRISED)
    again, _, after = review(NEW, tmp_path / "r", {})
    assert again == first, "what is remembered is told again"
    assert before.model_calls > 0
    assert (after.model_calls, after.remembered) == (0, 1)


@pytest.mark.parametrize("new", [NEW.replace("limit else", "limit or 1 else"), f"import os\n\n\n{NEW}"])
def test_other_code_around_is_looked_at_anew(new: str, tmp_path: Path) -> None:
    review(NEW, tmp_path / "r", SURPRISED)
    assert review(new, tmp_path / "r", SURPRISED)[2].model_calls > 0


def test_nothing_of_the_code_is_remembered_but_a_word(tmp_path: Path) -> None:
    review(NEW, tmp_path / "r", SURPRISED)
    kept = b"".join(file.read_bytes() for file in (tmp_path / "r").iterdir())
    assert b"verdict" in kept
    assert b"person" not in kept
    assert b"people.py" not in kept


def test_without_time_what_is_left_out_is_told(tmp_path: Path) -> None:
    found, left, stats = review(NEW, tmp_path / "r", SURPRISED, seconds=0)
    assert (found, stats.scored) == ([], 0)
    assert left == [NotReviewed("people.py", 4, "the time was up")]


def test_what_was_left_out_for_time_is_reviewed_the_next_time(tmp_path: Path) -> None:
    review(NEW, tmp_path / "r", SURPRISED, seconds=0)
    assert review(NEW, tmp_path / "r", SURPRISED)[0]


def test_giving_up_is_no_result(tmp_path: Path) -> None:
    reviewer = ModelReviewer(FakeEngine(Script()), MANIFEST, tmp_path / "r")
    with pytest.raises(CancelledError):
        reviewer.look(snapshot(change("people.py", OLD, NEW)), 60.0, lambda: True, Stats())


def test_an_engine_that_cannot_score_is_told_of(tmp_path: Path) -> None:
    class Other(FakeEngine):
        def _scores(self, request: object) -> None:  # type: ignore[override]  # noqa: ARG002
            return None

    reviewer = ModelReviewer(Other(Script()), MANIFEST, tmp_path / "r")
    found, left = reviewer.look(snapshot(change("people.py", OLD, NEW)), 60.0, lambda: False, Stats())
    assert found == []
    assert "cannot score" in left[0].reason


def test_code_goes_before_tests_and_decisions_before_data(tmp_path: Path) -> None:
    data = change("data.py", None, "first = 1\nsecond = 2\n")
    test = change("tests/test_people.py", None, NEW)
    code = change("people.py", OLD, NEW)
    reviewer = ModelReviewer(FakeEngine(Script()), MANIFEST, tmp_path / "r")
    _, left = reviewer.look(snapshot(test, data, code), 0.0, lambda: False, Stats())
    assert [each.path for each in left] == ["people.py", "data.py", "tests/test_people.py"]


@pytest.mark.parametrize(("word", "mended"), [("not in", False), ("on", False), ("in sorted(people) or", True)])
def test_a_word_that_breaks_the_syntax_is_no_fix(word: str, mended: bool) -> None:
    new = OLD.replace("in people:", "in people[1:]:")
    (unit,) = units(change("people.py", OLD, new))
    verdict = Verdict(score=9.0, start=unit.changed.index("in people"), size=2, text=word)
    finding = finding_of(unit, verdict)
    assert f"`{word}`" in finding.message
    assert (finding.fix is not None) == mended


@pytest.mark.model
def test_real_weights_find_a_swapped_comparison(home: Path, tmp_path: Path) -> None:
    install("qwen2.5-coder-0.5b", home / "models")
    new = OLD.replace("found.age < limit", "person.age < people")
    with open_session(os.environ) as session:
        reviewer = ModelReviewer(session.engine, session.manifest, tmp_path / "r")
        shown = Snapshot(tmp_path, "staged", "what is staged", (change("people.py", OLD, new),))
        stats = Stats()
        found, left = reviewer.look(shown, 120.0, lambda: False, stats)
    assert not left
    assert stats.scored == 1
    assert [each.line for each in found] == [6]
