"""An edit on a disk that is full, and in folders into which one may not write."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.changesets import snapshot
from benchmarks.interception import nothing
from benchmarks.trials import Stand, Tally
from codeassist.errors import MissingError

_NOBODY = 65534


def full_disk(base: Path) -> Iterator[tuple[str, Tally]]:
    """A real file system with ever less room: for the tree, and for the journal. Only root can mount one."""
    if os.geteuid() != 0:
        return
    for what in ("tree", "state"):
        tally = Tally()
        for left in range(0, 160, 4):
            stand = Stand(base, "apply")
            place = stand.root if what == "tree" else stand.state
            if not _mount(place):
                return
            try:
                stand.set_up()
                _filled(place / "ballast", left * 1024)
                _applied_on_full_disk(stand, tally, f"{what} with {left} KiB left")
            finally:
                subprocess.run(["umount", str(place)], check=True)
        yield f"full disk: {what}", tally


def _mount(place: Path) -> bool:
    place.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=1m,nr_inodes=400", "none", str(place)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _filled(ballast: Path, left: int) -> None:
    found = os.statvfs(ballast.parent)
    ballast.write_bytes(bytes(max(0, found.f_bavail * found.f_bsize - left)))


def _applied_on_full_disk(stand: Stand, tally: Tally, label: str) -> None:
    tally.trials += 1
    before = snapshot(stand.root)
    try:
        stand.act()
    except MissingError as error:
        tally.refused += 1
        if snapshot(stand.root) != before or "No space left" not in error.message:
            tally.complaints.append(f"{label}: {error.message}")
    else:
        tally.done += 1
        if any((stand.root / each.path).read_bytes() != each.after for each in stand.change.files):
            tally.complaints.append(f"{label}: it says that it succeeded")


def read_only(base: Path) -> Iterator[tuple[str, Tally]]:
    """A folder of the tree, or the journal's, into which one may not write. Root may: it becomes somebody else."""
    for place in ("inner", "state"):
        stand, tally = Stand(base, "apply"), Tally()
        stand.set_up()
        folder = stand.root / place if place == "inner" else stand.state
        folder.mkdir(exist_ok=True)
        folder.chmod(0o555)
        if os.geteuid() == 0:
            base.parent.chmod(0o755)
            for each in (base, *base.rglob("*")):
                os.chown(each, _NOBODY, _NOBODY, follow_symlinks=False)
        before = snapshot(stand.root)
        ended = stand.run(nothing, what=partial(_act_as_somebody, stand))
        tally.trials += 1
        tally.refused += ended.error == "MissingError" and "Permission denied" in ended.message
        if not tally.refused or snapshot(stand.root) != before:
            tally.complaints.append(f"{place} is read-only: {ended}")
        folder.chmod(0o755)
        yield f"read-only: {place}", tally


def _act_as_somebody(stand: Stand) -> None:
    if os.geteuid() == 0:
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
    stand.act()
