"""Files of gitignore syntax in the directories of a tree: what they say of a path."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_MAX_BYTES = 256 * 1024


class IgnoreFiles:
    """Answers for one tree, by the files of some names in it: the deepest file that speaks of a path decides.

    A path below an ignored directory is ignored whatever else is said, as for git.
    """

    def __init__(self, root: Path, *names: str) -> None:
        self._root = os.fspath(root)
        self._names = names
        self._folders: dict[str, bool | None] = {"": None}
        self._rules: dict[str, list[tuple[str, GitIgnoreSpec]]] = {}
        self._rules[""] = self._own("")

    def verdict(self, path: str, *, folder: bool = False) -> bool | None:
        """True: ignored; False: wanted by a line that begins with "!"; None: nothing is said."""
        parent = path.rpartition("/")[0]
        if not self._of(parent):
            return None
        above = self._folder(parent)
        if above:
            return True
        said = self._said(f"{path}/" if folder else path, parent)
        return above if said is None else said

    def _folder(self, path: str) -> bool | None:
        """What is said of a directory, found from the root down: a path may be deeper than Python's stack."""
        pending = []
        while path not in self._folders:
            pending.append(path)
            path = path.rpartition("/")[0]
        found = self._folders[path]
        for each in reversed(pending):
            found = self._folders[each] = self.verdict(each, folder=True)
        return found

    def _said(self, path: str, parent: str) -> bool | None:
        for folder, spec in self._of(parent):
            found = spec.check_file(path[len(folder) + 1 :] if folder else path).include
            if found is not None:
                return found
        return None

    def _of(self, folder: str) -> list[tuple[str, GitIgnoreSpec]]:
        """The rules for what is in a directory, the deepest first, with the directory that each is of."""
        pending = []
        while folder not in self._rules:
            pending.append(folder)
            folder = folder.rpartition("/")[0]
        found = self._rules[folder]
        for each in reversed(pending):
            found = self._rules[each] = self._own(each) + found
        return found

    def _own(self, folder: str) -> list[tuple[str, GitIgnoreSpec]]:
        """Those of a directory's own files, the last name first."""
        specs = (_read(f"{self._root}/{folder}/{name}") for name in reversed(self._names))
        return [(folder, spec) for spec in specs if spec is not None]


def _read(path: str) -> GitIgnoreSpec | None:
    """The rules of a file; None if there is none. A line that is no pattern is left out."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):  # git reads no links either
            return None
        with open(path, "rb") as file:  # noqa: PTH123  once for each directory of a tree
            lines = file.read(_MAX_BYTES).decode("utf-8", "surrogateescape").splitlines()
    except (OSError, ValueError):
        return None
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return GitIgnoreSpec.from_lines([line for line in lines if _valid(line)])


def _valid(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
