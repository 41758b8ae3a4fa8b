"""`codeassist map [PATH]`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.support import ANSI, on_terminal
from tests.conftest import Run
from tests.context.trees import put, repository

FILES = {
    "shop/money.py": "class Money:\n    def add(self, other):\n        return other\n",
    "shop/cart.py": "from shop.money import Money\n\n\ndef total():\n    return Money().add(1)\n",
    "readme.txt": "hello\n",
}
WHOLE = """\
readme.txt
shop/cart.py
  def total():
shop/money.py
  class Money:
    def add(self, other):
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = repository(tmp_path / "repo", FILES)
    monkeypatch.chdir(root)
    return root


def test_a_pipe_gets_indented_text(root: Path, run: Run) -> None:
    result = run("map")
    assert (result.code, result.stdout, result.stderr) == (0, WHOLE, "")


def test_a_terminal_gets_a_tree(root: Path) -> None:
    code, shown = on_terminal("map")
    text = shown.decode()
    assert code == 0
    assert ["├──" in text, "└──" in text, "class Money:" in text, "shop/" in text] == [True] * 4


def test_a_part_and_a_budget(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("map", "shop/cart.py").stdout == "shop/cart.py\n  def total():\n"
    assert run("map", "shop", "--tokens", "50").stdout == WHOLE.removeprefix("readme.txt\n")
    monkeypatch.chdir(root / "shop")
    assert run("map", ".").stdout == WHOLE.removeprefix("readme.txt\n")
    assert run("map").stdout == WHOLE
    assert run("map", "--tokens", "49").code == 2


def test_json(root: Path, run: Run) -> None:
    document = run("map", "--json", "--tokens", "60").document
    assert (document["schema"], document["budget"]) == (1, 60)
    assert 0 < document["tokens"] <= 60
    files = {each["path"]: each["definitions"] for each in document["files"]}
    assert files["shop/money.py"][1] == {
        "name": "add",
        "container": "Money",
        "kind": "function",
        "line": 2,
        "signature": "def add(self, other):",
    }


def test_what_is_not_there(root: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("map", "nowhere").code == 2
    (root / "out").symlink_to(tmp_path)
    assert run("map", "out").code in (2, 3)
    (root / "empty").mkdir()
    nothing = run("map", "empty")
    assert (nothing.code, nothing.stdout) == (0, "")
    assert nothing.stderr.startswith("no file here is indexed")
    (tmp_path / "plain").mkdir()
    monkeypatch.chdir(tmp_path / "plain")
    outside = run("map")
    assert outside.code == 3
    assert "codeassist index" in outside.error[1]


def test_hostile_names_are_inert(root: Path, run: Run) -> None:
    put(root, {"\x1b[31mred\n.py": "def run(a='\x1b]0;title\x07'): ...\n"})
    assert "\\x1b[31mred .py" in run("map").stdout
    assert "\x1b" not in run("map").stdout
    shown = on_terminal("map")[1]
    assert b"\x1b[31m" not in shown
    assert b"\x1b]" not in shown
    assert ANSI.search(shown)  # rich's own
