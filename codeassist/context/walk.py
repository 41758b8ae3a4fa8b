"""The files of a working tree, with why some of them are left out. None is opened here."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from codeassist import git
from codeassist.context import exclusion
from codeassist.context.ignorefiles import IgnoreFiles

OWN_RULES, GIT_RULES = ".codeassistignore", ".gitignore"
_SIGNED = (1 << 63) - 1  # what the database holds; some file systems number their files beyond


class Entry(NamedTuple):
    """A regular file. `path` is POSIX, relative to the root; `reason` says why it is left out, "" if it is not."""

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    reason: str = ""


def walk(root: Path, below: Sequence[str] = ()) -> list[Entry]:
    """The regular files of a tree by path, or those that `below` names, as files or as directories.

    What git ignores is not among them. Links are left out, also directories that are links; submodules and other
    repositories in the tree are not entered.
    """
    paths = git.listed(root, below) if (root / ".git").exists() else None
    if paths is None:
        paths = [each for each in _scanned(root) if not below or _is_below(each, below)]
    return look(root, paths)


def look(root: Path, paths: Iterable[str]) -> list[Entry]:
    """Those of some paths that are regular files, in order."""
    return sorted(_entries(root, paths, IgnoreFiles(root, OWN_RULES)))


def stat_entry(path: str, found: os.stat_result, reason: str = "") -> Entry:
    """An entry of what `stat` says of it."""
    return Entry(path, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino & _SIGNED, reason)


def _entries(root: Path, paths: Iterable[str], rules: IgnoreFiles) -> Iterator[Entry]:
    base = os.fspath(root)
    folders: dict[str, bool] = {"": True}
    for path in paths:
        if path.endswith("/") or not _real_folder(base, path.rpartition("/")[0], folders):
            continue
        try:
            found = os.lstat(f"{base}/{path}")
        except OSError:  # tracked and gone
            continue
        if stat.S_ISREG(found.st_mode):
            yield stat_entry(path, found, _reason(path, found.st_size, rules))


def _real_folder(base: str, folder: str, known: dict[str, bool]) -> bool:
    """Whether a directory and all above it are none of them links: git lists what was below one before it was one."""
    pending = []
    while folder not in known:
        pending.append(folder)
        folder = folder.rpartition("/")[0]
    real = known[folder]
    for each in reversed(pending):
        real = known[each] = real and _is_folder(f"{base}/{each}")
    return real


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _reason(path: str, size: int, rules: IgnoreFiles) -> str:
    reason = exclusion.of_name(path)
    if reason == exclusion.SECRET:
        return reason
    verdict = rules.verdict(path)
    if verdict:
        return exclusion.IGNORED
    return (reason if verdict is None else "") or (exclusion.LARGE if size > exclusion.MAX_BYTES else "")


def _scanned(root: Path) -> Iterator[str]:
    """The files of a plain directory that no .gitignore in it hides."""
    rules = IgnoreFiles(root, GIT_RULES)
    nested = not (root / ".git").exists()  # a plain directory may hold repositories; a repository has submodules
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(root / folder) as scan:
                found = [(each.name, each.is_dir(follow_symlinks=False), each.is_symlink()) for each in scan]
        except OSError:  # not ours to read, or gone
            continue
        if folder and not nested and any(name == ".git" for name, *_rest in found):
            continue
        for name, is_folder, is_link in found:
            path = f"{folder}/{name}" if folder else name
            if is_link or name == ".git" or rules.verdict(path, folder=is_folder):
                continue
            if is_folder:
                pending.append(path)
            else:
                yield path


def _is_below(path: str, tops: Sequence[str]) -> bool:
    return any(path == top or path.startswith(f"{top}/") for top in tops)
