"""What an edit does to files: their bytes before and after, all of them or none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

NEW_MODE = 0o644


@dataclass(frozen=True)
class FileEdit:
    """One file of a change set.

    Attributes:
        path: POSIX, relative to the root; bytes that are no text are surrogates. A link inside the root is followed:
            the file that it leads to is what is written, the link stays.
        before: what the file held when it was read; None: there was none.
        after: what it is to hold; None: it goes.
        mode: permission bits of a file that is made; one that exists keeps its own.
    """

    path: str
    before: bytes | None
    after: bytes | None
    mode: int = NEW_MODE


@dataclass(frozen=True)
class ChangeSet:
    """Files that change together.

    Attributes:
        root: the top of the working tree, absolute, without links.
        title: what it is for, in one line: the instruction, or what a preset does.
        files: each path once; none whose `after` is its `before`.
    """

    root: Path
    title: str
    files: tuple[FileEdit, ...]
