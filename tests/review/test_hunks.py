"""Hunks are right, and found in bounded time."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from codeassist.review.change import Hunk
from codeassist.review.hunks import Effort, compare, in_all

LINES = st.lists(st.sampled_from("abcdefgh"), max_size=40)


class Counted(Effort):
    used = 0

    def take(self, pairs: int) -> bool:
        self.used += pairs
        return super().take(pairs)


def applied(old: list[str], new: list[str], hunks: tuple[Hunk, ...]) -> list[str]:
    """The old lines with the hunks of the new ones in them."""
    found, at = [], 0
    for hunk in hunks:
        found += old[at : hunk.old_start - 1]
        assert len(found) == hunk.new_start - 1
        found += new[hunk.new_start - 1 : hunk.new_start - 1 + hunk.new_count]
        at = hunk.old_start - 1 + hunk.old_count
    return found + old[at:]


def text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


@given(LINES, LINES)
def test_applying_the_hunks_gives_the_new_text(old: list[str], new: list[str]) -> None:
    hunks = compare(text(old), text(new), Effort())
    assert applied(old, new, hunks) == new
    gap = [(one.new_start + one.new_count, other.new_start) for one, other in pairwise(hunks)]
    assert all(end < start for end, start in gap)  # neighbours are one hunk


@given(LINES, LINES)
def test_without_any_effort_the_hunks_are_right_but_larger(old: list[str], new: list[str]) -> None:
    assert applied(old, new, compare(text(old), text(new), Effort(0))) == new


def test_one_altered_line_is_one_hunk_however_long_the_text_is() -> None:
    old = [f"line {number % 1000}" for number in range(30_000)]
    new = [*old[:9_999], "other", *old[10_000:20_000], "more", *old[20_000:]]
    new[25_000] = "third"
    hunks = compare(text(old), text(new), Effort())
    assert applied(old, new, hunks) == new
    assert {line for hunk in hunks for line in range(hunk.new_start, hunk.new_start + hunk.new_count)} >= {10_000}


def test_lines_that_are_unique_are_matched_in_long_texts() -> None:
    random = Random(1)  # noqa: S311 - no secret
    old = [f"line {number}" if number % 3 else "}" for number in range(20_000)]
    new = list(old)
    places = sorted(random.sample(range(20_000), 500), reverse=True)
    for place in places:
        new.insert(place, f"inserted {place}")
    effort = Counted()
    hunks = compare(text(old), text(new), effort)
    assert applied(old, new, hunks) == new
    assert sum(hunk.new_count for hunk in hunks) <= 600
    assert effort.used < 1_000_000


def test_long_texts_of_few_different_lines_are_given_up() -> None:
    effort = Counted()
    old = [str(number % 7) for number in range(20_000)]
    new = [str(number % 5) for number in range(20_000)]
    assert len(compare(text(old), text(new), effort)) == 1
    assert effort.used == 0


def test_the_effort_is_for_all_files() -> None:
    old, new = [str(number % 7) for number in range(400)], [str(number % 5) for number in range(400)]
    effort = Effort(200_000)
    assert len(compare(text(old), text(new), effort)) > 1
    assert len(compare(text(old), text(new), effort)) == 1


def test_a_last_line_without_its_end_differs() -> None:
    assert compare("a\nb", "a\nb\n", Effort()) == (Hunk(2, 1, 2, 1),)
    assert compare("", "a", Effort()) == (Hunk(1, 0, 1, 1),)
    assert compare("a\n", "", Effort()) == (Hunk(1, 1, 1, 0),)
    assert compare("a\n", "a\n\n", Effort()) == (Hunk(2, 0, 2, 1),)
    assert compare(None, "a\n", Effort()) == (Hunk(1, 0, 1, 1),)
    assert compare("a", "a", Effort()) == ()


def test_of_a_merge_only_what_differs_from_all_stays() -> None:
    first = (Hunk(1, 2, 1, 5), Hunk(9, 1, 12, 0), Hunk(20, 1, 22, 1))
    other = (Hunk(1, 0, 2, 1), Hunk(3, 1, 4, 3), Hunk(8, 2, 12, 0))
    assert in_all(first, [other]) == (Hunk(1, 2, 2, 1), Hunk(3, 0, 4, 2), Hunk(9, 1, 12, 0))
    assert in_all(first, [()]) == ()
    assert in_all(first, []) == first
