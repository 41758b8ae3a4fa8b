"""What a person is asked on a terminal, hunk by hunk, and what they see."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pexpect
import pytest

from tests.commands.settling import Spec
from tests.repository import repository

WAIT_SECONDS = 60
LINES = [f"x{number} = {number}\n" for number in range(30)]
OLD = "".join(LINES)
NEW = OLD.replace("x2 = 2\n", "x2 = two\n").replace("x15 = 15\n", "").replace("x28 = 28\n", "x28 = 28\nmore = 1\n")
QUESTION = "? [y,n,a,q,e,?] "
SGR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """An outcome that is settled on a pseudo-terminal."""

    def __init__(self, spec: Path, columns: int, environment: dict[str, str]) -> None:
        self.child: pexpect.spawn[str] = pexpect.spawn(
            sys.executable,
            ["-m", "tests.commands.settling", str(spec)],
            env=os.environ | {"TERM": "xterm-256color", "PYTHONPATH": str(Path(__file__).parents[2])} | environment,
            dimensions=(40, columns),
            timeout=WAIT_SECONDS,
            encoding="utf-8",
        )
        self.child.delaybeforesend = None
        self.raw = ""

    def asks(self, what: str = QUESTION) -> str:
        """Wait for a question; what was shown before it, without colours."""
        self.child.expect_exact(what)
        self.raw += self.child.before + what
        return plain(self.child.before + what)

    def answers(self, *keys: str) -> None:
        """Answer questions with a line each."""
        for key in keys:
            self.asks()
            self.child.send(f"{key}\n")

    def ends(self) -> tuple[int, str]:
        """Wait for the end: the exit code, and what was shown last."""
        self.child.expect(pexpect.EOF)
        self.raw += self.child.before
        self.child.close()
        assert self.child.exitstatus is not None
        return self.child.exitstatus, plain(self.child.before)


def plain(shown: str) -> str:
    return SGR.sub("", shown).replace("\r\n", "\n")


Start = Callable[..., Terminal]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = repository(tmp_path / "repo", {"a.py": OLD, "b.txt": b"caf\xe9\r\nb\r\n"})
    monkeypatch.chdir(root)
    return root.resolve()


@pytest.fixture
def start(root: Path, tmp_path: Path) -> Start:
    def begin(
        *files: tuple[str, bytes | None, bytes | None],
        columns: int = 100,
        editor: str = "",
        env: Any = None,
        **spec: Any,
    ) -> Terminal:
        found = list(files) or [("a.py", OLD.encode(), NEW.encode())]
        path = tmp_path / "spec.json"
        path.write_bytes(msgspec.json.encode(Spec(str(root), found, **spec)))
        script = tmp_path / "my editor"
        script.write_text(f"#!/bin/sh\n{editor}\n")
        script.chmod(0o755)
        return Terminal(path, columns, {"VISUAL": f"'{script}' -x", **(env or {})})

    return begin


def test_one_hunk_and_the_question(root: Path, start: Start) -> None:
    terminal = start(("a.py", OLD.encode(), OLD.replace("x5 = 5", "x5 = five").encode()))
    shown = terminal.asks()
    assert re.search(r"^a\.py  \+1 −1$", shown, re.MULTILINE)
    assert re.search(r"^ +6 +- x5 = 5 *$", shown, re.MULTILINE)
    assert re.search(r"^ +6 \+ x5 = five *$", shown, re.MULTILINE)
    assert shown.endswith(f"\napply this to a.py{QUESTION}")
    terminal.child.send("y\n")
    code, last = terminal.ends()
    assert code == 0
    assert re.search(r"applied as (\S+): 1 file, \+1 −1; codeassist undo \1 takes it back", last)
    assert "x5 = five\n" in (root / "a.py").read_text()


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        ("yyy", {0, 1, 2}),
        ("yny", {0, 2}),
        ("nyn", {1}),
        ("nnn", set()),
        ("na", {1, 2}),
        ("a", {0, 1, 2}),
        ("yq", {0}),
        ("q", set()),
        ("?y\u00e9Nyes", {0, 2}),
    ],
)
def test_some_of_three(keys: str, chosen: set[int], root: Path, start: Start) -> None:
    terminal = start()
    terminal.answers(*re.findall("yes|.", keys))
    code, last = terminal.ends()
    assert code == 0
    expected = OLD
    for number, (old, new) in enumerate([("x2 = 2\n", "x2 = two\n"), ("x15 = 15\n", ""), ("x29", "more = 1\nx29")]):
        if number in chosen:
            expected = expected.replace(old, new)
    assert (root / "a.py").read_text() == expected
    assert ("nothing was changed" in last) == (not chosen)


def test_hunks_are_numbered_over_files(root: Path, start: Start) -> None:
    terminal = start(("a.py", OLD.encode(), NEW.encode()), ("new.py", None, b""), ("b.txt", b"caf\xe9\r\nb\r\n", None))
    for number, path in enumerate(["a.py"] * 3 + ["new.py", "b.txt"], start=1):
        shown = terminal.asks()
        assert shown.endswith(f"apply this ({number} of 5) to {path}{QUESTION}")
        terminal.child.send("n\n" if number < 4 else "y\n")
    assert "new.py  +0 −0  new file" in plain(terminal.raw)
    assert "b.txt  +0 −2  deleted" in plain(terminal.raw)
    assert terminal.ends()[0] == 0
    assert (root / "a.py").read_text() == OLD
    assert (root / "new.py").read_bytes() == b""
    assert not (root / "b.txt").exists()


@pytest.mark.parametrize(("key", "code"), [("\x03", 130), ("\x04", 0)])
def test_leaving_changes_nothing(key: str, code: int, root: Path, start: Start) -> None:
    terminal = start()
    terminal.answers("y")
    terminal.asks()
    terminal.child.send(key)
    ended, last = terminal.ends()
    assert ended == code
    assert "nothing was changed" in last
    assert "Traceback" not in last
    assert (root / "a.py").read_text() == OLD


def test_help(start: Start) -> None:
    terminal = start()
    terminal.answers("?")
    assert "a  apply this one and all that follow" in terminal.asks()
    terminal.child.send("q\n")
    assert terminal.ends()[0] == 0


def test_the_editor(root: Path, start: Start, tmp_path: Path) -> None:
    """It has the new lines with those around them, in a file of its own that nobody else can read."""
    terminal = start(editor=f'cp "$2" {tmp_path}/given; stat -c %a "$2" > {tmp_path}/mode; sed -i s/two/2.5/ "$2"')
    terminal.answers("e")
    shown = terminal.asks()
    assert re.search(r"3 \+ x2 = 2\.5", shown)
    assert "does not parse" not in shown
    terminal.child.send("y\n")
    terminal.answers("q")
    assert terminal.ends()[0] == 0
    assert (tmp_path / "given").read_text() == "".join([*LINES[:2], "x2 = two\n", *LINES[3:6]])
    assert (tmp_path / "mode").read_text() == "600\n"
    assert (root / "a.py").read_text() == OLD.replace("x2 = 2\n", "x2 = 2.5\n")


def test_the_editor_keeps_bytes(root: Path, start: Start, tmp_path: Path) -> None:
    """Encoding, line endings and the missing final newline are the file's, whatever the editor does."""
    (root / "b.txt").write_bytes(b"caf\xe9\r\nb\r\nc")
    files = ("b.txt", b"caf\xe9\r\nb\r\nc", b"caf\xe9\r\nB\r\nc")
    terminal = start(files, editor=f'cp "$2" {tmp_path}/given; printf "café\\nnaïve\\nc\\n" > "$2"')
    terminal.answers("e", "y")
    assert terminal.ends()[0] == 0
    assert (tmp_path / "given").read_text() == "café\nB\nc\n"
    assert (root / "b.txt").read_bytes() == b"caf\xe9\r\nna\xefve\r\nc"


@pytest.mark.parametrize(
    ("editor", "told"),
    [
        ("exit 1", "the editor failed"),
        (': > "$2"', "it was left empty"),
        ('rm "$2"', "cannot edit with"),
        (r'printf "\377" > "$2"', "cannot edit with"),
        ('printf "日" > "$2"', "b.txt is latin-1, which has no"),
        ('head -c 1000001 /dev/zero | tr "\\0" x > "$2"', "that is too long"),
    ],
)
def test_an_editor_that_fails_changes_nothing(editor: str, told: str, root: Path, start: Start) -> None:
    terminal = start(("b.txt", b"caf\xe9\r\nb\r\n", b"caf\xe9\r\nB\r\n"), editor=editor)
    terminal.answers("e")
    assert told in terminal.asks()
    terminal.child.send("y\n")
    assert terminal.ends()[0] == 0
    assert (root / "b.txt").read_bytes() == b"caf\xe9\r\nB\r\n"


def test_there_is_no_editor(start: Start) -> None:
    terminal = start(env={"VISUAL": "no-such-editor"})
    terminal.answers("e")
    assert "cannot edit with no-such-editor: No such file or directory (VISUAL or EDITOR names" in terminal.asks()
    terminal.child.send("q\n")
    terminal.ends()


@pytest.mark.parametrize("insist", [True, False])
def test_an_edited_hunk_that_does_not_parse(insist: bool, root: Path, start: Start) -> None:
    terminal = start(editor='echo "def (" > "$2"')
    terminal.answers("e")
    assert "with that, a.py does not parse" in terminal.asks()
    terminal.child.send("y\n")
    terminal.answers("q")
    terminal.asks("with what you chose a.py does not parse; apply it so? [y/N] ")
    terminal.child.send("y\n" if insist else "\n")
    assert terminal.ends()[0] == 0
    assert (root / "a.py").read_text() == ("def (\n" + "".join(LINES[6:]) if insist else OLD)


def test_hunks_that_only_parse_together(root: Path, start: Start) -> None:
    new = OLD.replace("x1 = 1\n", "x1 = (\n").replace("x20 = 20\n", ")\n").encode()
    terminal = start(("a.py", OLD.encode(), new))
    terminal.answers("y", "n")
    terminal.asks("does not parse; apply it so? [y/N] ")
    terminal.child.send("n\n")
    assert "nothing was changed" in terminal.ends()[1]
    assert (root / "a.py").read_text() == OLD


def test_a_check_of_all_is_none_of_a_part(start: Start) -> None:
    check = {"command": "make", "passed": True, "exit_code": 0, "seconds": 1.0, "output": ""}
    terminal = start(checks=(check,))
    terminal.answers("y", "q")
    assert "the check was of the whole, not of what you chose" in terminal.ends()[1]
    terminal = start(checks=(check,), wish={"dry_run": True})
    assert "passed: make (1.0 s)" in terminal.ends()[1]


def test_a_check_of_all_is_one_of_all(start: Start) -> None:
    check = {"command": "make", "passed": True, "exit_code": 0, "seconds": 1.0, "output": ""}
    terminal = start(checks=(check,))
    terminal.answers("a")
    last = terminal.ends()[1]
    assert "applied as" in last
    assert "what you chose" not in last


def test_nothing_of_a_file_acts_on_the_terminal(start: Start) -> None:
    hostile = "\x1b]0;title\x07 \x1b[2J \x9b31m \u202e \u2066 [bold]x[/bold] :smile: \r y\n".encode()
    terminal = start(
        ("a\x1b[31m\u202e.py", b"a = '\n", b"a = '" + hostile), ("p.txt", None, hostile), wish={"dry_run": True}
    )
    assert terminal.ends()[0] == 0
    shown = SGR.sub("", terminal.raw)
    assert not set(shown) & set("\x1b\x07\x9b\u202e\u2066")
    assert "\x1b[2J" not in terminal.raw
    assert shown.count(r"\x1b]0;title\x07 \x1b[2J \x9b31m \u202e \u2066 [bold]x[/bold] :smile: \x0d y") == 2
    assert r"a\x1b[31m\u202e.py" in shown


def test_colours_and_none(start: Start) -> None:
    colours = re.compile(r"\x1b\[[0-9;]*3[0-9][;m]")
    terminal = start(wish={"dry_run": True})
    terminal.ends()
    assert colours.search(terminal.raw)
    terminal = start(wish={"dry_run": True}, env={"NO_COLOR": "1"})
    terminal.ends()
    assert not colours.search(terminal.raw)


def test_words_that_change_are_marked(start: Start) -> None:
    terminal = start(("a.txt", b"the quick brown fox\n", b"the quick red fox\n"), wish={"dry_run": True})
    terminal.ends()
    assert "the quick \x1b[1;4mred\x1b[0m fox" in terminal.raw
    assert "the quick \x1b[1;4mbrown\x1b[0m fox" in terminal.raw


def test_side_by_side(start: Start) -> None:
    terminal = start(wish={"dry_run": True, "side_by_side": True}, columns=80)
    shown = terminal.ends()[1]
    assert re.search(r"^ +2   x1 = 1 +2   x1 = 1 *$", shown, re.MULTILINE)
    assert re.search(r"^ +3 - x2 = 2 +3 \+ x2 = two *$", shown, re.MULTILINE)
    assert re.search(r"^ +16 - x15 = 15 *$", shown, re.MULTILINE)
    assert re.search(r"^ {30,}29 \+ more = 1 *$", shown, re.MULTILINE)
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("columns", [20, 41])
def test_long_lines_wrap(beside: bool, columns: int, start: Start) -> None:
    words = " ".join(f"word{number}" for number in range(30))
    terminal = start(
        ("a.txt", b"x\n", words.encode() + b"\n"), wish={"dry_run": True, "side_by_side": beside}, columns=columns
    )
    shown = terminal.ends()[1]
    assert max(map(len, shown.splitlines())) <= columns
    squeezed = re.sub(r"\s", "", shown)
    assert words.replace(" ", "") in squeezed.replace("-x", "")


def test_ends_of_lines_are_seen_where_they_matter(start: Start) -> None:
    terminal = start(("a.txt", b"a\nb\n", b"a\r\nb"), ("c.txt", b"a\r\nb\r\n", b"a\r\nc\r\n"), wish={"dry_run": True})
    first, _, second = terminal.ends()[1].partition("c.txt")
    assert r"+ a\x0d" in first
    assert r"+ b  \ no newline at the end" in first
    assert r"\x0d" not in second


def test_apply_asks_nothing(root: Path, start: Start) -> None:
    terminal = start(wish={"apply": True})
    code, shown = terminal.ends()
    assert (code, "applied as" in shown, "x2 = two" in shown) == (0, True, True)
    assert (root / "a.py").read_text() == NEW


def test_json_asks_nothing(root: Path, start: Start) -> None:
    terminal = start(wish={"as_json": True})
    assert terminal.ends()[0] == 0
    assert msgspec.json.decode(terminal.raw)["applied"] is False
    assert (root / "a.py").read_text() == OLD


def test_the_best_that_does_not_hold_is_shown(root: Path, start: Start) -> None:
    terminal = start(holds=False, reasons=("no node",), reason="no node")
    code, shown = terminal.ends()
    assert code == 4
    assert re.search(r"3 \+ x2 = two", shown)
    assert "not applied: no node" in shown
    assert (root / "a.py").read_text() == OLD


def test_files_of_hunks_go(start: Start, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    terminal = start(editor=f'ls -ld "$(dirname "$2")" > {tmp_path}/seen', env={"TMPDIR": str(temporary)})
    terminal.answers("e", "q")
    terminal.ends()
    assert (tmp_path / "seen").read_text().startswith(stat.filemode(stat.S_IFDIR | 0o700))
    assert list(temporary.iterdir()) == []
