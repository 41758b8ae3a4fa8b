"""What the journal says of a change set: which files, what they were and became, by length and hash."""

from __future__ import annotations

import os
from typing import Literal
from urllib.parse import quote_from_bytes, unquote_to_bytes

import msgspec

Kind = Literal["edit", "undo"]


class Image(msgspec.Struct, frozen=True):
    """A file's content; the content itself is a file beside the manifest."""

    sha256: str
    bytes: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One file.

    Attributes:
        path: as the change set calls it, and `real`: after links; both quoted as in an URL, since names may be no text.
        before, after: None: there was or is none.
        mode: permission bits: those it has, or is made with.
        added, removed: lines.
    """

    path: str
    real: str
    before: Image | None
    after: Image | None
    mode: int
    added: int = 0
    removed: int = 0


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A change set.

    Attributes:
        number: counts up; the clock need not.
        kind: an edit, or the undoing of one, whose id is `of`.
        when: seconds since 1970.
        folders: those that are made for it (an edit), or go if they are empty (an undo).
    """

    schema: int = 1
    id: str
    number: int
    kind: Kind
    of: str = ""
    title: str
    when: float
    files: tuple[Record, ...]
    folders: tuple[str, ...] = ()

    @property
    def bytes(self) -> int:
        """How much its images take."""
        return sum(image.bytes for each in self.files for image in (each.before, each.after) if image)


def quoted(path: str) -> str:
    """A path as a manifest has it."""
    return quote_from_bytes(os.fsencode(path), safe="/ ()+,=@[]{}~")


def unquoted(path: str) -> str:
    """A path of a manifest as it is."""
    return os.fsdecode(unquote_to_bytes(path))
