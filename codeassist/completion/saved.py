"""Anchors between commands: `complete --session NAME` keeps where a prompt was anchored, and no text of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from codeassist.completion.anchor import Anchor
from codeassist.paths import private_directory

_KEPT = 64  # sessions


class Saved(msgspec.Struct, frozen=True):
    """Where an anchor was and where the cursor was when it was set, in characters; the digest of what it froze."""

    start: int
    head: int
    after: int
    digest: str
    cursor: int


def load(directory: Path, name: str, before: str, after: str) -> Saved | None:
    """The anchor of a session, if the text that it froze is still there."""
    try:
        saved = msgspec.json.decode(_file(directory, name).read_bytes(), type=Saved)
    except (OSError, msgspec.MsgspecError):
        return None
    same = _digest(before[saved.start : saved.start + saved.head], after[: saved.after]) == saved.digest
    return saved if same and saved.start + saved.head <= len(before) else None


def save(directory: Path, name: str, anchor: Anchor, cursor: int) -> None:
    """Keep where a session's anchor is; the oldest sessions are forgotten."""
    folder = private_directory(directory)
    saved = Saved(anchor.start, len(anchor.head), len(anchor.after), _digest(anchor.head, anchor.after), cursor)
    file = _file(directory, name)
    temporary = file.with_suffix(".new")
    temporary.write_bytes(msgspec.json.encode(saved))
    temporary.replace(file)
    files = sorted(folder.glob("*.json"), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in files[_KEPT:]:
        old.unlink(missing_ok=True)


def _file(directory: Path, name: str) -> Path:
    return directory / f"{hashlib.blake2b(name.encode('utf-8', 'surrogateescape'), digest_size=8).hexdigest()}.json"


def _digest(head: str, after: str) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for text in (head, after):
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()
