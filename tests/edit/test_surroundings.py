"""What the model is shown beside the code that it writes again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from codeassist.context.index import Index
from codeassist.edit.original import Original
from codeassist.edit.surroundings import around
from codeassist.edit.target import Target
from codeassist.engine.fake import FakeEngine, Script
from tests.repository import repository

SHOP = """import math
from tax import rate


def first():
    secret_of_first = 1
    return secret_of_first


def total(items):
    return sum(items) * rate("x")


def last():
    secret_of_last = 2
    return secret_of_last
"""
FILES: dict[str, str | bytes] = {
    "shop.py": SHOP,
    "tax.py": "def rate(country: str) -> float:\n    return 0.2\n",
    "till.py": "from shop import total\n\n\ndef ring(items):\n    return total(items)\n",
    "wide.py": f"from shop import total\n\nTEXT = total([{'1, ' * 200}])\n",
}
ENGINE = FakeEngine(Script())


def target(text: str = SHOP, name: str = "total") -> Target:
    start = text.index(f"def {name}")
    end = text.index("\n\n\n", start) if "\n\n\n" in text[start:] else len(text)
    return Target(Original.of_text("shop.py", text), "node", start, end, "function", name)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    root = repository(tmp_path / "repository", FILES)
    with Index.open(root, tmp_path / "index") as opened:
        opened.refresh()
        yield opened


def test_a_short_file_is_shown_whole() -> None:
    assert around(ENGINE, None, target(), 10_000, 100).file == SHOP.rstrip("\n")


def test_a_target_that_is_all_there_is_is_not_shown_twice() -> None:
    alone = "def total(items):\n    return 0"
    assert around(ENGINE, None, target(alone), 10_000, 100).file == ""


def test_bodies_are_left_out_of_a_long_file_but_for_the_target() -> None:
    shown = around(ENGINE, None, target(), len(SHOP) - 40, 100).file
    assert "secret_of" in shown  # one of the two is enough
    shown = around(ENGINE, None, target(), len(SHOP) - 90, 100).file
    assert "secret_of" not in shown
    for line in (
        "import math",
        "def first():",
        "    …",
        "def total(items):",
        '    return sum(items) * rate("x")',
        "def last():",
    ):
        assert line in shown.split("\n")


def test_what_is_near_is_left_of_a_file_that_is_far_too_long() -> None:
    shown = around(ENGINE, None, target(), 70, 100).file
    assert '    return sum(items) * rate("x")' in shown
    assert "import math" not in shown
    assert len(shown) < 120


def test_escape_sequences_and_long_lines_are_shown_inert() -> None:
    text = f'A = "\x1b[31m"\nB = "{"b" * 1000}"\n\n\ndef total(items):\n    return 0\n'
    shown = around(ENGINE, None, target(text), 10_000, 100).file
    assert "\x1b" not in shown
    assert "b" * 300 not in shown


def test_what_it_uses_and_who_calls_it(index: Index) -> None:
    found = around(ENGINE, index, target(), 10_000, 400)
    assert "def rate(country: str) -> float" in found.elsewhere
    assert found.callers == "till.py:5: return total(items)"


def test_without_a_budget_nothing_else_is_shown(index: Index) -> None:
    assert around(ENGINE, index, target(), 10_000, 0).elsewhere == ""
