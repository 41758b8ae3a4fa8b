"""`codeassist chat` on a terminal: typed, interrupted, completed."""

from __future__ import annotations

import os
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from codeassist.engine.fake import Reply
from tests.conftest import FakeScript
from tests.repository import repository

WAIT_SECONDS = 60
READY = "\x1b[?2004h"  # the prompt turns bracketed paste on when it begins to read


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The chat is about a repository."""
    root = repository(tmp_path / "repo", {"a.py": "x = 1\n", "b.py": "VALUE = 1\n"})
    monkeypatch.chdir(root)
    return root


class Terminal:
    """A chat on a pseudo-terminal."""

    def __init__(self, *arguments: str) -> None:
        self.child: pexpect.spawn[str] = pexpect.spawn(
            sys.executable,
            ["-m", "codeassist", "chat", *arguments],
            env=os.environ | {"TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"},
            dimensions=(40, 100),
            timeout=WAIT_SECONDS,
            encoding="utf-8",
        )
        self.child.delaybeforesend = None
        self.prompted()

    def prompted(self) -> str:
        """Wait for the next prompt; what came before it."""
        self.child.expect_exact(READY)
        return str(self.child.before)

    def shows(self, text: str) -> None:
        self.child.expect_exact(text)

    def types(self, text: str) -> None:
        self.child.send(text)

    def ended(self) -> int:
        self.child.expect(pexpect.EOF)
        self.child.close()
        assert self.child.exitstatus is not None
        return int(self.child.exitstatus)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for each in opened:
        each.child.close(force=True)


def test_a_chat_on_a_terminal(fake_engine: FakeScript, terminals: list[Terminal]) -> None:
    slow = Reply(text="It goes " + "on and on " * 200, when="Question: slow", decode_ms=5, times=1)
    fake_engine(slow, Reply(text="**Quick** \x1b]0;evil\x07answer."))
    chat = Terminal()
    terminals.append(chat)
    chat.types("\x03")
    chat.shows("Ctrl-D or /exit leaves")
    chat.prompted()
    chat.types("slow\r")
    chat.shows("on and on")
    chat.child.kill(signal.SIGINT)
    chat.shows("(stopped)")
    chat.prompted()
    chat.types("/context\r")
    chat.shows("question: slow")
    chat.shows("of 4096 tokens")
    chat.prompted()
    chat.types("quick\r")
    chat.shows("\\x1b]0;evil\\x07answer.")
    chat.prompted()
    chat.types("\x04")
    assert chat.ended() == 0


def test_what_was_typed_comes_back_in_the_next_chat(
    fake_engine: FakeScript, terminals: list[Terminal], home: Path
) -> None:
    fake_engine("An answer.")
    for keys in ("first\x1b\rsecond\r", "\x12fir\r\r"):
        chat = Terminal("--no-context")
        terminals.append(chat)
        chat.types(keys)
        chat.shows("An answer.")
        chat.prompted()
        chat.types("/exit\r")
        assert chat.ended() == 0
    file = home / "state" / "chat_history"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().count("+first\n+second\n") >= 1


def test_commands_and_paths_are_completed(fake_engine: FakeScript, terminals: list[Terminal]) -> None:
    fake_engine(Reply(text="seen", when="File `b.py`"), Reply(text="not seen"))
    chat = Terminal()
    terminals.append(chat)
    chat.types("/con\t")
    chat.shows("text")
    chat.types("\r")
    chat.shows("instructions")
    chat.prompted()
    chat.types("/add b\t")
    chat.shows(".py")
    chat.types("\r")
    chat.shows("added b.py")
    chat.prompted()
    chat.types("typed\x03/exit\r")
    assert chat.ended() == 0


def test_a_paste_of_several_lines_is_one_question(fake_engine: FakeScript, terminals: list[Terminal]) -> None:
    fake_engine(Reply(text="whole", when="Question: one\ntwo\nthree"), Reply(text="part"))
    chat = Terminal("--no-context")
    terminals.append(chat)
    chat.types("\x1b[200~one\ntwo\nthree\x1b[201~\r")
    chat.shows("whole")
    chat.prompted()
    chat.types("\x04")
    assert chat.ended() == 0
