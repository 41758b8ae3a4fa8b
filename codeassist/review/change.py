"""What is reviewed: the files that a change adds, alters and removes, with both texts and the lines that differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from codeassist.context.languages import Language, language_for, parse_within

if TYPE_CHECKING:
    import tree_sitter

Status = Literal["added", "modified", "deleted", "renamed", "copied", "typechange"]
Kind = Literal["staged", "working", "range", "paths"]
_MOST_PARSED, _SECONDS = 1_000_000, 1.0  # characters of a text that is parsed; of the processor


class Hunk(NamedTuple):
    """Lines `old_start` … of the old text became lines `new_start` … of the new one; 1-based, counts may be 0.

    With a count of 0 the start is the line *before* which something came or went (1 to the number of lines + 1).
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int


@dataclass(frozen=True)
class FileChange:
    """One file of a change.

    Attributes:
        path: POSIX, relative to the top of the working tree; undecodable bytes are surrogates. The old one if deleted.
        old_path: its path before; "" if it is new.
        mode: git's, such as "100644", "100755", "120000" (link), "160000" (submodule); "" if deleted.
        size: bytes of the new content; 0 if deleted or a submodule.
        old, new: the texts with LF newlines; None where there is none or it is no text that is shown (see `omitted`).
        omitted: why `new` is None: "deleted", "binary", "large", "submodule", "link"; "" if it is not.
        hunks: what differs, in the order of the new text. In a merge: what differs from every parent.
        newline: the new text's most frequent newline.
    """

    path: str
    old_path: str
    status: Status
    mode: str = "100644"
    size: int = 0
    old: str | None = None
    new: str | None = None
    omitted: str = ""
    hunks: tuple[Hunk, ...] = ()
    newline: str = "\n"

    @property
    def language(self) -> Language | None:
        """The language that the path's extension names."""
        return language_for(self.path)

    @cached_property
    def lines(self) -> list[str]:
        """The new text's lines without their ends; line 1 is `lines[0]`."""
        return [] if self.new is None else self.new.removesuffix("\n").split("\n")

    @cached_property
    def old_lines(self) -> list[str]:
        """The same of the old text."""
        return [] if self.old is None else self.old.removesuffix("\n").split("\n")

    @cached_property
    def touched(self) -> frozenset[int]:
        """The lines of the new text (1-based) that are new or altered."""
        return frozenset(line for hunk in self.hunks for line in range(hunk.new_start, hunk.new_start + hunk.new_count))

    @cached_property
    def tree(self) -> tree_sitter.Tree | None:
        """The new text's syntax tree; None if there is no text or language, or it takes too long."""
        return _parsed(self.language, self.new)

    @cached_property
    def old_tree(self) -> tree_sitter.Tree | None:
        """The same of the old text."""
        return _parsed(language_for(self.old_path), self.old)

    def line(self, number: int) -> str:
        """A line of the new text; "" if there is no such line."""
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else ""


def _parsed(language: Language | None, text: str | None) -> tree_sitter.Tree | None:
    if language is None or text is None or len(text) > _MOST_PARSED:
        return None
    return parse_within(language, text, _SECONDS)


def _nothing(_path: str) -> str | None:
    return None


@dataclass(frozen=True)
class Snapshot:
    """A change as a whole.

    Attributes:
        root: the top of the working tree, or of what was given where there is no repository.
        title: what it is, for people: "what is staged", "main..topic", …
        read: the text of any file in the state that is reviewed (the index for what is staged), by its path as above;
            None if there is no such file, or it is no text. Links are not followed.
        skipped: files that were looked at but not read (path, reason), besides those that `omitted` tells of.
    """

    root: Path
    kind: Kind
    title: str
    files: tuple[FileChange, ...]
    read: Callable[[str], str | None] = field(default=_nothing, compare=False)
    skipped: tuple[tuple[str, str], ...] = ()
