"""The journal's folder: one folder for each change set, whole from the moment it has its name.

    3f2a9c01/manifest.json      what it is
    3f2a9c01/0.before 0.after   what the first of its files held, and what it was to hold
    3f2a9c01/pending            how far it got: the name of this empty file is changed

It is private: these are the files of a working tree. What a person should need from it can be copied as it is.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from codeassist.edit.journal.manifest import Image, Manifest
from codeassist.edit.journal.place import flush, flush_folder

Stage = Literal["pending", "swapped", "done", "broken"]
Images = Sequence[tuple[bytes | None, bytes | None]]
_ID = re.compile(r"[0-9a-f]{8}")
_STAGES: tuple[Stage, ...] = ("done", "swapped", "broken", "pending")
_LEFT = (".making-", ".gone-", ".merge-")
MERGING = ".merge-"


class DamagedError(Exception):
    """What the journal says of a change set cannot be read, or is not what was written."""


@dataclass(frozen=True)
class Store:
    """The folder. Who changes it holds the journal's lock."""

    folder: Path

    def ids(self) -> list[str]:
        """Which change sets there are."""
        return sorted(each.name for each in self.folder.iterdir() if _ID.fullmatch(each.name))

    def at(self, entry: str) -> Path:
        """The folder of a change set."""
        return self.folder / entry

    def free_id(self) -> str:
        """An id that none has."""
        while True:
            entry = os.urandom(4).hex()
            if not self.at(entry).exists():
                return entry

    def next_number(self) -> int:
        """One more than any has.

        Raises:
            OSError: one cannot be read.
        """
        numbers = [each.number for each in self.manifests()]
        return max(numbers, default=0) + 1

    def manifests(self) -> list[Manifest]:
        """All but those that are damaged.

        Raises:
            OSError: one cannot be read: it may be the very one that tells that another is undone.
        """
        found = []
        for each in self.ids():
            with suppress(DamagedError):
                found.append(self.manifest(each))
        return found

    def manifest(self, entry: str) -> Manifest:
        """What a change set is.

        Raises:
            DamagedError: it is not there, or not what was written.
            OSError: it cannot be read.
        """
        try:
            found = msgspec.json.decode((self.at(entry) / "manifest.json").read_bytes(), type=Manifest)
        except (FileNotFoundError, msgspec.MsgspecError) as error:
            raise DamagedError(f"edit {entry} of the journal is damaged: {self.at(entry)}") from error
        if found.id != entry:
            raise DamagedError(f"edit {entry} of the journal is damaged: {self.at(entry)}")
        return found

    def images(self, manifest: Manifest) -> list[tuple[bytes | None, bytes | None]]:
        """What its files held and were to hold.

        Raises:
            DamagedError: it cannot be read, or is not what was written.
        """
        return [
            (
                self._image(manifest, f"{number}.before", each.before),
                self._image(manifest, f"{number}.after", each.after),
            )
            for number, each in enumerate(manifest.files)
        ]

    def _image(self, manifest: Manifest, name: str, image: Image | None) -> bytes | None:
        if image is None:
            return None
        path = self.at(manifest.id) / name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise DamagedError(f"edit {manifest.id} of the journal cannot be read: {path}") from error
        if image_of(data) != image:
            raise DamagedError(f"edit {manifest.id} of the journal is damaged: {path}")
        return data

    def stage(self, entry: str) -> Stage:
        """How far it got. One of which nothing tells it is broken: it may be complete, and is not to be taken back.

        Raises:
            OSError: it cannot be looked at.
        """
        names = os.listdir(self.at(entry))  # noqa: PTH208  nothing but names is wanted
        return next((each for each in _STAGES if each in names), "broken")

    def make(self, manifest: Manifest, images: Images) -> None:
        """Enter a change set that is about to be written; on disk before this returns.

        Raises:
            OSError: it cannot be entered.
        """
        making = self.folder / f".making-{manifest.id}"
        making.mkdir(mode=0o700)
        try:
            for number, (before, after) in enumerate(images):
                for kind, data in (("before", before), ("after", after)):
                    if data is not None:
                        _write(making / f"{number}.{kind}", data)
            _write(making / "manifest.json", msgspec.json.format(msgspec.json.encode(manifest)))
            _write(making / "pending", b"")
            _flush_folder(making)
            making.rename(self.at(manifest.id))
            _flush_folder(self.folder)
        except BaseException:
            for each in (making, self.at(manifest.id)):
                shutil.rmtree(each, ignore_errors=True)
            raise

    def mark(self, entry: str, stage: Stage) -> None:
        """Say how far it got; on disk before this returns.

        Raises:
            OSError: it cannot be said: then it is as before.
        """
        folder, before = self.at(entry), self.stage(entry)
        (folder / before).rename(folder / stage)
        try:
            _flush_folder(folder)
        except OSError:
            (folder / stage).rename(folder / before)
            raise

    def keep(self, entry: str, number: int, data: bytes) -> Path:
        """Put something beside a change set's images that nobody else has.

        Raises:
            OSError: it cannot be written.
        """
        for count in range(1000):
            path = self.at(entry) / f"{number}.found-{count}"
            with suppress(FileExistsError):
                _write(path, data)
                _flush_folder(self.at(entry))
                return path
        raise OSError("there is no free name")

    def remove(self, entry: str) -> None:
        """Forget a change set, all of it at once.

        Raises:
            OSError: it cannot be removed.
        """
        gone = self.folder / f".gone-{entry}"
        self.at(entry).rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what processes left that were killed."""
        for each in self.folder.iterdir():
            if each.name.startswith(_LEFT):
                shutil.rmtree(each, ignore_errors=True)


def image_of(data: bytes) -> Image:
    """A content, in short."""
    return Image(hashlib.sha256(data).hexdigest(), len(data))


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        flush(descriptor)
    finally:
        os.close(descriptor)


def _flush_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        flush_folder(descriptor)
    finally:
        os.close(descriptor)
