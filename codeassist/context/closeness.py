"""How close the files of a repository are to the one at the cursor, and how much they matter to all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from codeassist.context.here import Here
from codeassist.context.history import commits
from codeassist.context.index import File, Index
from codeassist.context.related import changed_together, counterparts, recently_changed
from codeassist.context.repomap import rank
from codeassist.context.resolve import Resolved

_IMPORTED, _COUNTERPART, _TOGETHER, _RECENT = 1.3, 1.3, 1.2, 1.1
_MOST_TOGETHER, _MOST_RECENT = 5, 5  # files
_SITTING_NS = 12 * 3600 * 10**9  # before the newest file
_SITTING_FILES = 20  # more were written by a checkout, not by a person


@dataclass(frozen=True)
class Closeness:
    """Of one file.

    Attributes:
        factors: what a file's code is worth beside another's, 1 if it is not in here; the closest first.
        reasons: why, in a few words.
        ranks: PageRank of files over references; empty if it is not known.
    """

    factors: Mapping[str, float] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    ranks: Mapping[str, float] = field(default_factory=dict)

    def share(self, path: str, paths: list[str]) -> float:
        """What is meant of a name that all of `paths` define: the part that falls to one of them."""
        weights = [self.factors.get(each, 1.0) * (1.0 + self._rank(each)) for each in paths]
        return self.factors.get(path, 1.0) * (1.0 + self._rank(path)) / sum(weights)

    def _rank(self, path: str) -> float:
        """How many times the average file's."""
        return self.ranks.get(path, 0.0) * len(self.ranks)


def closeness(index: Index, files: Sequence[File], resolved: Resolved, here: Here) -> Closeness:
    """From imports, tests, history and times of change. `files`: all of the index."""
    found = [
        (_IMPORTED, [(path, "imported") for _, paths in resolved for path in paths]),
        (_COUNTERPART, counterparts([file.path for file in files], here.path)),
        (_TOGETHER, changed_together(commits(index), here.path, _MOST_TOGETHER)),
        (_RECENT, recently_changed(_of_one_sitting(files), here.path, _MOST_RECENT)),
    ]
    factors: dict[str, float] = {}
    reasons: dict[str, str] = {}
    for factor, ranked in found:
        for path, reason in dict(ranked).items():
            factors[path] = factors.get(path, 1.0) * factor
            reasons.setdefault(path, reason)
    ordered = dict(sorted(factors.items(), key=lambda item: (-item[1], item[0])))
    return Closeness(ordered, reasons, rank(index, roughly=True))


def _of_one_sitting(files: Sequence[File]) -> list[File]:
    """The files that were written when the newest one was; none if they are so many that nobody wrote them by hand."""
    newest = max((file.mtime_ns for file in files), default=0)
    found = [file for file in files if file.mtime_ns > newest - _SITTING_NS]
    return found if len(found) <= _SITTING_FILES else []
