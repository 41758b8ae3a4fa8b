"""The journal of one working tree: applies change sets, lists them, undoes them, mends what was interrupted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from codeassist.edit.change import ChangeSet

if TYPE_CHECKING:
    from typing_extensions import Self

State = Literal["applied", "undone", "broken"]


@dataclass(frozen=True)
class Entry:
    """One change set of the journal. `when`: seconds since 1970; `files`: (path, lines added, lines removed)."""

    id: str
    title: str
    when: float
    state: State
    files: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Undone:
    """What an undo comes to.

    Attributes:
        change: what it would do to the files as they are now.
        conflicts: paths in which later changes overlap: they are in `change` with conflict markers, and are only
            written if a person says so.
    """

    change: ChangeSet
    conflicts: tuple[str, ...] = ()


class Journal:
    """One at a time: opening takes a lock. What was interrupted before is undone as it opens.

    `notices`: what was found so, in sentences for people.
    """

    notices: tuple[str, ...] = ()

    @classmethod
    def open(cls, state: Path, root: Path) -> Self:
        """The journal of a working tree, under the state directory.

        Raises:
            MissingError: the state directory cannot be used, or another codeassist has held the lock for too long.
        """
        raise NotImplementedError

    def __enter__(self) -> Self:
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    def apply(self, change: ChangeSet) -> str:
        """Write a change set, all of it or nothing; its id.

        Raises:
            ConflictError: a file is not as it was when it was read; nothing was changed.
            UsageError: a path leads out of the root; nothing was changed.
            MissingError: a file cannot be written (its reason is told); nothing was changed.
        """
        raise NotImplementedError

    def entries(self) -> list[Entry]:
        """What the journal holds, the newest first."""
        raise NotImplementedError

    def undoing(self, entry_id: str = "") -> tuple[Entry, Undone]:
        """What undoing an entry (by its id or the beginning of it) would do; without one, the newest that is applied.

        Where files were changed since, those changes are kept: a three-way merge.

        Raises:
            UsageError: there is no such entry, it is undone already, or nothing is left to undo.
        """
        raise NotImplementedError

    def undo(self, entry: Entry, undone: Undone) -> None:
        """Write what `undoing` said, all or nothing.

        Raises:
            ConflictError: a file has changed in between.
            MissingError: a file cannot be written.
        """
        raise NotImplementedError
