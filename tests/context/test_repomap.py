"""Which files matter, and the outline of a repository."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from codeassist.context.index import Index
from codeassist.context.outline import estimate, lines, outline
from codeassist.context.repomap import graph, rank, uses
from tests.context.trees import put, repository

FILES = {
    "shop/__init__.py": "",
    "shop/money.py": "class Money:\n    def add(self, other):\n        return other\n\n\n"
    "def _round(x):\n    return x\n",
    "shop/cart.py": "from shop.money import Money\n\n\nclass Cart:\n"
    "    def total(self):\n        return Money().add(1)\n",
    "shop/order.py": "from shop.cart import Cart\nfrom shop.money import Money\n\n\ndef order():\n"
    "    def inner():\n        return Money()\n\n    return Cart().total(), Money(), inner\n",
    "tests/test_cart.py": "from shop.cart import Cart\n\n\ndef test_total():\n    assert Cart().total() == 0\n",
    "other/far.py": "def add(a, b):\n    return a + b\n",
    "notes.md": "# Money\n",
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.open(repository(tmp_path / "repo", FILES), tmp_path / "index") as index:
        index.refresh()
        yield index


def test_what_others_refer_to_ranks_first(index: Index) -> None:
    ranks = rank(index)
    assert sorted(ranks) == sorted(file.path for file in index.files())
    assert sum(ranks.values()) == pytest.approx(1.0, abs=1e-3)
    assert sorted(ranks, key=lambda path: -ranks[path])[:2] == ["shop/money.py", "shop/cart.py"]
    assert ranks["shop/order.py"] < ranks["shop/cart.py"]


def test_a_reference_means_what_is_imported(index: Index) -> None:
    found = {(each.source, each.target, each.name): each.weight for each in uses(index)}
    assert found["shop/cart.py", "shop/money.py", "add"] == 1.0
    assert ("shop/cart.py", "other/far.py", "add") not in found
    assert found["shop/order.py", "shop/money.py", "Money"] > 1.0  # twice counts more, but not double
    assert found["shop/order.py", "shop/money.py", "Money"] < 2.0


def test_a_walk_towards_a_file_favours_what_it_refers_to(index: Index) -> None:
    ranks = rank(index, {"tests/test_cart.py": 1.0, "not/there.py": 1.0})
    assert ranks["shop/cart.py"] > ranks["shop/order.py"] == pytest.approx(0.0)
    assert rank(index, {"not/there.py": 1.0}) == pytest.approx(rank(index))


def test_ranks_are_kept_until_the_index_changes(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    first = rank(index)

    def unexpected(_: Index) -> None:
        raise AssertionError("computed again")

    with monkeypatch.context() as patch:
        patch.setattr("codeassist.context.repomap.uses", unexpected)
        assert rank(index) == first
        assert rank(index, {"shop/cart.py": 1.0})  # from the graph that was kept
    put(index.root, {"shop/more.py": "from other.far import add\nadd(1, 2)\nadd(3, 4)\n"})
    index.refresh()
    assert "shop/more.py" in rank(index)
    assert graph(index).generation == index.generation


def test_an_empty_repository_has_no_ranks(tmp_path: Path) -> None:
    with Index.open(repository(tmp_path / "repo", {}), tmp_path / "index") as index:
        index.refresh()
        assert (rank(index), outline(index, 1000)) == ({}, [])


def test_the_outline_holds_what_matters_and_fits(index: Index) -> None:
    every = outline(index, 10_000)
    assert [each.path for each in every] == sorted(FILES)
    told = {each.path: [line for _, line in lines(each)] for each in every}
    assert told["shop/money.py"] == ["class Money:", "def add(self, other):", "def _round(x):"]
    assert told["shop/order.py"] == ["def order():"]  # what is inside a function is its own business
    for budget in range(0, 200, 7):
        found = outline(index, budget)
        text = [each.path for each in found] + [
            "  " * (1 + depth) + line for each in found for depth, line in lines(each)
        ]
        assert sum(map(estimate, text)) <= budget
    assert [each.path for each in outline(index, 20)] == ["shop/money.py"]


def test_a_method_is_never_without_its_class(index: Index) -> None:
    for budget in range(0, 120, 3):
        for each in outline(index, budget):
            containers = {one.container for one in each.definitions} - {""}
            assert containers <= {one.name for one in each.definitions}


def test_an_outline_of_a_part(index: Index) -> None:
    assert [each.path for each in outline(index, 1000, under="tests")] == ["tests/test_cart.py"]
    assert [each.path for each in outline(index, 1000, under="shop/cart.py")] == ["shop/cart.py"]
    assert outline(index, 1000, under="sho") == []


def test_packages_that_need_no_import(tmp_path: Path) -> None:
    files = {
        "go.mod": "module m\n",
        "a/a.go": "package a\n\nfunc Run() { Help() }\n",
        "a/b.go": "package a\n\nfunc Help() {}\n",
        "c/c.go": "package c\n\nfunc Help() {}\n",
    }
    with Index.open(repository(tmp_path / "repo", files), tmp_path / "index") as index:
        index.refresh()
        assert [(each.source, each.target) for each in uses(index)] == [("a/a.go", "a/b.go")]
