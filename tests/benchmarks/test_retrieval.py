"""The figures of benchmarks/retrieval.py."""

from __future__ import annotations

import pytest

from benchmarks.retrieval import SIDES, Bm25, Figures, scored, table, total


def test_bm25_prefers_rare_words_and_short_texts() -> None:
    known = Bm25({"a": "cat dog", "b": "cat " + "filler " * 50, "c": "cat cat", "d": "dog dog", "e": ""})
    assert known.ranked("cat") == ["c", "a", "b"]
    assert known.ranked("Cat dog")[0] == "a"
    assert known.ranked("horse") == []


def test_figures_of_one_commit() -> None:
    gold = frozenset({"b", "z"})
    assert scored(["a", "b", "c"], gold) == {"recall@1": 0.0, "recall@5": 0.5, "recall@10": 0.5, "mrr": 0.5}
    assert scored([], gold) == {"recall@1": 0.0, "recall@5": 0.0, "recall@10": 0.0, "mrr": 0.0}


def test_a_table_has_means_intervals_and_the_ratio() -> None:
    right, half = scored(["b", "z"], frozenset("bz")), scored(["b"], frozenset("bz"))
    figures: Figures = {side: [half] * 4 for side in SIDES} | {"ours": [right] * 4}
    groups = {"one": figures, "two": figures, "three": figures}
    told: list[str] = []
    found = table("two of them", total(groups, lambda name: name != "one"), told.append)
    assert found["n"] == 8
    assert found["ours: recall@5"] == [1.0, 1.0, 1.0]
    assert found["bm25: recall@5"] == [0.5, 0.5, 0.5]
    assert found["ratio"] == [pytest.approx(2.0), pytest.approx(2.0), pytest.approx(2.0)]
    assert len(told) == len(SIDES) + 1
