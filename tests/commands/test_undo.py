"""`codeassist undo`: of what was applied, with and without a terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pexpect
import pytest

from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.journal import changing
from codeassist.edit.journal.journal import Journal
from codeassist.paths import user_paths
from tests.conftest import Run
from tests.repository import repository

OLD, NEW = b"one\ntwo\nthree\n", b"one\n2\nthree\n"
WAIT_SECONDS = 60


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = repository(tmp_path / "repo", {"a.py": OLD, "inner/b.py": b"x\n"})
    monkeypatch.chdir(root)
    return root.resolve()


def apply(root: Path, *edits: FileEdit, title: str = "say it in figures") -> str:
    with Journal.open(user_paths(os.environ).state, root) as journal:
        return journal.apply(ChangeSet(root, title, edits or (FileEdit("a.py", OLD, NEW),)))


def test_off_a_terminal_to_undo_is_consent(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = apply(root, FileEdit("a.py", OLD, NEW), FileEdit("new.py", None, b"1"))
    monkeypatch.chdir(root / "inner")
    done = run("undo")
    assert (done.code, done.stderr) == (0, "")
    assert done.stdout == f"undone {entry}: say it in figures\n  a.py\n  new.py (removed)\n"
    assert (root / "a.py").read_bytes() == OLD
    assert not (root / "new.py").exists()
    again = run("undo", entry)
    assert (again.code, again.error[0]) == (2, f"codeassist: edit {entry} is undone already")
    assert run("undo").error[0] == "codeassist: there is no edit to undo"


def test_programs_get_a_document(root: Path, run: Run) -> None:
    first = apply(root)
    apply(root, FileEdit("inner/b.py", b"x\n", b"y\n"))
    done = run("undo", first[:4], "--json")
    assert (done.code, done.stderr) == (0, "")
    assert done.document == {"schema": 1, "id": first, "undone": True, "files": ["a.py"], "conflicts": []}
    assert (root / "inner/b.py").read_bytes() == b"y\n"


def test_overlapping_changes_are_left_alone(root: Path, run: Run) -> None:
    entry = apply(root)
    later = NEW.replace(b"2", b"mine")
    (root / "a.py").write_bytes(later)
    for options in ((), ("--yes",)):
        refused = run("undo", *options)
        assert (refused.code, refused.stdout) == (3, "")
        assert refused.error == [
            "codeassist: later changes overlap in a.py",
            f"  nothing was changed; codeassist undo {entry} --merge writes both with conflict markers",
        ]
    told = run("undo", "--json")
    assert (told.code, len(told.error)) == (3, 2)
    assert told.document == {"schema": 1, "id": entry, "undone": False, "files": ["a.py"], "conflicts": ["a.py"]}
    assert (root / "a.py").read_bytes() == later
    merged = run("undo", "--merge")
    assert (merged.code, merged.stdout) == (
        0,
        f"undone {entry}: say it in figures\n  a.py (with conflict markers)\n",
    )
    assert b"<<<<<<< now\nmine\n" in (root / "a.py").read_bytes()


def test_a_new_file_that_was_written_since_is_never_removed(root: Path, run: Run) -> None:
    entry = apply(root, FileEdit("new.py", None, b"1"))
    (root / "new.py").write_bytes(b"mine")
    for options in ((), ("--merge",)):
        refused = run("undo", *options)
        assert (refused.code, refused.error[1]) == (3, "  nothing was changed; change them by hand")
    second = apply(root, FileEdit("a.py", OLD, NEW), FileEdit("other.py", None, b"1"))
    (root / "other.py").write_bytes(b"mine")
    refused = run("undo")
    assert refused.error[1] == f"  nothing was changed; codeassist undo {second} --merge takes back the others"
    done = run("undo", "--merge")
    assert done.stdout == f"undone {second}: say it in figures\n  a.py\n  other.py (stays: it was changed since)\n"
    assert (root / "other.py").read_bytes() == (root / "new.py").read_bytes() == b"mine"
    assert entry != second


def test_an_edit_that_was_interrupted_is_told(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def swap(_step: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(changing, "swap", swap)
        patch.setattr(changing, "_abandon", lambda *_: [])
        with pytest.raises(SystemExit):
            apply(root)
    done = run("undo")
    assert done.code == 2
    assert "was interrupted: its files are as they were before it\n" in done.stderr


def test_names_and_titles_are_inert(root: Path, run: Run) -> None:
    name = os.fsdecode(b"\xff\x1b]0;evil\x07.py")
    apply(root, FileEdit(name, None, b"1"), title="\x1b]0;evil\x07")
    done = run("undo")
    assert done.code == 0
    assert b"\x1b" not in done.raw
    apply(root, FileEdit(name, None, b"1"))
    assert run("undo", "--json").document["files"] == ["\ufffd\x1b]0;evil\x07.py"]


class Terminal:
    """`codeassist undo` on a pseudo-terminal."""

    def __init__(self, *arguments: str) -> None:
        self.child: pexpect.spawn[str] = pexpect.spawn(
            sys.executable,
            ["-m", "codeassist", "undo", *arguments],
            env=os.environ | {"TERM": "xterm-256color", "NO_COLOR": "1"},
            dimensions=(40, 100),
            timeout=WAIT_SECONDS,
            encoding="utf-8",
        )

    def answered(self, answer: str, *shown: str) -> int:
        """What it showed before its question was there; its exit code after the answer."""
        for each in shown:
            self.child.expect_exact(each)
        self.child.expect_exact("[y/N] ")
        self.child.send(answer)
        return self.ended()

    def ended(self) -> int:
        self.child.expect(pexpect.EOF)
        self.child.close()
        return int(self.child.exitstatus or 0)


def test_on_a_terminal_a_person_is_asked(root: Path) -> None:
    entry = apply(root)
    for answer, code in (("\n", 0), ("n\n", 0), ("\x04", 0), ("\x03", 130)):
        assert Terminal().answered(answer, "a.py", f"undo {entry} (say it in figures)?") == code
        assert (root / "a.py").read_bytes() == NEW
    assert Terminal().answered("y\n", "a.py", "two") == 0
    assert (root / "a.py").read_bytes() == OLD


def test_on_a_terminal_a_merge_is_offered(root: Path) -> None:
    entry = apply(root, FileEdit("a.py", OLD, NEW), FileEdit("new.py", None, b"1"))
    for name in ("a.py", "new.py"):
        (root / name).write_bytes(b"mine\n")
    shown = ("later changes overlap in a.py: both would be there", "left as they are: new.py", f"undo {entry} so?")
    assert Terminal("--yes").answered("n\n", *shown) == 0
    assert (root / "a.py").read_bytes() == b"mine\n"
    assert Terminal("--yes").answered("y\n", *shown) == 0
    assert b"<<<<<<< now\nmine\n" in (root / "a.py").read_bytes()
    assert (root / "new.py").read_bytes() == b"mine\n"


def test_yes_asks_nothing(root: Path) -> None:
    apply(root)
    assert Terminal("--yes").ended() == 0
    assert (root / "a.py").read_bytes() == OLD
