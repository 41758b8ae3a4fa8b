"""A copy of the working tree in which a change can be tried, while the tree itself stays as it is."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.draft import Cancelled
from codeassist.edit.treefiles import ENVIRONMENTS, too_large, tree_files
from codeassist.errors import CancelledError, MissingError

if TYPE_CHECKING:
    from typing_extensions import Self

_MOST_BYTES = 2 * 1024**3


class _Seen(NamedTuple):
    """What tells whether a file has been touched since it was copied: nobody can set `ctime_ns`."""

    inode: int
    ctime_ns: int
    mtime_ns: int
    size: int
    mode: int


class Replica:
    """Made when first needed, gone when left. `tree_files` says what it holds; there is no `.git` in it.

    A link inside the tree leads to the copy's file, one out of the tree to where it led before. Folders of
    `ENVIRONMENTS` that are no part of it are linked to where they are.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._top: Path | None = None  # in a folder of its own
        self._files: dict[str, _Seen] = {}
        self._folders: dict[str, bool] = {}  # that are there; False: of those a link or nothing takes the place

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def put(self, change: ChangeSet, cancelled: Cancelled) -> Path:
        """Make it the tree with a change, whatever was done in it before; its top.

        Raises:
            MissingError: there is no room for it, the tree is too large, or a file of the change is not in it.
            CancelledError: `cancelled` said so.
        """
        try:
            top = self._made(cancelled) if self._top is None else self._restored(self._top, cancelled)
            for each in change.files:
                self._write(top, each)
        except OSError as error:
            reason = error.strerror or str(error)
            raise MissingError(
                f"the tree cannot be copied for the check: {reason}", "TMPDIR names a folder with room"
            ) from error
        return top

    def remove(self) -> None:
        """Leave nothing of it, as far as that is possible."""
        if self._top:
            _remove(self._top.parent)
        self._top = None

    def _made(self, cancelled: Cancelled) -> Path:
        paths = tree_files(self._root)  # before there is a new folder, which may be inside of the tree
        base = Path(tempfile.mkdtemp(prefix="codeassist-check-")).resolve()
        self._top = top = base / (self._root.name or "tree")  # programs may use its name
        top.mkdir()
        self._files, self._folders = {}, {"": True}
        self._copy_all(paths, top, cancelled)
        return top

    def _restored(self, top: Path, cancelled: Cancelled) -> Path:
        """What was changed is copied again, what is new goes: also caches, which might hold the draft before."""
        try:
            there = self._sweep(top)
        except OSError:  # a folder that cannot be entered any more, and the like
            self.remove()
            return self._made(cancelled)
        self._copy_all([path for path in self._files if path not in there], top, cancelled)
        return top

    def _sweep(self, top: Path) -> set[str]:
        """Remove what is not as it was copied; the files that stay."""
        there, pending = set(), [""]
        while pending:
            below = pending.pop()
            with os.scandir(top / below) as scan:
                entries = list(scan)
            for each in entries:
                path = f"{below}{each.name}"
                if self._folders.get(path) and each.is_dir(follow_symlinks=False):
                    pending.append(f"{path}/")
                elif self._files.get(path) == _seen(each.stat(follow_symlinks=False)):
                    there.add(path)
                elif each.is_dir(follow_symlinks=False):
                    _remove(Path(each.path))
                else:
                    Path(each.path).unlink()
        self._folders = {path: real and (top / path).is_dir() for path, real in self._folders.items()}
        self._folders = {path: real for path, real in self._folders.items() if real}
        return there

    def _copy_all(self, paths: list[str], top: Path, cancelled: Cancelled) -> None:
        size = 0
        for path in paths:
            if cancelled():
                raise CancelledError("interrupted", "nothing was changed")
            size += self._copy(path, top)
            if size > _MOST_BYTES:
                raise too_large(f"over {_MOST_BYTES // 1024**3} GiB")
        for folder in [folder for folder, real in self._folders.items() if real]:
            for name in ENVIRONMENTS:
                source, target = self._root / folder / name, top / folder / name
                if source.is_dir() and not os.path.lexists(target):
                    target.symlink_to(source)

    def _copy(self, path: str, top: Path) -> int:
        """Copy a file or link; its size. One that is gone, or that is nothing of the kind, is left out."""
        source, target = self._root / path, top / path
        self._files.pop(path, None)
        try:
            found = source.lstat()
        except OSError:
            return 0
        if not self._has_folder(path.rpartition("/")[0], top):
            return 0
        if stat.S_ISLNK(found.st_mode):
            target.symlink_to(self._leading(source, top))
        elif stat.S_ISREG(found.st_mode):
            shutil.copyfile(source, target, follow_symlinks=False)
            target.chmod(stat.S_IMODE(found.st_mode))
            os.utime(target, ns=(found.st_atime_ns, found.st_mtime_ns))
        else:
            return 0
        self._files[path] = _seen(target.lstat())
        return found.st_size

    def _has_folder(self, path: str, top: Path) -> bool:
        """Make sure of a folder; False if a link is in its place: git lists what was below one before it was one."""
        if path not in self._folders:
            above = self._has_folder(path.rpartition("/")[0], top)
            self._folders[path] = above and stat.S_ISDIR((self._root / path).lstat().st_mode)
            if self._folders[path]:
                (top / path).mkdir()
        return self._folders[path]

    def _leading(self, link: Path, top: Path) -> str:
        """Where a link of the copy leads."""
        to = os.readlink(link)  # noqa: PTH115  as it is
        whole = Path(os.path.normpath(link.parent / to))
        if not whole.is_relative_to(self._root):
            return str(whole)
        return str(top / whole.relative_to(self._root)) if Path(to).is_absolute() else to

    def _write(self, top: Path, edit: FileEdit) -> None:
        """Write a file as the journal would: a link is followed, the mode stays."""
        path = Path(os.path.realpath(top / edit.path))
        if not path.is_relative_to(top):
            raise MissingError(f"{edit.path} is not part of the copy that a check runs in", "go without --check")
        place = self._root / path.relative_to(top)
        mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else edit.mode
        path.unlink(missing_ok=True)
        if edit.after is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(edit.after)
            path.chmod(mode)


def _seen(found: os.stat_result) -> _Seen:
    return _Seen(found.st_ino, found.st_ctime_ns, found.st_mtime_ns, found.st_size, found.st_mode)


def _remove(folder: Path) -> None:
    """Remove a folder and what is in it, also what cannot be written."""
    shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists():
        return
    pending = [folder]
    while pending:
        each = pending.pop()
        with contextlib.suppress(OSError):
            each.chmod(stat.S_IRWXU)
            pending += [one for one in each.iterdir() if one.is_dir() and not one.is_symlink()]
    shutil.rmtree(folder, ignore_errors=True)
