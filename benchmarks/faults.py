"""What is done to the journal at each of its system calls: errors, kills, other programs that write the same files."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from random import Random

from benchmarks.changesets import Snapshot, snapshot
from benchmarks.interception import Act, nothing
from benchmarks.trials import Ended, Stand, Tally, kill_at, killed

ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EDQUOT, errno.EPERM, errno.EMFILE)
LATER = b"what a person typed meanwhile\n"


def calls_of(stand: Stand) -> int:
    """How many calls the action makes."""
    stand.set_up()
    ended = stand.run(nothing)
    assert not ended.error, ended
    return ended.calls


def kill_everywhere(stand: Stand, again: int = 0, step: int = 1) -> Tally:
    """Killed at every call in turn; with `again`, so many times in the mending, too."""
    tally = Tally()
    random = Random(7)  # noqa: S311
    for number in range(1, calls_of(stand) + 1, step):
        for second in [random.randrange(1, 120) for _ in range(again)] or [0]:
            label = f"killed at call {number}" + (f" and in mending at {second}" if second else "")
            killed(stand, kill_at(number), tally, label, again=second)
    return tally


def _failing(number: int, code: int, *, onward: bool) -> Act:
    def act(count: int, _name: str) -> None:
        if count == number or (onward and count > number):
            raise OSError(code, os.strerror(code))

    return act


def fail_everywhere(
    stand: Stand, *, after: bool = False, onward: bool = False, each: bool = True, step: int = 1
) -> Tally:
    """Every call fails in turn (`after` it was made; `onward`: so does all that follows), with one of the errors or
    with `each` of them."""
    tally = Tally()
    for number in range(1, calls_of(stand) + 1, step):
        for code in ERRORS if each else ERRORS[number % len(ERRORS) :][:1]:
            _failed(stand, tally, number, code, after=after, onward=onward)
    return tally


def _failed(stand: Stand, tally: Tally, number: int, code: int, *, after: bool, onward: bool) -> None:
    stand.set_up()
    ended = stand.run(_failing(number, code, onward=onward), after=after)
    label = f"{stand.action}, {errno.errorcode[code]} {'after' if after else 'at'} call {number}"
    tally.trials += 1
    tally.refused += bool(ended.error)
    tally.done += not ended.error
    wrong = list(stand.mixed())
    if ended.error not in ("", "MissingError"):
        wrong.append(f"{ended.error}: {ended.message}")
    if ended.error and os.strerror(code) not in ended.message:
        wrong.append(f"the reason is not told: {ended.message}")
    if not onward and not ended.error and snapshot(stand.root) != stand.end:
        wrong.append("it says that it succeeded")
    if not onward and ended.error and snapshot(stand.root) != stand.start:
        wrong.append(f"it is not all as before: {ended.message}")
    tally.mended += bool(stand.open())
    wrong += stand.settled(tally)
    tally.complaints += [f"{label}: {each}" for each in wrong]


class Writer:
    """Another program, which writes a file at one call, or opens it at one and writes at a later one."""

    def __init__(self, path: Path, number: int, later: int = 0, *, renames: bool = False) -> None:
        self._path, self._number, self._later, self._renames = path, number, later, renames
        self._descriptor = -1

    def __call__(self, count: int, _name: str) -> None:
        """Take part."""
        if count == self._number:
            self._begin()
        if self._descriptor >= 0 and count == self._number + self._later:
            self.end()

    def _begin(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._renames:
            self._path.with_name("saved").write_bytes(LATER)
            self._path.with_name("saved").replace(self._path)
        else:
            self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o644)

    def end(self) -> None:
        """Write and close."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, LATER, 0)
            os.close(descriptor)


def write_everywhere(stand: Stand, name: str, later: int = 0, *, renames: bool = False, step: int = 1) -> Tally:
    """Another program writes a file between any two calls: what it wrote is there afterwards, whatever else happens."""
    tally = Tally()
    for number in range(1, calls_of(stand) + 1, step):
        stand.set_up()
        writer = Writer(stand.root / name, number, later, renames=renames)

        def work(writer: Writer = writer) -> None:
            try:
                stand.act()
            finally:
                writer.end()

        ended = stand.run(writer, what=work)
        tally.trials += 1
        tally.refused += bool(ended.error)
        tally.done += not ended.error
        label = f"{stand.action}, {name} {'replaced' if renames else 'written'} at call {number}+{later}"
        tally.complaints += [f"{label}: {each}" for each in _judged(stand, name, ended)]
    return tally


def write_and_kill(stand: Stand, name: str, step: int = 1) -> Tally:
    """Another program replaces a file at some call and soon after the process is killed: what it wrote is there once
    the journal was opened, and all other files are old, or all are new."""
    tally = Tally()
    random = Random(11)  # noqa: S311
    for number in range(1, calls_of(stand) + 1, step):
        stand.set_up()
        writer, killer = Writer(stand.root / name, number, renames=True), kill_at(number + random.randrange(1, 60))

        def act(count: int, call: str, writer: Writer = writer, killer: Act = killer) -> None:
            writer(count, call)
            killer(count, call)

        _was_killed(stand, tally, stand.run(act), name, f"{name} replaced at call {number}, killed soon after")
    return tally


def kill_and_write(stand: Stand, name: str, step: int = 1) -> Tally:
    """Killed at every call; then a person changes a file, before the journal is opened."""
    tally = Tally()
    for number in range(1, calls_of(stand) + 1, step):
        stand.set_up()
        ended = stand.run(kill_at(number))
        Writer(stand.root / name, 1, renames=True)(1, "")
        _was_killed(stand, tally, ended, name, f"killed at call {number}, then {name} replaced")
    return tally


def _was_killed(stand: Stand, tally: Tally, ended: Ended, name: str, label: str) -> None:
    tally.trials += 1
    tally.killed += ended.killed
    tally.refused += bool(ended.error)
    tally.mended += bool(stand.open())
    now = snapshot(stand.root)
    wrong = [] if now.pop(name, ("", 0, b""))[2] == LATER else ["what the other program wrote is gone"]
    if _files(now, name) not in (_files(stand.start, name), _files(stand.end, name)):
        wrong.append("other files are neither all old nor all new")
    tally.complaints += [f"{stand.action}, {label}: {each}" for each in wrong]


def _judged(stand: Stand, name: str, ended: Ended) -> list[str]:
    wrong, error = [], ended.error
    now = snapshot(stand.root)
    if now.pop(name, ("", 0, b""))[2] != LATER:
        wrong.append("what the other program wrote is gone")
    if error not in ("", "ConflictError", "UsageError"):
        wrong.append(f"{error}: {ended.message}")
    wanted = stand.start if error else stand.end
    if _files(now, name) != _files(wanted, name):
        wrong.append(f"other files are not all {'old' if error else 'new'}")
    return wrong


def _files(known: Snapshot, name: str) -> Snapshot:
    """Without folders and one of the files."""
    return {each: found for each, found in known.items() if each != name and found[0] != "folder"}
