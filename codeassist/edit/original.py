"""A file as it was read: its text for those who edit, its very bytes for what is written back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from codeassist.edit.change import FileEdit
from codeassist.text import SourceText


class Splice(NamedTuple):
    """Characters `start` to `end` (not with it) of the text become `text`, which has LF newlines."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Original:
    """A file of the working tree, or a place where one may be made.

    Attributes:
        path: POSIX, relative to the root.
        data: its bytes; None where there is no such file.
        source: the decoded text (LF newlines, no byte order mark); empty where there is no file.
    """

    path: str
    data: bytes | None
    source: SourceText

    @property
    def text(self) -> str:
        """The text with LF newlines, whose characters splices count."""
        return self.source.text

    def spliced(self, splices: Sequence[Splice]) -> FileEdit:
        """The file with stretches replaced; every other byte stays, mixed line endings too.

        A new line ends as its neighbours do. Splices do not overlap; their order is of no matter.

        Raises:
            UsageError: the file's encoding cannot hold a character of it.
        """
        raise NotImplementedError


def root_of(place: Path) -> Path:
    """The top of the git working tree around a place; where there is none, the place's folder, or the current one if
    the place is inside of it. Absolute, without links."""
    raise NotImplementedError


def read(root: Path, path: str, *, missing: bool = False) -> Original:
    """Read a file of the working tree; `missing`: it need not be there (its folder neither).

    Raises:
        UsageError: it leads out of the root (also by a link), into `.git`, is no regular file, binary or too big, or is
            not there.
    """
    raise NotImplementedError
