"""The journal of one working tree: applies change sets, lists them, undoes them, mends what was interrupted.

A change set is entered with the contents before and after it, and on disk, before the first file is touched. Every
file is wholly old or wholly new at all times, whenever the program ends; the next time the journal opens, what was not
completed is taken back. What somebody else writes meanwhile is never overwritten: files are exchanged, what comes out
is compared with what should have been there, and is put back if it is something else.

A file that has several names (hard links) gets its new content under this name only, as with git. Owner, mode, extended
attributes and access control lists are kept as far as this user may; links in the tree are followed and stay.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from codeassist.context.roots import Root
from codeassist.edit.change import ChangeSet
from codeassist.edit.journal import listing
from codeassist.edit.journal.changing import carry_out, mend, telling
from codeassist.edit.journal.entering import enter, enter_as_undone
from codeassist.edit.journal.listing import Entry, State
from codeassist.edit.journal.manifest import Manifest
from codeassist.edit.journal.store import DamagedError, Images, Store
from codeassist.edit.journal.undoing import parts_of
from codeassist.errors import MissingError, UsageError
from codeassist.paths import private_directory

if TYPE_CHECKING:
    from filelock import BaseFileLock
    from typing_extensions import Self

__all__ = ["Entry", "Journal", "State", "Undone"]
_LOCK_SECONDS = 10.0


@dataclass(frozen=True)
class Undone:
    """What an undo comes to.

    Attributes:
        change: what it would do to the files as they are now.
        conflicts: paths in which later changes overlap: they are in `change` with conflict markers, and are only
            written if a person says so. One that is not in `change` stays as it is: the edit made or removed it, or it
            is no text.
    """

    change: ChangeSet
    conflicts: tuple[str, ...] = ()


class Journal:
    """One at a time: opening takes a lock. What was interrupted before is undone as it opens.

    The newest 200 edits are kept, and 200 MB; what could not be taken back wholly is kept until somebody removes it.

    `notices`: what was found so, in sentences for people.
    """

    def __init__(self, store: Store, root: Path, lock: BaseFileLock, notices: tuple[str, ...] = ()) -> None:
        self.notices = notices
        self._store = store
        self._root = root
        self._lock = lock

    @classmethod
    def open(cls, state: Path, root: Path) -> Self:
        """The journal of a working tree, under the state directory.

        Raises:
            MissingError: the state directory cannot be used, or another codeassist has held the lock for too long.
        """
        root = root.resolve()
        folder = private_directory(private_directory(state / "edits") / Root(root, root).directory)
        lock = _locked(folder, root)
        try:
            store = Store(folder)
            store.sweep()
            return cls(store, root, lock, tuple(mend(store, root)))
        except BaseException as error:
            _release(lock)
            if isinstance(error, OSError):
                raise _unusable(folder, error) from error
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _release(self._lock)

    def apply(self, change: ChangeSet) -> str:
        """Write a change set, all of it or nothing; its id.

        Raises:
            ConflictError: a file is not as it was when it was read; nothing was changed.
            UsageError: a path leads out of the root; nothing was changed.
            MissingError: a file cannot be written (its reason is told); nothing was changed.
        """
        if change.root.resolve() != self._root:
            raise UsageError(f"{change.root} is not {self._root}, whose journal this is", "nothing was changed")
        return self._write(change)

    def _write(self, change: ChangeSet, undone: Manifest | None = None) -> str:
        manifest, steps = enter(self._store, self._root, change, undone)
        carry_out(self._store, self._root, manifest, steps)
        with suppress(OSError):
            listing.prune(self._store)
        return manifest.id

    def entries(self) -> list[Entry]:
        """What the journal holds, the newest first.

        Raises:
            MissingError: it cannot be read.
        """
        with telling(str(self._store.folder), "read"):
            return listing.entries(self._store)

    def undoing(self, entry_id: str = "") -> tuple[Entry, Undone]:
        """What undoing an entry (by its id or the beginning of it) would do; without one, the newest that is applied.

        Where files were changed since, those changes are kept: a three-way merge. One whose files are all as they were
        before it is entered as undone.

        Raises:
            UsageError: there is no such entry, it is undone already, or nothing is left to undo.
            MissingError: a file, or what the journal has of it, cannot be read.
        """
        entry, manifest, images = self._find(entry_id)
        edits, conflicts = parts_of(self._root, manifest, images, self._store.folder)
        if not edits and not conflicts:
            with suppress(MissingError):
                if entry.state == "applied":
                    enter_as_undone(self._store, manifest)
            raise UsageError(f"edit {entry.id} is undone already: its files are as before", "nothing was changed")
        return entry, Undone(ChangeSet(self._root, f"undo {entry.title}", tuple(edits)), tuple(conflicts))

    def undo(self, entry: Entry, undone: Undone) -> None:
        """Write what `undoing` said, all or nothing.

        Raises:
            ConflictError: a file has changed in between.
            UsageError: it was undone in between.
            MissingError: a file cannot be written.
        """
        self._write(undone.change, self._find(entry.id)[1])

    def _find(self, entry_id: str) -> tuple[Entry, Manifest, Images]:
        try:
            with telling(str(self._store.folder), "read"):
                entry = listing.find(self._store, entry_id)
                manifest = self._store.manifest(entry.id)
                return entry, manifest, self._store.images(manifest)
        except DamagedError as error:
            raise MissingError(str(error), "it cannot be undone") from error


def _locked(folder: Path, root: Path) -> BaseFileLock:
    import filelock

    lock = filelock.FileLock(folder / "lock", timeout=_LOCK_SECONDS, mode=0o600)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        hint = "wait until it is done, and run it again"
        raise MissingError(f"another codeassist is changing files in {root}", hint) from error
    except OSError as error:
        raise _unusable(folder, error) from error
    return lock


def _release(lock: BaseFileLock) -> None:
    with suppress(OSError):
        lock.release()


def _unusable(folder: Path, error: OSError) -> MissingError:
    return MissingError(f"cannot use {folder}: {error.strerror}", "see who may write there")
