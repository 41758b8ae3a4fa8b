"""What a source of a model's bytes can do, and the source that is a file of the user's own."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from codeassist.errors import DownloadError
from codeassist.models.files import CHUNK


class StalePartialError(DownloadError):
    """What is on disk cannot be continued by this source: begin again."""


@dataclass(frozen=True)
class Expected:
    """The file that must come out. `sha256` "" and `bytes` 0 mean not known."""

    sha256: str
    bytes: int


class Source(Protocol):
    """Somewhere a model's bytes come from. Every source of a model gives the same bytes."""

    @property
    def label(self) -> str:
        """For people: where the bytes come from."""

    @property
    def scratch_bytes(self) -> int:
        """Disk space that is needed for a while, besides the file itself."""

    def stated(self) -> Expected:
        """What the source itself says of the file.

        Raises:
            DownloadError: it cannot be asked.
        """

    def read(self, offset: int, total: int, /) -> Generator[bytes, None, None]:
        """The bytes from `offset` on, of a file of `total` bytes (0: not known).

        Raises:
            DownloadError: the source failed; the hint says whether trying again is of use.
            StalePartialError: the source has nothing at `offset`.
        """


@dataclass(frozen=True)
class FileSource:
    """A file the user names: `model pull ID --from FILE`."""

    path: Path
    scratch_bytes: int = 0

    @property
    def label(self) -> str:
        """The path."""
        return str(self.path)

    def stated(self) -> Expected:
        """A file states its size alone."""
        try:
            return Expected("", self.path.stat().st_size)
        except OSError as error:
            raise self._failed(error) from error

    def read(self, offset: int, _total: int, /) -> Generator[bytes, None, None]:
        """The bytes from `offset` on; the caller checks how many."""
        if not self.path.is_file():  # opening a FIFO would wait for a writer
            raise DownloadError(f"{self.path} is not a file", "give the path of a GGUF file")
        try:
            file = self.path.open("rb")
        except OSError as error:
            raise self._failed(error) from error
        with file:
            while True:
                try:
                    file.seek(offset)
                    chunk = file.read(CHUNK)
                except OSError as error:
                    raise self._failed(error) from error
                if not chunk:
                    return
                offset += len(chunk)
                yield chunk

    def _failed(self, error: OSError) -> DownloadError:
        return DownloadError(f"cannot read {self.path}: {error.strerror}", "give a file that you can read")
