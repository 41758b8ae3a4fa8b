"""Takes a change out of a repository, or files as they are: what is staged, the working tree, a range, paths.

Neither the index nor the working tree is written, and no program that the repository names is run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from codeassist.review.change import Snapshot


def staged(environ: Mapping[str, str], place: Path) -> Snapshot:
    """What a commit made now would change: the index against HEAD, and in a merge against every parent.

    In a hook, `GIT_DIR`, `GIT_WORK_TREE` and `GIT_INDEX_FILE` say which repository and index (a partial commit has one
    of its own).

    Raises:
        MissingError: there is no repository around `place`, or no git.
    """
    raise NotImplementedError


def working(environ: Mapping[str, str], place: Path) -> Snapshot:
    """The working tree against the index, with untracked files that are not ignored."""
    raise NotImplementedError


def between(environ: Mapping[str, str], place: Path, revisions: str) -> Snapshot:
    """A range `A..B` (what B has that A has not), `A...B` (what B did since they parted), or one commit.

    Raises:
        UsageError: git does not know it.
    """
    raise NotImplementedError


def of_paths(environ: Mapping[str, str], place: Path, paths: Sequence[str]) -> Snapshot:
    """Whole files as they are on disk, and those below directories: every line counts as new.

    Raises:
        UsageError: a path does not exist.
    """
    raise NotImplementedError


def of_text(root: Path, path: str, old: str | None, new: str) -> Snapshot:
    """One file whose texts are given: what an editor holds against what the repository has (None: all of it is new)."""
    raise NotImplementedError
