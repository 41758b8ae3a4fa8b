"""Files that belong to a file."""

from __future__ import annotations

import pytest

from codeassist.context.index import File
from codeassist.context.related import (
    Counterparts,
    changed_together,
    companions,
    counterparts,
    is_test,
    often_changed,
    recently_changed,
)

PATHS = (
    "app/engine/server.py",
    "app/lsp/server.py",
    "app/run.py",
    "tests/engine/test_server.py",
    "tests/lsp/test_server.py",
    "tests/run_test.py",
    "tests/support.py",
    "web/cart.ts",
    "web/cart.test.ts",
    "src/main/Shop.java",
    "src/test/ShopTest.java",
    "lib/shop.rb",
    "spec/shop_spec.rb",
    "latest.py",
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("app/engine/server.py", ["tests/engine/test_server.py"]),
        ("tests/lsp/test_server.py", ["app/lsp/server.py"]),
        ("app/run.py", ["tests/run_test.py"]),
        ("web/cart.ts", ["web/cart.test.ts"]),
        ("src/main/Shop.java", ["src/test/ShopTest.java"]),
        ("spec/shop_spec.rb", ["lib/shop.rb"]),
        ("latest.py", []),
        ("tests/support.py", []),
        ("unknown.py", []),
    ],
)
def test_a_file_and_its_test(path: str, expected: list[str]) -> None:
    found = Counterparts(PATHS).of(path)
    assert [each for each in found if each.rpartition(".")[2] == path.rpartition(".")[2]] == expected


def test_counterparts_say_which_is_the_test() -> None:
    assert counterparts(PATHS, "app/run.py") == [("tests/run_test.py", "its test")]
    assert counterparts(PATHS, "tests/run_test.py") == [("app/run.py", "tested here")]


def test_what_is_a_test() -> None:
    assert [path for path in PATHS if is_test(path)] == [
        "tests/engine/test_server.py",
        "tests/lsp/test_server.py",
        "tests/run_test.py",
        "tests/support.py",
        "web/cart.test.ts",
        "src/test/ShopTest.java",
        "spec/shop_spec.rb",
    ]
    assert not is_test("app/contest.py")


COMMITS = [("a", "b"), ("a", "c", "d", "e"), ("b", "c"), ("a", "b"), ("a", "c")]


def test_what_changes_together_is_told_with_how_often() -> None:
    assert changed_together(COMMITS, "a") == [("b", "changed together 2 times"), ("c", "changed together 2 times")]
    assert changed_together(COMMITS, "a", limit=1) == [("b", "changed together 2 times")]
    assert changed_together(COMMITS, "d") == []  # once is chance
    assert changed_together([], "a") == []


def test_small_and_recent_commits_say_more() -> None:
    weights = companions(COMMITS, "a")
    assert weights["b"] > weights["c"] > weights["d"] == weights["e"]
    assert "a" not in weights
    often = often_changed([*COMMITS, *[("old",)] * 2, *[("x",)] * 100, *[("old",)] * 2])
    assert often["a"] > often["b"] > often["d"]
    assert often["d"] > often_changed([("x",)] * 100 + [("d",)])["d"]


def test_recently_changed_files_come_in_the_order_of_their_times() -> None:
    files = [File("a", "", 1, 1, 10), File("b", "", 1, 1, 30), File("c", "", 1, 1, 20), File("d", "", 1, 1, 20)]
    assert [path for path, _ in recently_changed(files, "b")] == ["c", "d", "a"]
    assert [path for path, _ in recently_changed(files, "a", limit=1)] == ["b"]
