"""What the journal holds, for people; and how much of it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from codeassist.edit.journal.manifest import Manifest, unquoted
from codeassist.edit.journal.store import Store
from codeassist.errors import UsageError

State = Literal["applied", "undone", "broken"]
MOST_EDITS = 200
MOST_BYTES = 200_000_000  # of contents; the newest edit is kept however big it is


@dataclass(frozen=True)
class Entry:
    """One change set of the journal. `when`: seconds since 1970; `files`: (path, lines added, lines removed).

    `state`: "broken" is one that was interrupted and could not be taken back wholly.
    """

    id: str
    title: str
    when: float
    state: State
    files: tuple[tuple[str, int, int], ...]


def entries(store: Store) -> list[Entry]:
    """The edits, the newest first.

    Raises:
        OSError: one cannot be read.
    """
    manifests = _manifests(store)
    undone = {each.of for each in manifests if each.kind == "undo" and _is_there(store, each)}
    return [_entry(store, each, undone) for each in manifests if each.kind == "edit"]


def _manifests(store: Store) -> list[Manifest]:
    """All but those that are damaged, the newest first."""
    return sorted(store.manifests(), key=lambda manifest: manifest.number, reverse=True)


def _is_there(store: Store, manifest: Manifest) -> bool:
    return store.stage(manifest.id) in ("swapped", "done")


def _entry(store: Store, manifest: Manifest, undone: Iterable[str]) -> Entry:
    state: State = "applied" if _is_there(store, manifest) else "broken"
    files = tuple((unquoted(each.path), each.added, each.removed) for each in manifest.files)
    return Entry(manifest.id, manifest.title, manifest.when, "undone" if manifest.id in undone else state, files)


def find(store: Store, entry_id: str) -> Entry:
    """The applied edit that is meant: by its id or the beginning of it; without one the newest.

    With an id, also one of which was only seen that its files were as before it: git may have brought it back.

    Raises:
        UsageError: there is none, there are several, or it is not applied any more.
        DamagedError: what is meant is damaged.
        OSError: one cannot be read.
    """
    hint = "codeassist history shows what can be undone"
    found = [each for each in entries(store) if each.id.startswith(entry_id) and (entry_id or each.state == "applied")]
    if not found:
        for each in store.ids():
            if entry_id and each.startswith(entry_id):
                store.manifest(each)  # which says so if it is damaged
        raise UsageError(f"there is no edit {entry_id}" if entry_id else "there is no edit to undo", hint)
    if entry_id and len(found) > 1:
        raise UsageError(f"{len(found)} edits begin with {entry_id}", hint)
    if found[0].state == "undone" and not (entry_id and _seems_undone(store, found[0].id)):
        raise UsageError(f"edit {found[0].id} is undone already", hint)
    if found[0].state == "broken":
        raise UsageError(f"edit {found[0].id} was interrupted: its contents are in {store.at(found[0].id)}", hint)
    return found[0]


def _seems_undone(store: Store, entry: str) -> bool:
    """Whether nothing was written to undo it."""
    return not any(each.files for each in store.manifests() if each.of == entry)


def prune(store: Store) -> None:
    """Forget the oldest edits, and undoings with them, as far as there are too many; none that is not complete.

    Raises:
        OSError: one cannot be read or removed.
    """
    complete = [each for each in _manifests(store) if _is_there(store, each)]
    edits = [each for each in complete if each.kind == "edit"]
    undoings = [each for each in complete if each.kind == "undo"]
    kept, size = set(), 0
    for count, edit in enumerate(edits):
        size += edit.bytes + sum(each.bytes for each in undoings if each.of == edit.id)
        if count and (count >= MOST_EDITS or size > MOST_BYTES):
            break
        kept.add(edit.id)
    for each in edits:
        if each.id not in kept:
            store.remove(each.id)
    there = store.ids()
    for each in undoings:  # last, and only of what is gone: without it, its edit would seem to be applied
        if each.of not in there:
            store.remove(each.id)
