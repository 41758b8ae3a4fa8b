"""Where the tests of a file are, or would be: as the project has it for other files."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from codeassist.context.related import Counterparts, is_test
from codeassist.edit.presets.frameworks import Framework

_MOST_PAIRS = 400


class _Pattern(NamedTuple):
    """How a test's path follows from a source file's.

    Attributes:
        name: of the file, with {stem} and {suffix}.
        root: the folder of tests; "" if they are below the source file's folder.
        dropped: how many folders of the source's path are left out below it; -1: all of them.
        below: a folder in the source file's own, such as "__tests__".
    """

    name: str
    root: str = ""
    dropped: int = 0
    below: str = ""


def path_of_tests(path: str, known: Sequence[str], row: Framework) -> str:
    """The path of the tests of a file. `known`: the paths of the repository's files."""
    if not row.file:
        return path
    suffix = posixpath.splitext(path)[1]
    alike = [each for each in known if posixpath.splitext(each)[1] == suffix]
    counterparts = Counterparts([*alike, path])
    own = [each for each in counterparts.of(path) if is_test(each)]
    if own:
        return min(own, key=lambda each: (each.count("/"), each))
    patterns: Counter[_Pattern] = Counter()
    for each in alike[:_MOST_PAIRS]:
        if not is_test(each) and each != path:
            patterns.update(filter(None, (_pattern(each, test) for test in counterparts.of(each))))
    if patterns:
        return _applied(patterns.most_common(1)[0][0], path)
    return _applied(_default(path, alike, known, row), path)


def _default(path: str, alike: Sequence[str], known: Sequence[str], row: Framework) -> _Pattern:
    """Where tests go in a project that has none of a file: where its other tests are, else as the framework has it."""
    if row.folder == "src/test/java":
        parts = path.split("/")
        dropped = parts.index("java") + 1 if "java" in parts[:-1] else 0
        return _Pattern(row.file, row.folder, dropped)
    folders = Counter(posixpath.dirname(each) for each in alike if is_test(each))
    if row.folder and folders:
        return _Pattern(row.file, folders.most_common(1)[0][0], -1)
    has = any(each.startswith(f"{row.folder}/") for each in known)
    return _Pattern(row.file, row.folder, -1) if row.folder and (has or "/" in path) else _Pattern(row.file)


def _pattern(source: str, test: str) -> _Pattern | None:
    stem, suffix = posixpath.splitext(posixpath.basename(source))
    name, test_suffix = posixpath.splitext(posixpath.basename(test))
    if stem not in name:
        return None
    name = name.replace(stem, "{stem}", 1) + ("{suffix}" if test_suffix == suffix else test_suffix)
    folder, of_test = posixpath.dirname(source), posixpath.dirname(test)
    if of_test == folder:
        return _Pattern(name)
    if folder and posixpath.dirname(of_test) == folder:
        return _Pattern(name, below=posixpath.basename(of_test))
    parts = folder.split("/") if folder else []
    for dropped in range(len(parts)):
        tail = "/".join(parts[dropped:])
        if of_test.endswith(f"/{tail}"):
            return _Pattern(name, of_test[: -len(tail) - 1], dropped)
    return _Pattern(name, of_test, -1)


def _applied(pattern: _Pattern, path: str) -> str:
    folder, name = posixpath.split(path)
    stem, suffix = posixpath.splitext(name)
    file = pattern.name.replace("{stem}", stem).replace("{suffix}", suffix)
    if not pattern.root:
        return posixpath.join(folder, pattern.below, file)
    kept = folder.split("/")[pattern.dropped :] if folder and pattern.dropped >= 0 else []
    return posixpath.join(pattern.root, *kept, file)
