"""What has been committed lately: which files changed together. git is asked once for each state of HEAD."""

from __future__ import annotations

import msgspec

from codeassist import git
from codeassist.context import kept
from codeassist.context.index import Index

Commit = tuple[str, ...]
"""The paths that one commit changed, those that still are files of the index."""

_COMMITS = 500
_MOST_FILES = 30  # a commit of more says nothing of what belongs together
_KEY = "history"


class _Kept(msgspec.Struct):
    head: str
    commits: list[Commit]


def commits(index: Index) -> list[Commit]:
    """The last commits, newest first, merges and sweeping ones left out; none where there is no history."""
    head = git.head(index.root)
    if not head:
        return []
    known = kept.load(index, _KEY, _Kept)
    if known is None or known.head != head:
        known = _Kept(head, [each for each in git.changed(index.root, _COMMITS) if 0 < len(each) <= _MOST_FILES])
        kept.store(index, _KEY, known)
    paths = {file.path for file in index.files()}
    present = (tuple(path for path in commit if path in paths) for commit in known.commits)
    return [commit for commit in present if commit]
