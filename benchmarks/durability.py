"""Whether an edit ever loses anything: shared/RELIABILITY.md E1 to E3, counted.

    nice python -m benchmarks.durability               everything at full size: some twelve minutes of an idle machine
    python -m benchmarks.durability kills --sparse 5   one part, every fifth call

Parts: pairs (E1: edit and undo); kills, mending and random (E2); faults, writers, disk and readonly (E3); strace (both,
with calls of the kernel itself). It ends with 1 if anything was lost.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import msgspec

from benchmarks import disks, faults, tracing
from benchmarks.changesets import generate, snapshot
from benchmarks.interception import intercepted, nothing
from benchmarks.trials import ACTIONS, Stand, Tally, judge_killed
from codeassist.edit.journal.journal import Journal

FILES = ("first.py", "inner/second.py", "made/new.py")
_FAST = Path("/dev/shm")  # noqa: S108
Lines = Iterator[tuple[str, Tally]]


class Sizes(msgspec.Struct):
    """How much is done."""

    pairs: int = 10_000
    random: int = 1_000
    sparse: int = 1


def pairs(base: Path, sizes: Sizes) -> Lines:
    """Edit, then undo: every file of the tree is then what it was."""
    tally = Tally()
    with intercepted(nothing):
        for seed in range(sizes.pairs):
            shutil.rmtree(base / "tree", ignore_errors=True)
            if seed % 20 == 0:
                shutil.rmtree(base / "state", ignore_errors=True)
            tally.trials += 1
            tally.complaints += [f"pair {seed}: {each}" for each in _pair(base, Random(seed))]  # noqa: S311
    yield "edit and undo", tally


def _pair(base: Path, random: Random) -> Iterator[str]:
    change = generate(base / "tree", random)
    before = snapshot(change.root)
    with Journal.open(base / "state", change.root) as journal:
        journal.apply(change)
        if any((change.root / each.path).read_bytes() != each.after for each in change.files):
            yield "the edit is not what was applied"
        entry, undone = journal.undoing()
        journal.undo(entry, undone)
        if undone.conflicts or snapshot(change.root) != before:
            yield "not as before"


def kills(base: Path, sizes: Sizes) -> Lines:
    """Killed at every call."""
    for action in ACTIONS:
        yield f"killed at each call: {action}", faults.kill_everywhere(Stand(base, action), step=sizes.sparse)


def mending(base: Path, sizes: Sizes) -> Lines:
    """Killed again while what a kill left is mended; and where names cannot be exchanged."""
    for action in ACTIONS:
        for plain in (False, True):
            label = f"{action}{', names not exchanged' if plain else ''}"
            stand = Stand(base, action, plain=plain)
            yield f"killed, and in mending: {label}", faults.kill_everywhere(stand, again=2, step=sizes.sparse)
            if plain:
                yield f"killed at each call: {label}", faults.kill_everywhere(stand, step=sizes.sparse)


def random_kills(base: Path, sizes: Sizes) -> Lines:
    """Killed at any moment, flushing to a real disk."""
    for action in ACTIONS:
        stand, tally = Stand(base, action), Tally()
        random = Random(5)  # noqa: S311
        took = min(_took(stand) for _ in range(3))
        wanted = sizes.random // len(ACTIONS)
        while tally.killed < wanted and tally.trials < 10 * wanted:
            stand.set_up()
            child = stand.start_child(nothing, sync=True)
            time.sleep(random.random() * took)
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            judge_killed(stand, tally, f"killed at some moment, {tally.trials}", was=os.WIFSIGNALED(status))
        yield f"killed at any moment: {action}", tally


def _took(stand: Stand) -> float:
    stand.set_up()
    began = time.perf_counter()
    os.waitpid(stand.start_child(nothing, sync=True), 0)
    return time.perf_counter() - began


def errors(base: Path, sizes: Sizes) -> Lines:
    """Every call fails, with each error; after it was made, too; and with all that follow."""
    each, step = sizes.sparse == 1, sizes.sparse
    for action in ACTIONS:
        stand = Stand(base, action)
        yield f"each call fails: {action}", faults.fail_everywhere(stand, each=each)
        yield f"each call fails once made: {action}", faults.fail_everywhere(stand, after=True, each=each, step=step)
        yield f"all fail from a call on: {action}", faults.fail_everywhere(stand, onward=True, each=False, step=step)
        plain = Stand(base, action, plain=True)
        yield f"each call fails: {action}, names not exchanged", faults.fail_everywhere(plain, each=False, step=step)


def writers(base: Path, sizes: Sizes) -> Lines:
    """Another program writes a file of the change set between any two calls."""
    step = sizes.sparse
    for action in ACTIONS:
        stand = Stand(base, action)
        for name in FILES:
            label = f"{name}, {action}"
            yield f"replaced meanwhile: {label}", faults.write_everywhere(stand, name, renames=True, step=step)
            yield f"written in place: {label}", faults.write_everywhere(stand, name, step=step)
            for later in (1, 7, 40):
                held = faults.write_everywhere(stand, name, later, step=step)
                yield f"held open for {later} calls: {label}", held
            yield f"replaced, then killed: {label}", faults.write_and_kill(stand, name, step)
            yield f"killed, then replaced: {label}", faults.kill_and_write(stand, name, step)


def strace(base: Path, _sizes: Sizes) -> Lines:
    """The kernel's calls, each failing and each killing."""
    if shutil.which("strace") is None:
        return
    for action in ACTIONS:
        stand = Stand(base, action)
        yield f"strace kills at each call: {action}", tracing.kill_each(stand, base / "trace")
        for error in ("ENOSPC", "EIO", "EACCES"):
            yield f"strace, {error} at each call: {action}", tracing.fail_each(stand, base / "trace", error)


PARTS: dict[str, Callable[[Path, Sizes], Lines]] = {
    "pairs": pairs,
    "kills": kills,
    "mending": mending,
    "random": random_kills,
    "faults": errors,
    "writers": writers,
    "disk": lambda base, _sizes: disks.full_disk(base),
    "readonly": lambda base, _sizes: disks.read_only(base),
    "strace": strace,
}


def main() -> int:
    """Print a line for each kind of trial; 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[])
    parser.add_argument("--pairs", type=int, default=Sizes().pairs)
    parser.add_argument("--random", type=int, default=Sizes().random)
    parser.add_argument("--sparse", type=int, default=Sizes().sparse, help="only every so many calls")
    parser.add_argument("--json", action="store_true", help="one JSON document: name to counts")
    given = parser.parse_args()
    found: dict[str, Tally] = {}
    for part in given.parts or PARTS:
        place = None if part == "random" or not _FAST.is_dir() else _FAST
        with tempfile.TemporaryDirectory(prefix="durability-", dir=place) as folder:
            for name, tally in PARTS[part](Path(folder) / "stand", Sizes(given.pairs, given.random, given.sparse)):
                found[name] = tally
                if not given.json:
                    _print(name, tally)
    if given.json:
        sys.stdout.write(msgspec.json.encode(found).decode())
    return 1 if any(each.complaints for each in found.values()) else 0


def _print(name: str, tally: Tally) -> None:
    counts = {each: getattr(tally, each) for each in ("killed", "refused", "done", "mended", "old", "new")}
    said = ", ".join(f"{count} {each}" for each, count in counts.items() if count)
    print(f"{name:58} {tally.trials:6} trials, {len(tally.complaints)} losses  ({said})", flush=True)
    for each in tally.complaints[:5]:
        print(f"    {each}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
