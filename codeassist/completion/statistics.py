"""What became of suggestions: counts, kept on this machine, never any text."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path

import filelock
import msgspec

_LOCK_SECONDS = 2.0


class Counts(msgspec.Struct, kw_only=True):
    """Of one language.

    Attributes:
        shown: suggestions that reached an editor; one that is typed through counts once.
        accepted, partly_accepted: taken whole, or a word or line of it.
        typed: not taken, but begun to be typed by hand.
        rejected: none of these.
        accepted_characters: that need not be typed.
    """

    shown: int = 0
    accepted: int = 0
    partly_accepted: int = 0
    typed: int = 0
    rejected: int = 0
    accepted_characters: int = 0

    def add(self, other: Counts) -> None:
        """Add another's counts."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Statistics(msgspec.Struct, kw_only=True):
    """The file's content. `since` is the day of the first count, "" before it."""

    schema: int = 1
    since: str = ""
    languages: dict[str, Counts] = {}

    def total(self) -> Counts:
        """Of all languages."""
        total = Counts()
        for counts in self.languages.values():
            total.add(counts)
        return total


def statistics_file(state: Path) -> Path:
    """Where they are kept."""
    return state / "statistics.json"


def load(file: Path) -> Statistics:
    """What is counted so far; nothing, if the file is missing or damaged."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Statistics)
    except (OSError, msgspec.MsgspecError):
        return Statistics()


def add(file: Path, counts: Mapping[str, Counts]) -> bool:
    """Add counts by language, whole or not at all; False if they could not be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(file.with_suffix(".lock"), timeout=_LOCK_SECONDS):
            known = load(file)
            known.since = known.since or time.strftime("%Y-%m-%d")
            for language, more in counts.items():
                known.languages.setdefault(language, Counts()).add(more)
            temporary = file.with_suffix(".new")
            temporary.write_bytes(msgspec.json.encode(known))
            temporary.chmod(0o600)
            temporary.replace(file)
    except (OSError, filelock.Timeout):
        with contextlib.suppress(OSError):
            file.with_suffix(".new").unlink(missing_ok=True)
        return False
    return True
