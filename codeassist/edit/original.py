"""A file as it was read: its text for those who edit, its very bytes for what is written back."""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from codeassist.context.roots import git_root
from codeassist.edit.change import FileEdit
from codeassist.edit.endings import rejoined
from codeassist.errors import UsageError
from codeassist.terminal import one_line
from codeassist.text import MAX_FILE_BYTES, SourceText, decode

if TYPE_CHECKING:
    from typing_extensions import Self

_NOTHING = SourceText("", "utf-8", "\n", bom=False)


class Splice(NamedTuple):
    """Characters `start` to `end` (not with it) of the text become `text`, which has LF newlines."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Original:
    """A file of the working tree, or a place where one may be made.

    Attributes:
        path: POSIX, relative to the root; of the file itself, where a link leads to it.
        data: its bytes; None where there is no such file.
        source: the decoded text (LF newlines, no byte order mark); empty where there is no file.
    """

    path: str
    data: bytes | None
    source: SourceText

    @classmethod
    def of_text(cls, path: str, content: str) -> Self:
        """A file as an editor has it; its bytes are UTF-8.

        Raises:
            UsageError: the text has halves of characters, or is binary.
        """
        try:
            data = content.encode("utf-8")
        except UnicodeEncodeError as error:
            raise UsageError(f"{path} holds halves of characters", "save it in an encoding of its own") from error
        return cls(path, data, decode(data, path))

    @property
    def text(self) -> str:
        """The text with LF newlines, whose characters splices count."""
        return self.source.text

    def spliced(self, splices: Sequence[Splice]) -> FileEdit:
        """The file with stretches replaced; every other byte stays, mixed line endings too.

        A new line ends as its neighbours do. Splices do not overlap; their order is of no matter, but for those that
        enter something at the same place.

        Raises:
            UsageError: the file's encoding cannot hold a character of it.
        """
        ordered = sorted((_plain(each) for each in splices), key=lambda each: (each.start, each.end))
        apart = all(one.end <= other.start for one, other in itertools.pairwise(ordered))
        if not apart or any(not 0 <= each.start <= each.end <= len(self.text) for each in ordered):
            raise ValueError("splices overlap, or are not inside the text")
        changing = [each for each in ordered if self.text[each.start : each.end] != each.text]
        if not changing:
            return FileEdit(self.path, self.data, self.data)
        return FileEdit(self.path, self.data, self._encoded(rejoined(self._raw(), self.source, changing)))

    def _raw(self) -> str:
        """The characters with their own line endings, without the byte order mark."""
        mark = len(self._mark())
        return (self.data or b"")[mark:].decode(self.source.encoding)

    def _mark(self) -> bytes:
        return "\ufeff".encode(self.source.encoding) if self.source.bom else b""

    def _encoded(self, raw: str) -> bytes:
        encoding = self.source.encoding
        try:
            data = self._mark() + raw.encode(encoding)
        except UnicodeEncodeError as error:
            character = raw[error.start]
            raise UsageError(
                f"{self.path} is {encoding}, which has no {character!r} (U+{ord(character):04X})",
                "convert the file to UTF-8 first, or ask for an edit without that character",
            ) from error
        again = decode(data, self.path)
        if not raw.isascii() and (again.encoding, again.bom) != (encoding, self.source.bom):
            raise UsageError(
                f"{self.path} is {encoding}, and would be read as something else after the edit",
                "convert the file to UTF-8 first",
            )
        return data


def _plain(splice: Splice) -> Splice:
    return splice._replace(text=splice.text.replace("\r\n", "\n").replace("\r", "\n"))


def root_of(place: Path) -> Path:
    """The top of the git working tree around a place; where there is none, the place's folder, or the current one if
    the place is inside of it. Absolute, without links.

    A link that leads out of a tree is of that tree: what is there is outside of it.
    """
    found, place, named = git_root(place), Path(os.path.realpath(place)), _tree_by_name(place)
    if named is not None and not place.is_relative_to(named):
        return named
    if found is not None:
        return found.path
    folder, here = place if place.is_dir() else place.parent, Path(os.path.realpath(Path.cwd()))
    return here if folder.is_relative_to(here) else folder


def _tree_by_name(place: Path) -> Path | None:
    """The working tree that a place is in by its name, links in it not followed."""
    for folder in Path(os.path.abspath(place)).parents:  # noqa: PTH100  without `..`, and without following links
        found = git_root(folder)
        if found is not None and found.path == Path(os.path.realpath(folder)):
            return found.path
    return None


def read(root: Path, path: str, *, missing: bool = False) -> Original:
    """Read a file of the working tree, named from its top or absolute.

    `missing`: it need not be there (its folder neither).

    Raises:
        UsageError: it leads out of the root (also by a link), into `.git`, is no regular file, binary or too big, or is
            not there.
    """
    shown = one_line(path, 300)
    inside = _inside(root, path, shown)
    try:
        data = _content(root / inside)
    except FileNotFoundError:
        if missing:
            return Original(inside, None, _NOTHING)
        raise UsageError(f"{shown} does not exist", "check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot read {shown}: {reason}", "check the path and its permissions") from error
    if data is None:
        raise UsageError(f"{shown} is not a regular file", "give a text file")
    if len(data) > MAX_FILE_BYTES:
        raise UsageError(f"{shown} is over {MAX_FILE_BYTES // 2**20} MiB", "give a smaller file")
    return Original(inside, data, decode(data, shown))


def _inside(root: Path, path: str, shown: str) -> str:
    """Where a path leads to, relative to the root."""
    top = os.path.realpath(root)
    try:
        real = Path(os.path.realpath(Path(top, path)))
    except (OSError, ValueError) as error:
        raise UsageError(f"{shown} is not a path", "check the path") from error
    if not real.is_relative_to(top):
        raise UsageError(f"{shown} is outside of {one_line(top, 300)}", "only files of the working tree are edited")
    inside = real.relative_to(top)
    if any(part.lower() == ".git" for part in inside.parts):
        raise UsageError(f"{shown} is git's own", "only files of the working tree are edited")
    return inside.as_posix()


def _content(path: Path) -> bytes | None:
    """A file's bytes, at most one more than may be read; None if it is no regular file. Nothing is waited for."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with contextlib.ExitStack() as closing:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            closing.callback(os.close, handle)
            return None
        return closing.enter_context(os.fdopen(handle, "rb")).read(MAX_FILE_BYTES + 1)
