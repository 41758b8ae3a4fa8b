"""Which file of the repository a program means by the path that it prints."""

from __future__ import annotations

import os
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from codeassist.context.related import is_test

_MOST_PARTS = 40
_FOREIGN = re.compile(
    r"(?:^|/)(?:site-packages|dist-packages|node_modules|\.venv|venv|vendor|\.cargo/registry|rustlib|lib/python\d[\d.]*"
    r"|usr/(?:lib|include)|node:internal)(?:/|$)|^<|^node:"
)
_TEST_FUNCTION = re.compile(r"(?:^|\.)(?:test_|Test|check$|test$)")


class Places:
    """Paths of one working tree.

    A program may have run in a folder of it, in a copy, or in a container: then a path's end tells the file.
    """

    def __init__(self, root: Path, known: Iterable[str] = (), folder: str = "") -> None:
        """`known`: paths of the repository's files; `folder`: where the program ran, relative to the root."""
        self._root = root
        self._folder = folder
        self._known = frozenset(known)
        self._named: dict[str, list[str]] = defaultdict(list)
        for path in self._known:
            self._named[posixpath.basename(path)].append(path)

    def find(self, printed: str) -> str:
        """The path relative to the root, in POSIX form; "" if it is no file of the repository."""
        path = printed.replace("\\", "/").strip()
        if _FOREIGN.search(path) or "\0" in path or len(path.split("/")) > _MOST_PARTS:
            return ""
        if path.startswith("/"):
            inside = path.removeprefix(f"{self._root.as_posix().rstrip('/')}/")
            candidates = [inside] if inside != path else []
        else:
            candidates = [posixpath.join(self._folder, path), path]
        for each in candidates:
            normal = posixpath.normpath(each)
            if not normal.startswith(("../", "/", ".git/")) and self._is_file(normal):
                return normal
        return self._ending(posixpath.normpath(path).lstrip("./"))

    def _is_file(self, path: str) -> bool:
        """Whether it is a file of the tree; no link leads out of it."""
        if path in self._known:
            return True
        place = self._root / path
        try:
            return place.is_file() and Path(os.path.realpath(place)).is_relative_to(self._root)
        except (OSError, ValueError):
            return False

    def _ending(self, path: str) -> str:
        """The one known file whose path ends most like this one."""
        parts = path.split("/")
        among = self._named.get(parts[-1], [])
        for start in range(len(parts)):
            tail = "/".join(parts[start:])
            fitting = [each for each in among if each == tail or each.endswith(f"/{tail}")]
            if fitting:
                return fitting[0] if len(fitting) == 1 else ""
        return ""


def of_test(path: str, name: str) -> bool:
    """Whether a frame is a test's: by its file, or by its function's name."""
    return is_test(path) or _TEST_FUNCTION.search(name) is not None
