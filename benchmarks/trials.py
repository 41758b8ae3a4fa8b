"""One change set applied or undone in a process of its own, while something happens to it; then what is left is judged.

Judged are: each file wholly old or wholly new at every moment, all of them the same once the journal was opened again,
no hidden file left, and no content of anybody lost.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from traceback import extract_tb
from typing import Literal
from unittest import mock

import msgspec

from benchmarks.changesets import Snapshot, restore, snapshot
from benchmarks.interception import Act, intercepted, nothing
from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.journal import renaming
from codeassist.edit.journal.journal import Journal
from codeassist.errors import CodeassistError, ConflictError

Action = Literal["apply", "undo"]
ACTIONS: tuple[Action, ...] = ("apply", "undo")
BLOCK = 50_000


@dataclass
class Tally:
    """What came of many trials. `complaints`: each says what was lost or wrong."""

    trials: int = 0
    killed: int = 0
    refused: int = 0
    done: int = 0
    mended: int = 0
    old: int = 0
    new: int = 0
    complaints: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another's, too."""
        for name in ("trials", "killed", "refused", "done", "mended", "old", "new"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.complaints += other.complaints


class Ended(msgspec.Struct):
    """How a trial's process ended: "" as `error` is success; `calls` as far as it got."""

    calls: int
    error: str = ""
    message: str = ""
    hint: str = ""
    killed: bool = False


class Stand:
    """A tree and a journal in a folder, set up anew for each trial.

    `plain`: as on a file system on which names cannot be exchanged.
    """

    def __init__(self, base: Path, action: Action, *, plain: bool = False) -> None:
        self._plain = plain
        self.root, self.state, self.action = base / "tree", base / "state", action
        self._answer, self._kept = base / "answer", base / "kept"
        shutil.rmtree(base, ignore_errors=True)
        base.mkdir(parents=True)
        self.change = _change(self.root)
        self.without = snapshot(self.root)
        with intercepted(nothing), Journal.open(self.state, self.root) as journal:
            self.id = journal.apply(self.change)
        self.having = snapshot(self.root)
        if action == "apply":
            shutil.rmtree(self.state)
        else:
            shutil.copytree(self.state, self._kept)

    @property
    def start(self) -> Snapshot:
        """The tree before the action, and `end`: after it."""
        return self.without if self.action == "apply" else self.having

    @property
    def end(self) -> Snapshot:
        """The tree after the action."""
        return self.having if self.action == "apply" else self.without

    def set_up(self) -> None:
        """Make tree and journal what they are before the action."""
        shutil.rmtree(self.state, ignore_errors=True)
        if self.action == "undo":
            shutil.copytree(self._kept, self.state)
        restore(self.root, self.start)

    def act(self) -> None:
        """The action."""
        with Journal.open(self.state, self.root) as journal:
            if self.action == "apply":
                journal.apply(self.change)
            else:
                _undo(journal)

    def run(self, act: Act, *, after: bool = False, what: Callable[[], None] | None = None) -> Ended:
        """Do it in a process of its own, calling `act` at each call."""
        child = self.start_child(act, after=after, what=what)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            return Ended(0, killed=True)
        return msgspec.json.decode(self._answer.read_bytes(), type=Ended)

    def start_child(
        self, act: Act, *, after: bool = False, sync: bool = False, what: Callable[[], None] | None = None
    ) -> int:
        """The same, not waited for."""
        child = os.fork()
        if child:
            return child
        code = 1
        try:
            ended = Ended(0)
            if self._plain:
                mock.patch.object(renaming, "_call", return_value=None).start()
            with intercepted(act, after=after, sync=sync) as counted:
                try:
                    (what or self.act)()
                except CodeassistError as error:
                    ended = Ended(0, type(error).__name__, error.message, error.hint)
                except Exception as error:  # noqa: BLE001  told to the other process
                    trace = "; ".join(f"{each.name}:{each.lineno}" for each in extract_tb(error.__traceback__))
                    ended = Ended(0, f"unexpected {type(error).__name__}", f"{error} in {trace}")
            ended.calls = counted.calls
            self._answer.write_bytes(msgspec.json.encode(ended))
            code = 0
        finally:
            os._exit(code)

    def open(self) -> list[str]:
        """Open the journal as the next command would; what it says."""
        with Journal.open(self.state, self.root) as journal:
            return list(journal.notices)

    def contents(self) -> list[bytes]:
        """Every content that is anywhere, in the tree and in the journal."""
        places = [each for top in (self.root, self.state) for each in top.rglob("*")]
        return [each.read_bytes() for each in places if each.is_file() and not each.is_symlink()]

    def mixed(self) -> Iterator[str]:
        """Files that are neither as before nor as after, among those that have a visible name."""
        now = {name: each for name, each in snapshot(self.root).items() if "/.codeassist-" not in f"/{name}"}
        for name in {*now, *self.start, *self.end}:
            if now.get(name) not in (self.start.get(name), self.end.get(name)):
                yield f"{name} is neither old nor new"

    def settled(self, tally: Tally) -> Iterator[str]:
        """See that the tree is wholly old or new, and that the journal knows which."""
        now = snapshot(self.root)
        if now not in (self.start, self.end):
            yield "the tree is neither old nor new"
            return
        old = now == self.start
        tally.old, tally.new = tally.old + old, tally.new + (not old)
        with Journal.open(self.state, self.root) as journal:
            if journal.notices:
                yield f"told twice: {journal.notices}"
            states = [each.state for each in journal.entries()]
            applied = now == self.having
            if states != (["applied"] if applied else ["undone"] if self.action == "undo" else []):
                yield f"the journal says {states}"
                return
            if applied:
                journal.undo(*journal.undoing())
            else:
                journal.apply(self.change)
        if snapshot(self.root) != (self.without if applied else self.having):
            yield "what follows does not work"


def _change(root: Path) -> ChangeSet:
    inner = root / "inner"
    inner.mkdir(parents=True)
    texts = {"first.py": b"one\r\ntwo\n", "inner/second.py": b"\xef\xbb\xbfdef f():\n    pass", "inner/empty": b""}
    for name, data in texts.items():
        (root / name).write_bytes(data)
    (root / "first.py").chmod(0o600)
    (root / "inner/second.py").chmod(0o755)
    (root / "link.py").symlink_to("inner/second.py")
    with suppress(OSError):
        os.setxattr(root / "first.py", "user.kept", b"yes")
    edits = (
        FileEdit("first.py", texts["first.py"], b"one\r\n2\nthree"),
        FileEdit("made/new.py", None, b"x = 1\n" * 3),
        FileEdit("link.py", texts["inner/second.py"], b"\xef\xbb\xbfdef f() -> None:\n    pass"),
        FileEdit("inner/empty", b"", b"\xff\xfea\x00\n\x00"),
    )
    return ChangeSet(root, "many kinds at once", edits)


def _undo(journal: Journal) -> None:
    """As the command does: not without consent where later changes overlap."""
    entry, undone = journal.undoing()
    if undone.conflicts:
        raise ConflictError("later changes overlap")
    journal.undo(entry, undone)


def kill_at(number: int) -> Act:
    """End the process at a call."""

    def act(count: int, _name: str) -> None:
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return act


def killed(stand: Stand, act: Act, tally: Tally, label: str, *, again: int = 0) -> bool:
    """Run with `act`, which may kill; then mend (killed at call `again` of that, too) and judge. Whether it was."""
    stand.set_up()
    ended = stand.run(act)
    judge_killed(stand, tally, label, again=again, was=ended.killed)
    return ended.killed


def judge_killed(stand: Stand, tally: Tally, label: str, *, again: int = 0, was: bool = True) -> None:
    """Judge what a process left that was killed (or came to its end)."""
    tally.trials += 1
    tally.killed += was
    complaints = list(stand.mixed())
    if again:
        tally.killed += stand.run(kill_at(again), what=lambda: _open(stand)).killed
        complaints += stand.mixed()
    tally.mended += bool(stand.open())
    complaints += stand.settled(tally)
    tally.complaints += [f"{stand.action}, {label}: {each}" for each in complaints]


def _open(stand: Stand) -> None:
    stand.open()
