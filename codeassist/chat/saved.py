"""Conversations kept between runs: one file of JSON lines each, readable by this user only.

The first line says where and when, each further one holds a question and its answer. Code that was shown for a
question is not kept: it is looked up anew.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from codeassist.errors import MissingError, UsageError
from codeassist.paths import private_directory

MOST = 100  # older ones are deleted
_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{4}")
_START = re.compile(r"[0-9a-f-]{1,20}")


class Exchange(msgspec.Struct, frozen=True):
    """A question and its answer, as the person saw it."""

    question: str
    answer: str


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The first line: `root` is the repository, or the directory outside of one; `files` were added by name."""

    schema: int = 1
    id: str
    root: str
    begun: str  # ISO 8601, UTC
    files: tuple[str, ...] = ()


class Saved(msgspec.Struct, frozen=True):
    """A conversation."""

    head: Head
    exchanges: list[Exchange]


def new_head(root: Path) -> Head:
    """Of a conversation that begins now."""
    now = datetime.datetime.now(tz=datetime.timezone.utc)
    return Head(id=f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}", root=str(root), begun=now.isoformat("T", "seconds"))


class ChatStore:
    """The conversations of one user."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def save(self, head: Head, exchanges: Sequence[Exchange]) -> None:
        """Write a conversation wholly or not at all; the oldest ones beyond `MOST` go.

        Raises:
            MissingError: it cannot be written.
        """
        directory = private_directory(self._directory)
        data = b"".join(msgspec.json.encode(each) + b"\n" for each in (_clean(head), *map(_clean, exchanges)))
        temporary = directory / f".{head.id}.{secrets.token_hex(4)}"
        try:
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(directory / f"{head.id}.jsonl")
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise MissingError(f"cannot save the chat: {error.strerror}", f"make room in {directory}") from error
        for old in self._files()[MOST:]:
            old.unlink(missing_ok=True)

    def of(self, root: Path) -> Iterator[Saved]:
        """The conversations about one repository, the latest first."""
        for file in self._files():
            saved = _read(file)
            if saved is not None and saved.head.root == str(root):
                yield saved

    def find(self, start: str) -> Saved:
        """The conversation whose id begins so.

        Raises:
            UsageError: none or several do.
        """
        found = [each for each in self._files() if _START.fullmatch(start) and each.stem.startswith(start)]
        saved = _read(found[0]) if len(found) == 1 else None
        if saved is None:
            what = f"{len(found)} chats begin with {start!r}" if len(found) > 1 else f"there is no chat {start!r}"
            raise UsageError(what, "codeassist chat --list shows those of this repository")
        return saved

    def _files(self) -> list[Path]:
        """All of them, the latest first."""
        dated: list[tuple[float, Path]] = []
        for each in self._directory.glob("*.jsonl"):
            with contextlib.suppress(OSError):  # deleted meanwhile
                if _ID.fullmatch(each.stem):
                    dated.append((each.lstat().st_mtime, each))
        return [each for _, each in sorted(dated, reverse=True)]


def _clean(value: Head | Exchange) -> object:
    """The values with what is not Unicode replaced."""
    return {
        name: each.encode("utf-8", "replace").decode() if isinstance(each, str) else each
        for name, each in msgspec.structs.asdict(value).items()
    }


def _read(file: Path) -> Saved | None:
    """A conversation; None if the file is gone, damaged or of a later version."""
    try:
        head, *rest = file.read_bytes().splitlines()
        return Saved(msgspec.json.decode(head, type=Head), [msgspec.json.decode(line, type=Exchange) for line in rest])
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
