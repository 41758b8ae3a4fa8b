"""Installs hooks beside those that are there, and takes them away again."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from codeassist.errors import MissingError, UsageError
from codeassist.hooks.place import HooksPlace
from codeassist.hooks.script import BEFORE, NAMES, is_ours, needs_its_name, script, was_ours

_MOST_BYTES = 1024 * 1024  # of a hook that is looked at; a program may be larger, and then is none of ours


class Installed(NamedTuple):
    """A hook: its file, and whether another one runs before it."""

    path: Path
    chained: bool


class Removed(NamedTuple):
    """A hook that is gone: its file, and whether what was there before is there again."""

    path: Path
    restored: bool


def install(place: HooksPlace, names: Sequence[str], python: str, *, force: bool = False) -> list[Installed]:
    """Write these hooks where git looks for them. What is there is kept and runs first; a second time changes nothing.

    Raises:
        UsageError: git looks outside of the repository (`force` allows it), or what is there cannot be chained.
        MissingError: nothing can be written there.
    """
    if not (place.inside or force):
        raise UsageError(
            f"core.hooksPath is {place.directory}, outside of this repository: hooks there are those of every "
            "repository that uses it",
            "add --force to install there, or first: git config --local core.hooksPath .git/hooks",
        )
    for name in names:
        _refuse(place.directory / name)
    with _writing(place.directory):
        place.directory.mkdir(parents=True, exist_ok=True)
        return [_install(place.directory / name, script(name, python)) for name in names]


def uninstall(place: HooksPlace) -> list[Removed]:
    """Take away the hooks that were installed, and put back what was there before: its bytes, its mode, its link.

    Raises:
        UsageError: one of them was changed since; nothing is taken away.
        MissingError: nothing can be written there.
    """
    for name in NAMES:
        path = place.directory / name
        content = _content(path)
        if not is_ours(content) and was_ours(content):
            raise UsageError(f"{path} was changed after it was installed", "take out the lines of codeassist by hand")
        if os.path.lexists(_before(path)) and os.path.lexists(path) and not is_ours(content):
            raise UsageError(
                f"{path} was replaced after it was installed", f"choose between it and {_before(path).name} by hand"
            )
    with _writing(place.directory):
        return [removed for name in NAMES if (removed := _uninstall(place.directory / name))]


def _refuse(path: Path) -> None:
    """Raise what speaks against a hook here."""
    content = _content(path)
    if is_ours(content) or not os.path.lexists(path):
        return
    if was_ours(content):
        raise UsageError(f"{path} was changed after it was installed", "take out the lines of codeassist by hand")
    if path.is_dir():
        raise UsageError(f"{path} is a directory", "move it away")
    if needs_its_name(_content(path, linked=True)):
        raise UsageError(
            f"{path} finds its work by its own name, and would do nothing under another",
            f"add a line to the hooks that it runs (husky: .husky/{path.name}): codeassist hook run {path.name}",
        )
    if os.path.lexists(_before(path)):
        raise UsageError(f"{_before(path)} is there already", f"move it away: {path.name} is to be kept by that name")


def _install(path: Path, content: bytes) -> Installed:
    there = os.path.lexists(path)
    if there and not is_ours(_content(path)):
        path.rename(_before(path))
    try:
        _write(path, content)
    except BaseException:
        if there and not os.path.lexists(path):
            _before(path).rename(path)
        raise
    return Installed(path, os.path.lexists(_before(path)))


def _uninstall(path: Path) -> Removed | None:
    before = _before(path)
    if os.path.lexists(before):
        before.replace(path)
        return Removed(path, restored=True)
    if not is_ours(_content(path)):
        return None
    path.unlink()
    return Removed(path, restored=False)


def _write(path: Path, content: bytes) -> None:
    """Write a program as a whole or not at all."""
    if _content(path) == content and os.access(path, os.X_OK):
        return
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        temporary.chmod(0o777 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _before(path: Path) -> Path:
    return path.with_name(path.name + BEFORE)


def _content(path: Path, *, linked: bool = False) -> bytes:
    """The beginning of a regular file that is no link, or if `linked` of one that it leads to; else nothing."""
    with contextlib.suppress(OSError):
        if stat.S_ISREG(path.stat(follow_symlinks=linked).st_mode):
            with path.open("rb") as file:
                return file.read(_MOST_BYTES)
    return b""


@contextlib.contextmanager
def _writing(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MissingError(f"cannot write in {directory}: {error.strerror}", "check its permissions") from error
