"""`codeassist edit` with the default model, from the command line to git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.models.cache import cached_model
from tests.repository import repository

MODEL = "qwen2.5-coder-0.5b"
CART = '''"""A cart."""


def total(items):
    amount = 0
    for item in items:
        amount += item.price
    return amount


def cheapest(items):
    best = None
    for item in items:
        if best is None or item.price < best.price:
            best = item
    return best
'''


@pytest.fixture
def shop(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(cached_model(MODEL))
    root = repository(tmp_path / "shop", {"cart.py": CART})
    monkeypatch.chdir(root)
    return root


@pytest.mark.model
def test_an_edit_is_a_patch_of_its_node_then_applied_then_undone(shop: Path, run: Run) -> None:
    arguments = ("edit", "skip items whose price is None", "cart.py::total", "--model", MODEL)
    shown = run(*arguments, "--json").document
    assert shown["applied"] is False
    assert (shop / "cart.py").read_text() == CART
    subprocess.run(["git", "apply", "--check", "-"], input=shown["patch"].encode(), cwd=shop, check=True)
    applied = run(*arguments, "--json", "--apply").document
    assert applied["applied"] is True
    after = (shop / "cart.py").read_text()
    compile(after, "cart.py", "exec")
    assert "None" in after[: after.index("def cheapest")]
    assert after[after.index("def cheapest") :] == CART[CART.index("def cheapest") :]
    assert run("undo", applied["id"], "--yes").code == 0
    assert (shop / "cart.py").read_text() == CART


@pytest.mark.model
def test_without_a_place_it_is_found(shop: Path, run: Run) -> None:
    result = run("edit", "let `cheapest` return the dearest item instead", "--drafts", "2", "--model", MODEL)
    assert result.code in (0, 4), result.stderr
    assert "cart.py::cheapest" in result.stderr
    assert (shop / "cart.py").read_text() == CART
