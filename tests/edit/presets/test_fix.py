"""The library's side of `fix`: an order from an output, without a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from codeassist.context.index import Index
from codeassist.edit.original import read
from codeassist.edit.presets.fix import around, order, order_at
from codeassist.edit.presets.subject import Subject, subject
from codeassist.errors import UsageError
from tests.edit.presets.desk import indexed
from tests.repository import repository

FILES: dict[str, str | bytes] = {
    "shop/__init__.py": "",
    "shop/cart.py": (
        "class Cart:\n    def total(self, tax):\n        return 1 - tax\n\n\ndef middle(a, b):\n    return a - b\n"
    ),
    "other/sums.py": "def middle(a, b):\n    return 0\n\n\ndef alone(a):\n    return a\n",
    "tests/test_cart.py": (
        "from shop.cart import Cart, middle\n\n\ndef check(f):\n    assert f(1, 3) == 2\n\n\n"
        "def test_total():\n    cart = Cart()\n    assert cart.total(1) == 2\n\n\n"
        "def test_middle():\n    assert middle(\n        1,\n"
        "        3,\n    ) == 2\n    check(middle)\n    assert alone(1)\n"
    ),
    "go/add.go": "package shop\n\nfunc Add(a, b int) int {\n\treturn a - b\n}\n",
    "go/add_test.go": (
        'package shop\n\nfunc TestAdd(t *testing.T) {\n\tif Add(1, 2) != 3 {\n\t\tt.Fatal("no")\n\t}\n}\n'
    ),
}


@pytest.fixture
def index(tmp_path: Path, home: Path) -> Iterator[Index]:
    with indexed(repository(tmp_path / "repo", FILES), home) as made:
        yield made


@pytest.mark.parametrize(
    ("tests", "path", "line"),
    [
        ([("tests/test_cart.py", 10)], "shop/cart.py", 2),  # a method of what is imported
        ([("tests/test_cart.py", 14)], "shop/cart.py", 6),  # not the one of the same name that is not imported
        ([("tests/test_cart.py", 5), ("tests/test_cart.py", 18)], "shop/cart.py", 6),  # through a helper
        ([("tests/test_cart.py", 19)], "other/sums.py", 5),
        ([("go/add_test.go", 5)], "go/add.go", 3),  # named in the line above
    ],
)
def test_what_a_failing_line_tests_is_found(tests: list[tuple[str, int]], path: str, line: int, index: Index) -> None:
    assert subject(index, tests) == Subject(path, line)


def test_a_test_that_names_nothing_tells_nothing(index: Index) -> None:
    assert subject(index, [("tests/test_cart.py", 999), ("tests/none.py", 1)]) is None


def test_an_order_is_made_of_a_failing_test(index: Index) -> None:
    output = (
        "    def test_middle():\n>       assert middle(\n"
        "E       assert -2 == 2\n\ntests/test_cart.py:14: AssertionError\n"
    )
    made = order(index.root, index, output)
    (target,) = made.targets
    assert (target.original.path, target.name) == ("shop/cart.py", "middle")
    assert "assert -2 == 2" in made.evidence
    assert "function" in made.instruction


def test_an_order_of_a_test_needs_to_know_what_it_tests(index: Index) -> None:
    output = "tests/test_cart.py:14: AssertionError\n"
    with pytest.raises(UsageError):
        order(index.root, None, output)


def test_the_function_around_lines_is_written_again(index: Index) -> None:
    original = read(index.root, "shop/cart.py")
    (inside,) = around(original, 3, 3)
    assert inside.name == "Cart.total"
    across = around(original, 3, 7)
    assert {each.name for each in across} != {"Cart.total"}
    made = order_at(original, 3, 3, "\x1b[31mbad\x1b[0m" + "x" * 10_000)
    assert "`return 1 - tax`" in made.instruction
    assert len(made.evidence) <= 3_000
    assert "\x1b" not in made.evidence


def test_a_long_function_is_not_written_again_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f():\n" + "".join(f"    x{number} = {number}\n" for number in range(400)))
    (target,) = around(read(tmp_path, "a.py"), 200, 200)
    assert target.text == "x198 = 198"
