"""Manifests whose dependencies a change altered while the lock file beside them stayed behind, and the reverse."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from codeassist.review.change import FileChange, Snapshot
from codeassist.review.exclusion import Exclusion
from codeassist.review.finding import Finding
from codeassist.review.manifests import (
    Lock,
    asked,
    differing,
    differing_from_cargo,
    differing_from_npm,
    lacking_in_go_sum,
    locks,
)
from codeassist.review.rule import Around, Rule

_MOST_MANIFESTS = 50
_MOST_LINES = 5_000  # of a manifest that are looked through for a name
_NAMED = 3
_SHOWN = 120
_LONGEST_LOCK = 5_000_000  # characters


class _Pair(NamedTuple):
    """A manifest and its lock file, before and now; "" where there was none."""

    lock: Lock
    manifest_path: str
    lock_path: str
    old: str
    new: str
    old_locked: str
    locked: str


def _look(snapshot: Snapshot, around: Around) -> Iterator[Finding]:
    changed = {change.path: change for change in snapshot.files}
    unseen = Exclusion(around.settings.exclude)  # what is left out may have changed as well
    for pair in list(_pairs(snapshot, changed))[:_MOST_MANIFESTS]:
        if around.cancelled():
            return
        if pair.lock_path in unseen or pair.manifest_path in unseen:
            continue
        names = _introduced(pair, snapshot, together=pair.lock_path in changed)
        if names:
            yield _finding(pair, changed, sorted(names))


def _pairs(snapshot: Snapshot, changed: dict[str, FileChange]) -> Iterator[_Pair]:
    """The pairs of which one is in the change; the manifest was there before, and both are there now."""
    for lock in locks():
        seen: set[str] = set()
        for change in snapshot.files:
            folder, base = posixpath.split(change.path)
            if base not in (lock.manifest, lock.file):
                continue
            manifest = posixpath.join(folder, lock.manifest)
            place = _place(lock, manifest, snapshot)
            if place is None or manifest in seen:
                continue
            seen.add(manifest)
            old, new = _texts(manifest, snapshot, changed)
            old_locked, locked = _texts(place, snapshot, changed)
            if old and new and locked and len(locked) <= _LONGEST_LOCK:
                yield _Pair(lock, manifest, place, old, new, old_locked, locked)


def _place(lock: Lock, manifest: str, snapshot: Snapshot) -> str | None:
    """The lock file beside a manifest; of a workspace, whose lock file names its members, the nearest one above."""
    folder = posixpath.dirname(manifest)
    while True:
        path = posixpath.join(folder, lock.file)
        if snapshot.read(path) is not None:
            return path
        if not folder or lock.proof not in ("npm", "cargo"):
            return None
        folder = posixpath.dirname(folder)


def _texts(path: str, snapshot: Snapshot, changed: dict[str, FileChange]) -> tuple[str, str]:
    change = changed.get(path)
    if change is not None:
        return change.old or "", change.new or ""
    text = snapshot.read(path) or ""
    return text, text


def _introduced(pair: _Pair, snapshot: Snapshot, *, together: bool) -> set[str]:
    """The names of dependencies of which manifest and lock file say different things since the change."""
    lock = pair.lock
    before, now = asked(lock, pair.old), asked(lock, pair.new)
    if before is None or now is None:
        return set()
    if lock.proof == "change":
        return set() if together else differing(before, now)
    beside = posixpath.join(posixpath.dirname(pair.lock_path), lock.manifest)
    folder = posixpath.relpath(posixpath.dirname(pair.manifest_path) or ".", posixpath.dirname(pair.lock_path) or ".")

    def apart(manifest: str, locked: str) -> set[str] | None:
        if lock.proof == "go":
            return lacking_in_go_sum(manifest, locked)
        if lock.proof == "cargo":
            return differing_from_cargo(manifest, locked, snapshot.read(beside) or "")
        return differing_from_npm(manifest, locked, "" if folder == "." else folder)

    if lock.proof == "go" and snapshot.read("go.work") is not None:
        return set()
    after = apart(pair.new, pair.locked)
    if after is None:  # an old kind of package-lock.json does not say what the manifest said
        alone = lock.proof == "npm" and not together and beside == pair.manifest_path
        return differing(before, now) if alone else set()
    return after - (apart(pair.old, pair.old_locked) or set())


def _finding(pair: _Pair, changed: dict[str, FileChange], names: list[str]) -> Finding:
    change = changed.get(pair.manifest_path) or changed[pair.lock_path]
    line = _line(change, names)
    some = ", ".join(name[:_SHOWN] for name in names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    return Finding(
        rule=RULE.name,
        severity=RULE.severity,
        path=change.path,
        line=line,
        end_line=line,
        message=f"{pair.lock_path} does not go with the dependencies in {pair.manifest_path}: {some}",
        evidence=change.line(line).strip()[:_SHOWN],
    )


def _line(change: FileChange, names: list[str]) -> int:
    """The first touched line that names one of them, else where the change begins."""
    touched = sorted(change.touched)[:_MOST_LINES]
    named = (number for number in touched if any(name in change.line(number)[:1000] for name in names[:50]))
    first = touched[0] if touched else min((hunk.new_start for hunk in change.hunks), default=1)
    return max(1, min(next(named, first), len(change.lines) or 1))


RULE = Rule(
    name="lockfile",
    severity="medium",
    about="A manifest asks for other dependencies than its lock file has.",
    look=_look,
)
