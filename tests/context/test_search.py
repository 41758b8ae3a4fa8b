"""Finding the places that a query speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeassist.context.index import Index, Match
from codeassist.context.search import search
from tests.context.trees import git, put, repository

FILES = {
    "shop/__init__.py": "",
    "shop/cart.py": '''"""The basket of a customer."""

from shop.money import Money


class Cart:
    """Holds what will be bought."""

    def total(self) -> Money:
        """Sum of the prices, rounded to cents."""
        return Money(sum(self.prices))

    def empty(self) -> None:
        """Throw everything out."""
        self.prices = []
''',
    "shop/money.py": '''class Money:
    """An amount in a currency."""

    def total(self) -> int:
        return self.cents


class HTTPMoneySource:
    def fetch_exchange_rates(self, retries: int = 3) -> dict[str, float]:
        """Ask the bank for exchange rates; a lost connection is tried again."""
        return {}
''',
    "shop/tax.py": "def tax(amount):\n    # rates differ by country\n    return amount * 0.2\n",
    "tests/test_cart.py": "from shop.cart import Cart\n\n\ndef test_total() -> None:\n    assert Cart().total()\n",
    "docs/usage.md": "# Usage\n\nThe basket is emptied at midnight.\n",
    "CHANGELOG.md": "# Changes\n\n- Exchange rates are fetched again after a lost connection.\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("search")
    with Index.open(repository(folder / "repo", FILES), folder / "index") as index:
        index.refresh()
        yield index


def found(index: Index, query: str) -> list[tuple[str, str]]:
    return [(each.path, each.symbol) for each in search(index, query)]


def test_an_exact_name_comes_first(index: Index) -> None:
    first = search(index, "Cart")[0]
    assert (first.path, first.symbol, first.start, first.end) == ("shop/cart.py", "Cart", 6, 15)
    assert first.reason == "defines this name"


def test_a_name_with_what_it_is_in(index: Index) -> None:
    assert found(index, "Money.total")[:2] == [("shop/money.py", "Money.total"), ("shop/cart.py", "Cart.total")]
    assert found(index, "cart.total")[0] == ("shop/cart.py", "Cart.total")  # its module
    assert found(index, "Cart::total()")[0] == ("shop/cart.py", "Cart.total")


def test_every_definition_of_a_name_comes_before_what_mentions_it(index: Index) -> None:
    assert set(found(index, "total")[:2]) == {("shop/money.py", "Money.total"), ("shop/cart.py", "Cart.total")}


def test_a_part_of_a_name_and_another_case(index: Index) -> None:
    assert found(index, "exchange_rates")[0] == ("shop/money.py", "HTTPMoneySource.fetch_exchange_rates")
    assert found(index, "cart")[0] == ("shop/cart.py", "Cart")
    assert search(index, "cart")[0].reason == "defines this name in another case"


def test_a_place_gives_the_definition_around_it(index: Index) -> None:
    (only,) = search(index, "shop/cart.py:11")
    assert (only.symbol, only.start) == ("Cart.total", 9)
    (near,) = search(index, "shop/cart.py:2")
    assert (near.symbol, near.start) == ("", 1)
    assert search(index, "cart.py:99999")[0].end <= 15
    assert [each.path for each in search(index, "usage.md")] == ["docs/usage.md"]


def test_words_are_found_in_any_form(index: Index) -> None:
    fetching = ("shop/money.py", "HTTPMoneySource.fetch_exchange_rates")
    assert fetching in found(index, "where are rates fetched after losing a connection")[:2]
    assert "CHANGELOG.md" in [path for path, _ in found(index, "fetch rates again")]


def test_the_path_counts(index: Index) -> None:
    assert found(index, "tax of a country")[0][0] == "shop/tax.py"


def test_a_test_comes_with_what_it_tests(index: Index) -> None:
    results = search(index, "throw everything out of the basket")
    paths = [each.path for each in results]
    assert paths[0] == "shop/cart.py"
    assert "tests/test_cart.py" in paths


def test_the_best_of_each_file_comes_before_further_places(index: Index) -> None:
    paths = [each.path for each in search(index, "total of the money in a cart")]
    different = len(set(paths))
    assert len(set(paths[:different])) == different < len(paths)


def test_results_are_ordered_apart_and_bounded(index: Index) -> None:
    for query in ("total", "Cart", "exchange rates", "basket"):
        for limit in (1, 3, 20):
            results = search(index, query, limit=limit)
            assert 0 < len(results) <= limit
            scores = [each.score for each in results]
            assert scores == sorted(scores, reverse=True)
            for number, one in enumerate(results):
                assert 1 <= one.start <= one.end
                for other in results[number + 1 :]:
                    assert one.path != other.path or one.end < other.start or other.end < one.start


def test_what_is_nowhere_finds_nothing(index: Index) -> None:
    assert search(index, "zygote") == []
    assert search(index, "") == []


def test_what_is_near_in_meaning_is_joined(index: Index) -> None:
    near = [Match("shop/tax.py", 1, 3, "tax", 0.9)]
    assert found(index, "zygote of nobody") == []
    (only,) = search(index, "zygote of nobody", nearest=near)
    assert (only.path, only.symbol, only.reason) == ("shop/tax.py", "tax", "near in meaning")
    gone = [Match("shop/gone.py", 1, 3, "gone", 0.9)]
    assert search(index, "zygote of nobody", nearest=gone) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(query=st.text(max_size=40))
def test_any_query_is_answered(index: Index, query: str) -> None:
    lines = {file.path: file.lines for file in index.files()}
    for each in search(index, query):
        assert 1 <= each.start <= each.end <= max(1, lines[each.path])


def test_what_changed_together_is_found_together(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"a.py": "def apple(): ...\n", "b.py": "x = 1\n", "c.py": "y = 1\n"})
    for number in range(3):
        put(root, {"a.py": f"def apple(): ...\n\n\nn = {number}\n", "b.py": f"x = {number}\n"})
        git(root, "add", "a.py", "b.py")
        git(root, "commit", "-q", "-m", "both")
    with Index.open(root, tmp_path / "index") as index:
        index.refresh()
        assert [path for path, _ in found(index, "eat the apple")] == ["a.py", "b.py"]
        assert search(index, "eat the apple")[1].reason == "changed together with a.py"
