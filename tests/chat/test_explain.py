"""What the model is shown to explain a file, or lines of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codeassist.chat.answering import Listener
from codeassist.chat.explain import Target, explain
from codeassist.commands.explain import read_target
from codeassist.engine.fake import FakeEngine, Reply, Script
from codeassist.errors import UsageError
from codeassist.session import Session, open_session
from tests.conftest import FakeScript

CODE = '''import os


class Store:
    """Keeps things."""

    def __init__(self, path):
        self.path = path

    def save(self, data):
        """Write it."""
        with open(self.path) as file:
            file.write(data)

    def load(self):
        return open(self.path).read()


def main():
    Store("x").save("y")
'''


class Seen(FakeEngine):
    """Keeps the prompt that it was shown, as text."""

    prompt = ""

    def render_chat(self, messages: object) -> tuple[int, ...]:
        assert isinstance(messages, list)
        self.prompt = messages[-1].content
        return super().render_chat(messages)


@pytest.fixture
def session(fake_engine: FakeScript) -> Session:
    fake_engine("`save` writes, see a.py:2.")
    return open_session(os.environ)


def shown(session: Session, target: Target, context_tokens: int = 4096) -> str:
    engine = Seen(Script(replies=[Reply(text="x")], context_tokens=context_tokens))
    session.engine = engine
    explain(session, target, None, Listener(lambda _piece: None))
    return engine.prompt


def lines(start: int, end: int) -> Target:
    return Target("a.py", CODE, start, end, whole=False)


def test_lines_are_shown_with_their_definition_and_the_heads_around(session: Session) -> None:
    assert shown(session, lines(12, 12)).partition("Explain line 12 of `a.py`")[0].split("\n")[:-2] == [
        "Lines of `a.py`:",
        "```",
        "4 class Store:",
        "…",
        "7     def __init__(self, path):",
        "…",
        "10     def save(self, data):",
        '11         """Write it."""',
        "12         with open(self.path) as file:",
        "13             file.write(data)",
        "…",
        "15     def load(self):",
        "…",
        "19 def main():",
        "```",
    ]


def test_lines_of_two_definitions_show_both(session: Session) -> None:
    prompt = shown(session, lines(16, 20))
    assert "15     def load(self):\n16         return open(self.path).read()\n" in prompt
    assert '20     Store("x").save("y")' in prompt
    assert "12 " not in prompt
    assert "lines 16-20 of `a.py`" in prompt


def test_a_file_is_shown_whole(session: Session) -> None:
    prompt = shown(session, Target("a.py", CODE, 1, 20, whole=True))
    assert "".join(f"{number} {line}\n" for number, line in enumerate(CODE.split("\n")[:-1], 1)) in prompt
    assert "Explain the file `a.py`" in prompt


def test_a_long_file_is_shown_without_bodies(session: Session) -> None:
    code = "".join(f"def function_{number}(a):\n" + "    a += 1\n" * 20 for number in range(12))
    prompt = shown(session, Target("a.py", code, 1, 252, whole=True), 2000)
    assert [f"def function_{number}(a):" in prompt for number in range(12)] == [True] * 12
    assert prompt.count("a += 1") == 0


@pytest.mark.parametrize("name", ["a.py", "a.txt", "a.weird"])
@pytest.mark.parametrize("text", ["x = 1\n" * 9000, "y" * 200_000, "(" * 50_000, "def f():\n" + "    pass\n" * 5000])
def test_what_is_too_long_is_cut_and_said(session: Session, name: str, text: str) -> None:
    count = text.count("\n") + (not text.endswith("\n"))
    target = Target(name, text, 1, count, whole=True)
    answer = explain(session, target, None, Listener(lambda _piece: None))
    assert answer.timings.prompt_tokens + 512 <= 4096
    assert answer.truncated == ([name] if count > 1 else [])


def test_citations_are_of_the_file(session: Session) -> None:
    answer = explain(session, lines(10, 13), None, Listener(lambda _piece: None))
    assert answer.answer == "`save` writes, see a.py:10-13."
    assert [(each.path, each.start, each.end) for each in answer.citations] == [("a.py", 10, 13)]


@pytest.mark.parametrize(
    ("suffix", "start", "end", "whole"),
    [("", 1, 20, True), (":3", 3, 3, False), (":3-5", 3, 5, False), (":L3-L5", 3, 5, False), (":20", 20, 20, False)],
)
def test_a_place_is_read(tmp_path: Path, suffix: str, start: int, end: int, *, whole: bool) -> None:
    path = tmp_path / "a.py"
    path.write_text(CODE)
    assert read_target(f"{path}{suffix}") == Target(str(path), CODE, start, end, whole)


def test_a_name_that_looks_like_a_place(tmp_path: Path) -> None:
    path = tmp_path / "notes:3"
    path.write_text("one\ntwo")
    assert read_target(str(path)) == Target(str(path), "one\ntwo", 1, 2, whole=True)
    assert read_target(f"{path}:2") == Target(str(path), "one\ntwo", 2, 2, whole=False)


@pytest.mark.parametrize("suffix", [":0", ":21", ":5-3", ":1-21", ":999999999"])
def test_lines_outside_are_wrong_use(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "a.py"
    path.write_text(CODE)
    with pytest.raises(UsageError, match="20 lines"):
        read_target(f"{path}{suffix}")


@pytest.mark.parametrize(
    ("content", "said"), [(None, "does not exist"), (b"\0\1", "binary"), (b" \n\n", "is empty"), (b"", "is empty")]
)
def test_what_is_no_text_is_wrong_use(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "a.py"
    if content is not None:
        path.write_bytes(content)
    for place in (str(path), f"{path}:1-2"):
        with pytest.raises(UsageError, match=said):
            read_target(place)
