"""`codeassist try`: the newcomer's first minute."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript, Run, RunProcess

from .support import on_terminal, write

REPLIES = (Reply(text="sum(1 for _ in self.items)", times=1), Reply(text="It raises `ValueError`."))


@pytest.fixture
def offline(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No hub (nothing listens at the discard port) and an empty package index."""
    (home / "config").mkdir(parents=True)
    write(home / "config" / "config.toml", '[models]\nhub_url = "http://127.0.0.1:9"\n')
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(name, value)


def test_completes_and_answers_with_times(run: Run, fake_engine: FakeScript) -> None:
    fake_engine(*REPLIES)
    result = run("try")
    assert (result.code, result.stderr) == (0, "")
    for part in ("⟦sum(1 for _ in self.items)⟧", "It raises `ValueError`.", "inventory.py", "prompt tokens evaluated"):
        assert part in result.stdout
    assert result.stdout.count("first text after") == 2
    assert "\x1b" not in result.stdout


def test_the_completion_stands_at_its_place(run: Run, fake_engine: FakeScript) -> None:
    fake_engine(*REPLIES)
    lines = run("try").stdout.splitlines()
    assert [line.split(maxsplit=1)[1] for line in lines if "⟦" in line] == ["return⟦sum(1 for _ in self.items)⟧"]


def test_reviews_a_change_that_is_wrong(run: Run, fake_engine: FakeScript) -> None:
    path = fake_engine(*REPLIES)
    script = msgspec.json.decode(path.read_bytes()) | {"surprises": {"+= quantity\n": "-= quantity"}}
    path.write_bytes(msgspec.json.encode(script))
    shown = run("try").stdout
    assert "  +item.quantity += quantity" in shown
    assert "inventory.py:29: medium: `+=` is unlikely here: the model expects `" in shown
    assert "checks took" in shown


def test_of_a_change_in_which_nothing_is_found_that_is_said(run: Run, fake_engine: FakeScript) -> None:
    fake_engine(*REPLIES)
    assert "nothing found" in run("try").stdout


def test_on_a_terminal(fake_engine: FakeScript) -> None:
    fake_engine(*REPLIES)
    code, shown = on_terminal("try")
    assert code == 0
    assert "⟦sum(1 for _ in self.items)⟧".encode() in shown
    assert b"ValueError" in shown


def test_without_a_model_and_without_network(offline: None, run_process: RunProcess) -> None:
    result = run_process("try")
    assert (result.code, result.raw) == (3, b"")
    *before, what, hint = result.stderr.splitlines()
    assert before[0].startswith("downloading the model qwen2.5-coder-0.5b (Apache-2.0, 491 MB) to ")
    assert not [line for line in before if line.startswith("codeassist: ")]
    assert what.startswith("codeassist: model qwen2.5-coder-0.5b could not be pulled: ")
    assert "--from FILE" in hint
    assert "Traceback" not in result.stderr


def test_on_a_terminal_it_asks_first(home: Path) -> None:
    code, shown = on_terminal("try", typed=b"n\n")
    assert code == 3
    assert b"491 MB" in shown
    assert b"[Y/n]" in shown
    assert b"codeassist model pull qwen2.5-coder-0.5b" in shown
    assert not (home / "models").exists()


def test_of_an_unknown_model(run: Run) -> None:
    result = run("try", "--model", "zzz")
    assert (result.code, result.raw) == (3, b"")
    assert result.error


def test_the_engine_fails(run: Run, fake_engine: FakeScript) -> None:
    fake_engine(Reply(fail="error"))
    result = run("try")
    assert result.code == 4
    assert result.error
