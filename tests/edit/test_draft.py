"""Which draft is taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.draft import Checked, Draft, choose
from codeassist.errors import CancelledError

ROOT = Path("/tree")


def draft(text: str, reason: str = "") -> Draft:
    return Draft((FileEdit("a.py", b"old\n", text.encode()),), reason)


def result(*, passed: bool, code: int | None = 1) -> Checked:
    return Checked("make", passed, 0 if passed else code, 7.0, "")


def never() -> bool:
    return False


class Pulled:
    """Drafts that count how many were made, and a check that passes for some texts."""

    def __init__(self, *drafts: Draft, passing: tuple[str, ...] = ()) -> None:
        self._drafts = drafts
        self._passing = {each.encode() for each in passing}
        self.made = 0
        self.checked: list[bytes | None] = []

    def drafts(self) -> Iterator[Draft]:
        for each in self._drafts:
            self.made += 1
            yield each

    def check(self, change: ChangeSet) -> Checked:
        self.checked.append(change.files[0].after)
        return result(passed=change.files[0].after in self._passing)


def test_the_first_that_holds_is_taken_and_no_more_are_made() -> None:
    pulled = Pulled(draft("1", "no node"), draft("2"), draft("3"))
    outcome = choose(ROOT, "do", pulled.drafts(), None, never)
    assert outcome.change == ChangeSet(ROOT, "do", draft("2").files)
    assert (outcome.holds, outcome.reasons, outcome.checks, pulled.made) == (True, ("no node",), (), 2)


def test_the_check_sees_only_what_holds_and_decides() -> None:
    pulled = Pulled(draft("1", "no node"), draft("2"), draft("3"), draft("4"), passing=("3", "4"))
    outcome = choose(ROOT, "do", pulled.drafts(), pulled.check, never)
    assert (outcome.holds, pulled.checked, pulled.made) == (True, [b"2", b"3"], 3)
    assert outcome.change is not None
    assert outcome.change.files == draft("3").files
    assert outcome.reasons == ("no node", "the check fails with exit code 1")
    assert [each.passed for each in outcome.checks] == [False, True]


def test_the_same_again_is_checked_once() -> None:
    pulled = Pulled(draft("1"), draft("1"), draft("2"), passing=("2",))
    assert choose(ROOT, "do", pulled.drafts(), pulled.check, never).holds
    assert pulled.checked == [b"1", b"2"]


@pytest.mark.parametrize(
    ("drafts", "best"),
    [
        ([draft("1", "no node"), draft("2"), draft("3")], b"2"),  # only the check refused it
        ([Draft((), "no code"), draft("2", "no node"), draft("3", "no name")], b"2"),
        ([Draft((), "no code"), draft("old\n")], None),  # that is what is there
        ([], None),
    ],
)
def test_the_best_is_shown_if_none_holds(drafts: list[Draft], best: bytes | None) -> None:
    pulled = Pulled(*drafts)
    outcome = choose(ROOT, "do", pulled.drafts(), pulled.check, never)
    assert not outcome.holds
    assert (outcome.change.files[0].after if outcome.change else None) == best
    assert len(outcome.reasons) == len(drafts)
    assert all(outcome.reasons)
    assert outcome.reason == (outcome.reasons[1] if best else "")


def test_what_changes_nothing_does_not_hold() -> None:
    same = draft("old\n").files[0]
    outcome = choose(ROOT, "do", [Draft((same,)), Draft((same, *draft("2").files))], None, never)
    assert outcome.reasons == ("it changes nothing",)
    assert outcome.change is not None
    assert outcome.change.files == draft("2").files


def test_a_check_without_an_end_is_a_reason() -> None:
    outcome = choose(ROOT, "do", [draft("1")], lambda _change: result(passed=False, code=None), never)
    assert outcome.reasons == ("the check took over 7 s",)


def test_an_interrupted_check_is_no_verdict() -> None:
    pressed = False

    def check(_change: ChangeSet) -> Checked:
        nonlocal pressed
        pressed = True
        return result(passed=False, code=None)

    pulled = Pulled(draft("1"), draft("2"))
    with pytest.raises(CancelledError):
        choose(ROOT, "do", pulled.drafts(), check, lambda: pressed)
    assert pulled.made == 1
