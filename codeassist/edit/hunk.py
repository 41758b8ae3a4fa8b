"""What differs in a file, in pieces that can be taken one by one; exact to the byte."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.review.hunks import Effort, compare

CONTEXT = 3  # lines around what differs, as in git
# Longest first: UTF-32's begins with that of UTF-16.
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Stretch(NamedTuple):
    """Lines `old` to `old_end` of a hunk's old ones became lines `new` to `new_end` of its new ones; from 0."""

    old: int
    old_end: int
    new: int
    new_end: int


@dataclass(frozen=True)
class Hunk:
    """Changes that stand near each other, with the lines around them.

    Attributes:
        path: as in the file's edit.
        start, new_start: where the old and the new lines begin in the file, from 0.
        old, new: the lines as they are on disk, with their ends.
        stretches: what differs; what lies between is the same in both.
    """

    path: str
    start: int
    new_start: int
    old: tuple[bytes, ...]
    new: tuple[bytes, ...]
    stretches: tuple[Stretch, ...]

    @property
    def added(self) -> int:
        """How many lines come."""
        return sum(each.new_end - each.new for each in self.stretches)

    @property
    def removed(self) -> int:
        """How many lines go."""
        return sum(each.old_end - each.old for each in self.stretches)

    def rewritten(self, new: Sequence[bytes]) -> Hunk:
        """The same place with other new lines."""
        return replace(self, new=tuple(new), stretches=tuple(_compared(self.old, new, Effort())))


def counts(parts: Sequence[Hunk]) -> tuple[int, int]:
    """How many lines come with hunks, and how many go."""
    return sum(each.added for each in parts), sum(each.removed for each in parts)


def hunks(change: ChangeSet) -> list[tuple[Hunk, ...]]:
    """The hunks of each file, in the order of its lines. A file that comes or goes, also an empty one, has just one."""
    effort = Effort()
    return [tuple(_hunks(each, effort)) for each in change.files]


def with_hunks(change: ChangeSet, chosen: Iterable[Hunk]) -> ChangeSet:
    """A change set of some of the hunks only, which may be rewritten; files without any are left out of it."""
    by_path: dict[str, list[Hunk]] = {}
    for hunk in chosen:
        by_path.setdefault(hunk.path, []).append(hunk)
    files = (replace(each, after=_after(each, by_path[each.path])) for each in change.files if each.path in by_path)
    return replace(change, files=tuple(each for each in files if each.after != each.before))


def _after(edit: FileEdit, chosen: Sequence[Hunk]) -> bytes | None:
    old = _lines(edit.before or b"")
    new: list[bytes] = []
    at = 0
    for hunk in sorted(chosen, key=lambda each: each.start):
        new += [*old[at : hunk.start], *hunk.new]
        at = hunk.start + len(hunk.old)
    data = b"".join([*new, *old[at:]])
    return None if edit.after is None and not data else data


def _hunks(edit: FileEdit, effort: Effort) -> Iterator[Hunk]:
    old, new = _lines(edit.before or b""), _lines(edit.after or b"")
    if edit.before is None or edit.after is None:
        whole = (Stretch(0, len(old), 0, len(new)),) if old or new else ()
        yield Hunk(edit.path, 0, 0, tuple(old), tuple(new), whole)
        return
    group: list[Stretch] = []
    for each in _compared(old, new, effort):
        if group and each.old - group[-1].old_end > 2 * CONTEXT:
            yield _hunk(edit.path, old, new, group)
            group = []
        group.append(each)
    if group:
        yield _hunk(edit.path, old, new, group)


def _hunk(path: str, old: Sequence[bytes], new: Sequence[bytes], group: Sequence[Stretch]) -> Hunk:
    above = min(CONTEXT, group[0].old)
    below = min(CONTEXT, len(old) - group[-1].old_end)
    start, new_start = group[0].old - above, group[0].new - above
    return Hunk(
        path,
        start,
        new_start,
        tuple(old[start : group[-1].old_end + below]),
        tuple(new[new_start : group[-1].new_end + below]),
        tuple(
            Stretch(one.old - start, one.old_end - start, one.new - new_start, one.new_end - new_start) for one in group
        ),
    )


def _compared(old: Sequence[bytes], new: Sequence[bytes], effort: Effort) -> list[Stretch]:
    """What differs between lines. They are compared by number: one without an end is another than one with it."""
    numbers: dict[bytes, int] = {}

    def numbered(lines: Sequence[bytes]) -> str:
        return "".join(f"{numbers.setdefault(line, len(numbers))}\n" for line in lines)

    return [
        Stretch(
            each.old_start - 1,
            each.old_start - 1 + each.old_count,
            each.new_start - 1,
            each.new_start - 1 + each.new_count,
        )
        for each in compare(numbered(old), numbered(new), effort)
    ]


def _lines(data: bytes) -> list[bytes]:
    """The lines of a file, each with its end. In UTF-16 and UTF-32 a line ends after its newline's last byte."""
    for mark, encoding in _WIDE:
        if data.startswith(mark):
            wide = _wide_lines(data, encoding)
            if wide is not None:
                return wide
    lines = data.split(b"\n")
    ended = [line + b"\n" for line in lines[:-1]]
    return [*ended, lines[-1]] if lines[-1] else ended


def _wide_lines(data: bytes, encoding: str) -> list[bytes] | None:
    try:
        lines = data.decode(encoding).split("\n")
        found = [*(f"{line}\n".encode(encoding) for line in lines[:-1]), lines[-1].encode(encoding)]
    except UnicodeError:
        return None
    found = [line for line in found if line]
    return found if b"".join(found) == data else None
