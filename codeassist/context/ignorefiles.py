"""Files of gitignore syntax in the directories of a tree: what they say of a path."""

from __future__ import annotations

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
        self._root = root
        self._names = names
        self._specs: dict[str, list[GitIgnoreSpec]] = {}
        self._folders: dict[str, bool | None] = {"": None}

    def verdict(self, path: str, *, folder: bool = False) -> bool | None:
        """True: ignored; False: wanted by a line that begins with "!"; None: nothing is said."""
        parent = path.rpartition("/")[0]
        above = self._folder(parent)
        if above:
            return True
        said = self._said(f"{path}/" if folder else path, parent)
        return above if said is None else said

    def _folder(self, path: str) -> bool | None:
        steps = path
        pending = []
        while steps not in self._folders:
            pending.append(steps)
            steps = steps.rpartition("/")[0]
        for each in reversed(pending):
            self._folders[each] = self.verdict(each, folder=True)
        return self._folders[path]

    def _said(self, path: str, parent: str) -> bool | None:
        while True:
            for spec in self._of(parent):
                found = spec.check_file(path[len(parent) + 1 :] if parent else path).include
                if found is not None:
                    return found
            if not parent:
                return None
            parent = parent.rpartition("/")[0]

    def _of(self, folder: str) -> list[GitIgnoreSpec]:
        """The rules in a directory, those of the last name first."""
        if folder not in self._specs:
            self._specs[folder] = [
                spec for name in reversed(self._names) if (spec := _read(self._root / folder / name)) is not None
            ]
        return self._specs[folder]


def _read(path: Path) -> GitIgnoreSpec | None:
    """The rules of a file; None if there is none. A line that is no pattern is left out."""
    try:
        if path.is_symlink() or not path.is_file():  # git reads no links either
            return None
        with path.open("rb") as file:
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
