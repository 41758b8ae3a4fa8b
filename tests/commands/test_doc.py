"""`codeassist doc`, as a command."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from tests.commands.shop import CART
from tests.conftest import FakeScript, Run
from tests.models.cache import cached_model

PLACE = "shop/cart.py::Cart.total"


def test_off_a_terminal_the_patch_is_shown_and_nothing_written(shop: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine("Add the tax to one.")
    result = run("doc", PLACE)
    assert result.code == 0, result.stderr
    assert '+        """Add the tax to one."""\n' in result.stdout
    assert (shop / "shop/cart.py").read_text() == CART
    subprocess.run(["git", "apply", "--check", "-"], cwd=shop, input=result.raw, check=True)


def test_it_is_applied_and_taken_back(shop: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine("Add the tax to one.")
    assert run("doc", PLACE, "--apply").code == 0
    assert '"""Add the tax to one."""' in (shop / "shop/cart.py").read_text()
    assert run("undo", "--yes").code == 0
    assert (shop / "shop/cart.py").read_text() == CART


def test_json_is_one_document(shop: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine("A thing that holds what is bought.")
    document = run("doc", "shop/cart.py::Cart", "--json").document
    assert document["applied"] is False
    assert [each["path"] for each in document["files"]] == ["shop/cart.py"]
    assert document["model"] == "fake"


def test_no_draft_that_holds_is_told(shop: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine("")
    result = run("doc", PLACE, "--apply", "--drafts", "2")
    assert (result.code, result.stdout) == (4, "")
    assert "it says nothing" in result.stderr
    assert (shop / "shop/cart.py").read_text() == CART


@pytest.mark.parametrize("place", ["shop/cart.py::Cart.nothing", "shop/none.py::x", "../out.py::x", "shop"])
def test_a_place_that_is_not_there_is_wrong_use(place: str, shop: Path, fake_engine: FakeScript, run: Run) -> None:
    fake_engine("Say it all.")
    assert run("doc", place).code == 2


@pytest.mark.model
@pytest.mark.timeout(300)
def test_a_real_model_documents_or_refuses(shop: Path, home: Path, run: Run) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(cached_model("smollm2-135m"))
    result = run("doc", PLACE, "--apply", "--drafts", "2", "--model", "smollm2-135m")
    after = (shop / "shop/cart.py").read_text()
    assert result.code in (0, 4), result.stderr
    if result.code == 4:
        assert after == CART
    assert (after == CART) == (result.code == 4)
    (_doc, cart) = ast.parse(after).body
    assert isinstance(cart, ast.ClassDef)
    (total,) = cart.body
    assert isinstance(total, ast.FunctionDef)
    assert ast.unparse(total.body[-1]) == "return 1 + tax"
    assert len(total.body) == 1 + (result.code == 0)
