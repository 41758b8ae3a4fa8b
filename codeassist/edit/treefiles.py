"""Which files a copy of a working tree needs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from codeassist import git
from codeassist.errors import MissingError

# Folders that programs bring and git ignores: they are linked to, not copied.
ENVIRONMENTS = ("node_modules", ".venv", "venv", "vendor")
MOST = 100_000
_NESTED = 8  # submodules in submodules


def tree_files(root: Path) -> list[str]:
    """The paths (POSIX, relative to the root) of what git tracks and what is new and not ignored; some may be gone.

    Outside of git everything but the folders of `ENVIRONMENTS`. Submodules are part of the tree, other repositories in
    it are not.

    Raises:
        MissingError: there are too many.
    """
    found: list[str] = []
    for path in _paths(root):
        found.append(path)
        if len(found) > MOST:
            raise too_large(f"over {MOST} files")
    return found


def too_large(how: str) -> MissingError:
    """The tree cannot be copied."""
    return MissingError(
        f"the tree is too large to be copied for a check: {how}",
        "have git ignore what the check does not need, or go without --check",
    )


def _paths(root: Path) -> Iterator[str]:
    pending = [("", 0)]
    while pending:
        below, depth = pending.pop()
        folder = root / below
        listed = git.listed(folder) if (folder / ".git").exists() else None
        if listed is None and depth == 0:
            yield from _scanned(folder)
        for path in listed or ():
            if path.endswith("/"):
                continue
            if (folder / path).is_dir() and not (folder / path).is_symlink():
                if depth < _NESTED:
                    pending.append((f"{below}{path}/", depth + 1))
            else:
                yield f"{below}{path}"


def _scanned(root: Path) -> Iterator[str]:
    """The files and links of a plain directory."""
    pending = [""]
    while pending:
        below = pending.pop()
        try:
            with os.scandir(root / below) as scan:
                entries = [(each.name, each.is_dir(follow_symlinks=False)) for each in scan]
        except OSError:  # not ours to read, or gone
            continue
        for name, is_folder in entries:
            if not is_folder:
                yield f"{below}{name}"
            elif name != ".git" and name not in ENVIRONMENTS:
                pending.append(f"{below}{name}/")
