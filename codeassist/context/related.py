"""Files that belong to a file: its test or what it tests, what changes together with it, what was touched last."""

from __future__ import annotations

import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from codeassist.context.history import Commit
from codeassist.context.index import File

Ranked = list[tuple[str, str]]
"""(path, reason), the closest first."""

_HALF = 20  # commits: one that is so many back weighs half
_TEST_NAME = re.compile(r"^(?:tests?[_-])|(?:[_.-](?:tests?|spec)|(?<=[a-z0-9])(?:Tests?|Spec|TestCase))$")
_TEST_FOLDERS = frozenset({"test", "tests", "testing", "spec", "specs", "__tests__", "e2e"})


class Counterparts:
    """Which files test which, by their names alone: `tests/engine/test_run.py` belongs to `app/engine/run.py`."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._named: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            self._named[_key(path)].append(path)

    def of(self, path: str) -> list[str]:
        """The tests of a file, or what a test tests; of several, those in the most similar folders."""
        kind = is_test(path)
        others = [each for each in self._named.get(_key(path), ()) if is_test(each) != kind]
        near = {each: len(_folders(each) & _folders(path)) for each in others}
        most = max(near.values(), default=0)
        return [each for each in others if near[each] == most]


def is_test(path: str) -> bool:
    """True if a file's name or folder says that it is a test or belongs to some."""
    return _TEST_NAME.search(_stem(path)) is not None or not _TEST_FOLDERS.isdisjoint(path.split("/")[:-1])


def counterparts(paths: Iterable[str], path: str) -> Ranked:
    """The tests of a file, or what it tests."""
    reason = "tested here" if is_test(path) else "its test"
    return [(each, reason) for each in Counterparts(paths).of(path)]


def companions(commits: Sequence[Commit], path: str) -> dict[str, float]:
    """How much other files were changed together with one; a small commit and a recent one say more than others."""
    weights: dict[str, float] = defaultdict(float)
    for age, commit in enumerate(commits):
        if path in commit:
            for other in commit:
                weights[other] += 1 / (len(commit) * (1 + age / _HALF))
    weights.pop(path, None)
    return dict(weights)


def changed_together(commits: Sequence[Commit], path: str, limit: int = 20) -> Ranked:
    """Files that were in at least two commits with this one."""
    weights = companions(commits, path)
    counts = Counter(other for commit in commits if path in commit for other in commit)
    found = sorted((each for each in weights if counts[each] > 1), key=lambda each: (-weights[each], each))
    return [(each, f"changed together {counts[each]} times") for each in found[:limit]]


def recently_changed(files: Iterable[File], path: str, limit: int = 20) -> Ranked:
    """Other files, those that were written last first."""
    found = sorted((each for each in files if each.path != path), key=lambda each: (-each.mtime_ns, each.path))
    return [(each.path, "changed recently") for each in found[:limit]]


def often_changed(commits: Sequence[Commit]) -> dict[str, float]:
    """How much each file has been worked on, by commits, the recent ones weighing more."""
    weights: dict[str, float] = defaultdict(float)
    for age, commit in enumerate(commits):
        for path in commit:
            weights[path] += 1 / (1 + age / _HALF)
    return dict(weights)


def _stem(path: str) -> str:
    return posixpath.basename(path).rsplit(".", 1)[0]


def _key(path: str) -> str:
    return _TEST_NAME.sub("", _stem(path)).lower()


def _folders(path: str) -> set[str]:
    return set(path.split("/")[:-1])
