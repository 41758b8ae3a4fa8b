from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.context.budget import Counter, pack
from codeassist.context.candidate import Candidate
from codeassist.context.chunk import Gathered
from codeassist.context.languages import languages
from codeassist.engine.fake import FakeEngine, Script

PYTHON = languages()["python"]


def candidate(path: str, start: int, *lines: str, above: tuple[str, ...] = (), value: float = 1.0) -> Candidate:
    return Candidate(path, start, start + max(0, len(lines) - 1), "why", lines, value, above)


def packed(*kinds: Sequence[Candidate], budget: int = 1000, shares: Sequence[float] = ()) -> Gathered:
    return pack(kinds, shares or [1.0] * len(kinds), budget, Counter(FakeEngine(Script())), PYTHON)


def test_tokens_are_those_of_the_texts() -> None:
    done = packed([candidate("b.py", 3, "x = 1", "y = 2"), candidate("a.py", 9, "z = 3")])
    assert [chunk.tokens for chunk in done.chunks] == [len(chunk.text) for chunk in done.chunks]  # fake: characters
    assert done.tokens == sum(chunk.tokens for chunk in done.chunks)
    assert done.budget == 1000


def test_chunks_stand_by_path_and_line_under_the_name_of_their_file() -> None:
    done = packed(
        [
            candidate("b.py", 1, "def b(): ..."),
            candidate("a.py", 9, "    def late(self): ...", above=("class A:",)),
            candidate("a.py", 2, "    def early(self): ...", above=("class A:",)),
            candidate("a.py", 1, above=("class A:",)),
        ]
    )
    assert "".join(done.texts) == (
        "# a.py\nclass A:\n    def early(self): ...\n    def late(self): ...\n# b.py\ndef b(): ...\n"
    )
    assert [(chunk.path, chunk.start) for chunk in done.chunks] == [("a.py", 1), ("a.py", 2), ("a.py", 9), ("b.py", 1)]


def test_the_order_does_not_follow_the_values() -> None:
    first, second = candidate("a.py", 1, "one", value=9), candidate("b.py", 1, "two", value=1)
    assert packed([first, second]).texts == packed([second, first]).texts


@pytest.mark.parametrize("path", ["a\nimport os\n.py", "a\udcff.py", "\x1b[2J.py"])
def test_a_file_whose_name_is_no_line_is_not_shown(path: str) -> None:
    assert packed([candidate(path, 1, "one"), candidate("b.py", 1, "two")]).texts == ["# b.py\ntwo\n"]


def test_stretches_of_one_file_are_kept_apart() -> None:
    done = packed([candidate("a.py", 1, "one", "two"), candidate("a.py", 50, "three", "four")])
    assert done.texts == ["# a.py\none\ntwo\n", "# a.py\nthree\nfour\n"]


def test_what_does_not_fit_makes_room_for_what_does() -> None:
    done = packed([candidate("a.py", 1, "x" * 200), candidate("a.py", 9, "small")], budget=30)
    assert done.texts == ["# a.py\nsmall\n"]


def test_kinds_share_the_budget_and_leave_what_they_do_not_need() -> None:
    many = [candidate("a.py", number, "x" * 10) for number in range(1, 40)]
    few = [candidate("b.py", 1, "y" * 10)]
    done = packed(many, few, budget=130)
    assert [chunk.path for chunk in done.chunks].count("b.py") == 1
    assert done.tokens > 110
    halves = packed(many, [candidate("b.py", number, "y" * 10) for number in range(1, 40)], budget=260)
    counts = [sum(chunk.tokens for chunk in halves.chunks if chunk.path == path) for path in ("a.py", "b.py")]
    assert abs(counts[0] - counts[1]) <= 13
    assert packed(few, few, budget=0).chunks == []


@given(
    st.lists(
        st.builds(
            candidate,
            st.sampled_from(["a.py", "b.py"]),
            st.integers(1, 90),
            st.text("xyé\n\ud800 ", max_size=30),
            above=st.sampled_from([(), ("class A:",)]),
        ),
        max_size=12,
    ),
    st.integers(0, 200),
)
def test_the_budget_is_never_exceeded(candidates: list[Candidate], budget: int) -> None:
    done = packed(candidates, candidates[::-1], budget=budget, shares=(2.0, 1.0))
    assert done.tokens <= budget
    assert done.tokens == sum(len(chunk.text) for chunk in done.chunks)


class _Counting(FakeEngine):
    def __init__(self) -> None:
        super().__init__(Script())
        self.asked: list[str] = []

    def tokenize(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        self.asked += texts
        return super().tokenize(texts)


def test_a_text_is_counted_once() -> None:
    engine = _Counting()
    counter = Counter(engine)
    assert counter.count(["ab", "c", "ab"]) == [2, 1, 2]
    assert counter.count(["c", "d"]) == [1, 1]
    assert engine.asked == ["ab", "c", "d"]
