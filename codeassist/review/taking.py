"""Makes a change's files out of what git says differs, within limits of number and size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from codeassist import text
from codeassist.errors import UsageError
from codeassist.git.differences import Entry
from codeassist.review.change import FileChange, Hunk, Status
from codeassist.review.hunks import Effort, compare, in_all

LARGE = 1_000_000  # bytes of a text that is reviewed
READ_BYTES = 4_000_000  # of a file beside the change, such as a lock file
READ_FILES = 256  # that are remembered
REGULAR = ("100644", "100755")
_MOST_FILES = 2_000
_MOST_BYTES = 20_000_000  # of all texts, old and new
_LINK, _SUBMODULE = "120000", "160000"
_STATUSES: Mapping[str, Status] = {
    "A": "added",
    "M": "modified",
    "D": "deleted",
    "R": "renamed",
    "C": "copied",
    "T": "typechange",
}
MANY = "the change has very many files"
MUCH = "the change has very much text"
UNMERGED = "it has conflicts that are not resolved"
LOST = "its content cannot be read"


class New(NamedTuple):
    """The new side of a file: its size in bytes, and how its content is read."""

    size: int
    content: Callable[[], bytes | None]


class Taker:
    """Takes files of one change; what it leaves out it tells in `skipped`.

    `old`: reads the content of that name; None if it is large or lost.
    """

    def __init__(self, old: Callable[[str], bytes | None]) -> None:
        self.files: list[FileChange] = []
        self.skipped: list[tuple[str, str]] = []
        self._old = old
        self._bytes = _MOST_BYTES
        self._effort = Effort()

    @property
    def room(self) -> int:
        """The bytes that a file may have which is read next; 0 if there are already too many."""
        return 0 if len(self.files) >= _MOST_FILES else max(0, min(LARGE, self._bytes))

    def take(self, entry: Entry, new: New | None, others: Sequence[Entry] = ()) -> FileChange | None:
        """Take a file; None if it is left out. `new`: None if it is gone.

        `others`: how it differs from the other parents of a merge.
        """
        reason = self._reason(entry, new)
        if reason:
            self.skipped.append((entry.path, reason))
            return None
        omitted, source = _looked_at(entry, new)
        if not omitted and source is None:
            self.skipped.append((entry.path, LOST))
            return None
        before = self._old_text(entry)
        after = None if source is None else source.text
        self._bytes -= (0 if new is None or after is None else new.size) + len(before or "")
        change = FileChange(
            path=entry.path,
            old_path=entry.old_path,
            status=_STATUSES[entry.status],
            mode=entry.new_mode,
            size=0 if new is None or entry.new_mode == _SUBMODULE else new.size,
            old=before,
            new=after,
            omitted=omitted,
            hunks=self._hunks(before, after, omitted, others),
            newline="\n" if source is None else source.newline,
        )
        self.files.append(change)
        return change

    def _reason(self, entry: Entry, new: New | None) -> str:
        if entry.status not in _STATUSES:
            return UNMERGED if entry.status == "U" else LOST
        if len(self.files) >= _MOST_FILES:
            return MANY
        small = new is None or new.size > LARGE
        return MUCH if self._bytes < (0 if small or new is None else new.size) else ""

    def _old_text(self, entry: Entry) -> str | None:
        if not entry.old_id or entry.old_mode in (_LINK, _SUBMODULE) or self._bytes <= 0:
            return None
        data = self._old(entry.old_id)
        source = None if data is None else decoded(data)
        return None if source is None else source.text

    def _hunks(self, old: str | None, new: str | None, omitted: str, others: Sequence[Entry]) -> tuple[Hunk, ...]:
        if new is None and omitted != "deleted":
            return ()
        hunks = compare(old, new, self._effort)
        if not others:
            return hunks
        return in_all(hunks, [compare(self._old_text(each), new, self._effort) for each in others])


def differing(entries: Sequence[Sequence[Entry]]) -> Iterable[tuple[Entry, list[Entry]]]:
    """What differs from every parent: how it does from the first, then from each of the others."""
    first, *others = entries
    known = [{entry.path: entry for entry in each} for each in others]
    for entry in first:
        if all(entry.path in each for each in known):
            yield entry, [each[entry.path] for each in known]


def decoded(data: bytes) -> text.SourceText | None:
    """The text of a content; None if it is none."""
    try:
        return text.decode(data, "")
    except UsageError:
        return None


def _looked_at(entry: Entry, new: New | None) -> tuple[str, text.SourceText | None]:
    """Why the new content is not shown, and what it is. Neither: it cannot be read."""
    if new is None:
        return "deleted", None
    if entry.new_mode in (_LINK, _SUBMODULE):
        return {_LINK: "link", _SUBMODULE: "submodule"}[entry.new_mode], None
    if new.size > LARGE:
        return "large", None
    data = new.content()
    if data is None:
        return "", None
    source = decoded(data)
    return ("binary", None) if source is None else ("", source)
