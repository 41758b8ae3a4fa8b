"""Repositories that the tests of several commands begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.shop import CART, FAULTY
from tests.commands.sums import CALC, made
from tests.repository import git, repository


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository without a fault; the test is in it."""
    root = repository(tmp_path / "repo", {"shop/cart.py": CART})
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def faulty(shop: Path) -> Path:
    """One with two faults that are staged."""
    (shop / "shop/cart.py").write_text(FAULTY)
    git(shop, "add", "-A")
    return shop


@pytest.fixture
def sums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that uses pytest; the test is in it. Its interpreter is the one of these tests."""
    return made(tmp_path, monkeypatch, {"calc.py": CALC, "conftest.py": ""})
