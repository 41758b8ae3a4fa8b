"""The paths of a repository, by their last parts: what an import or a file's name may mean among them."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence


class PathSet:
    """Paths of files (POSIX, relative to the root), with the directories above them."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.files = frozenset(paths)
        self._named: dict[str, list[str]] = defaultdict(list)
        self._directories: dict[str, list[str]] = defaultdict(list)
        self._directories_named: dict[str, set[str]] = defaultdict(set)
        for path in sorted(self.files):
            parent, name = posixpath.split(path)
            self._named[name].append(path)
            self._directories[parent].append(path)
        for directory in list(self._directories):
            for each in ancestors(directory):
                self._directories_named[posixpath.basename(each)].add(each)

    def ending(self, tail: str, near: str) -> list[str]:
        """The files whose path is `tail` or ends with it; those nearest to the path `near` first."""
        named = self._named.get(posixpath.basename(tail), ())
        return by_distance([path for path in named if ends(path, tail)], near)

    def directories(self, tail: str, near: str) -> list[str]:
        """The directories whose path is `tail` or ends with it, the nearest first."""
        named = self._directories_named.get(posixpath.basename(tail), ())
        return by_distance([path for path in named if ends(path, tail)], near)

    def inside(self, directory: str, *suffixes: str) -> list[str]:
        """The files right in a directory whose names end in one of the suffixes."""
        return [path for path in self._directories.get(directory, ()) if path.endswith(suffixes)]

    def first(self, *paths: str) -> Iterator[str]:
        """Those of the paths that are files here, in their order."""
        return (path for path in dict.fromkeys(paths) if path in self.files)


def ends(path: str, tail: str) -> bool:
    """True if the last parts of a path are those of `tail`."""
    return path == tail or path.endswith("/" + tail)


def ancestors(directory: str) -> Iterator[str]:
    """The directory and those above it, the nearest first; the root ("") is not among them."""
    while directory.strip("/"):  # the parent of "/" is "/"
        yield directory
        directory = posixpath.dirname(directory)


def join(directory: str, relative: str) -> str:
    """A relative path seen from a directory; "" and paths that leave the root have no meaning: "..", "../x"."""
    joined = posixpath.normpath(posixpath.join(directory, relative))
    return "" if joined == "." else joined


def by_distance(paths: Iterable[str], near: str) -> list[str]:
    """The paths by how many steps they are from `near` in the tree; then the shallow ones, then by name."""
    here = near.split("/")
    return sorted(paths, key=lambda path: (_steps(path.split("/"), here), path.count("/"), path))


def _steps(one: Sequence[str], other: Sequence[str]) -> int:
    same = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        same += 1
    return len(one) + len(other) - 2 * same
