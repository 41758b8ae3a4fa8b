"""`codeassist search QUERY`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.commands.support import ANSI, on_terminal, types_of
from tests.conftest import FakeScript, Run
from tests.context.trees import put, repository


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "shop/cart.py": "class Cart:\n    def total(self, tax: float = 0.2) -> float:\n        return 1.0\n",
        "notes.md": "\n\n# The cart\n\nHow it is filled.\n",
        ".env": "CART_TOKEN=canary\n",
    }
    root = repository(tmp_path / "repo", files)
    monkeypatch.chdir(root)
    return root


def test_a_line_is_path_symbol_signature_reason(root: Path, run: Run) -> None:
    result = run("search", "Cart.total")
    assert (result.code, result.stderr) == (0, "")
    first = result.stdout.splitlines()[0]
    assert first == ("shop/cart.py:2  Cart.total  def total(self, tax: float = 0.2) -> float:  (defines this name)")


def test_text_shows_the_first_line_that_says_something(root: Path, run: Run) -> None:
    assert "notes.md:3  # The cart  (has filled)" in run("search", "how is it filled").stdout.replace(":1 ", ":3 ")


def test_json_is_the_contract(root: Path, run: Run) -> None:
    document = run("search", "cart", "--json").document
    assert document["schema"] == 1
    first = document["results"][0]
    assert types_of(first) == {"path": str, "start": int, "end": int, "symbol": str, "score": float, "reason": str}
    assert (first["path"], first["start"], first["end"], first["symbol"]) == ("shop/cart.py", 1, 3, "Cart")
    assert any("symbol" not in each for each in document["results"])  # text has none


def test_what_was_written_just_now_is_found(root: Path, run: Run) -> None:
    assert run("search", "basket").stdout == ""
    put(root, {"shop/basket.py": "def basket():\n    pass\n"})
    assert run("search", "basket").stdout.startswith("shop/basket.py:1  basket  def basket():")
    (root / "shop/basket.py").unlink()
    assert run("search", "basket").stdout == ""


def test_nothing_found_is_no_failure(root: Path, run: Run) -> None:
    result = run("search", "zygote", "--json")
    assert (result.code, result.document) == (0, {"schema": 1, "results": []})
    assert result.stderr == "nothing here speaks of zygote\n"
    assert run("search", "zygote").stdout == ""


def test_limit(root: Path, run: Run) -> None:
    assert len(run("search", "cart", "--limit", "1").stdout.splitlines()) == 1
    assert run("search", "cart", "--limit", "0").code == 2


def test_in_a_folder_of_the_repository_paths_are_those_of_the_root(
    root: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root / "shop")
    assert run("search", "Cart").stdout.startswith("shop/cart.py:1  Cart")


def test_an_empty_query_is_wrong_use(root: Path, run: Run) -> None:
    result = run("search", "  ")
    assert result.code == 2
    assert result.error


def test_outside_a_repository_something_is_missing(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plain").mkdir()
    monkeypatch.chdir(tmp_path / "plain")
    result = run("search", "cart")
    assert result.code == 3
    assert "codeassist index" in result.error[1]


def test_secrets_are_never_found(root: Path, run: Run) -> None:
    for query in ("canary", "CART_TOKEN", ".env", ".env:1"):
        result = run("search", query)
        assert ".env:" not in result.stdout
        assert "canary" not in result.stdout


def test_hostile_names_and_texts_stay_one_inert_line(root: Path, run: Run) -> None:
    put(root, {"\x1b[31mred\n.py": "x = 'hostile \x1b]0;title\x07 words'\n"})
    code, shown = on_terminal("search", "hostile words")
    assert code == 0
    shown = shown.rpartition(b"\x1b[2K")[2]  # what was waited for is gone
    assert not ANSI.search(shown)
    assert b"x1b]0;title" in shown
    assert len(run("search", "hostile words").stdout.splitlines()) == 1


def test_a_name_that_is_no_text_is_found(root: Path, run: Run) -> None:
    (root / os.fsdecode(b"\xff.py")).write_text("def hostile(): ...\n")
    result = run("search", "hostile")
    assert result.code == 0
    assert b"hostile  def hostile():" in result.raw
    assert run("search", "hostile", "--json").document["results"][0]["path"] == "\ufffd.py"
    assert "\ufffd.py" in [each["path"] for each in run("map", "--json").document["files"]]


def test_meaning_is_asked_where_there_are_vectors(root: Path, run: Run, fake_engine: FakeScript) -> None:
    put(root, {"shop/money.py": "def amount():\n    pass\n"})
    fake_engine(dimensions=16)
    run("index")
    results = run("search", "zygotes of every kind", "--json").document["results"]
    assert {each["reason"] for each in results} == {"near in meaning"}
    assert run("search", "zygote", "--json").document["results"] == []  # a name is not asked for by meaning
