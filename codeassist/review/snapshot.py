"""Takes a change out of a repository, or files as they are: what is staged, the working tree, a range, paths.

Neither the index nor the working tree is written, and no program that the repository names is run.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from codeassist.context import roots
from codeassist.errors import MissingError, UsageError
from codeassist.git import differences, process
from codeassist.git.objects import Listing
from codeassist.git.repository import Repository, is_full_name, opened, parents, told
from codeassist.review import standing, stored
from codeassist.review.change import FileChange, Snapshot
from codeassist.review.hunks import Effort, compare
from codeassist.review.taking import LARGE

# A hook's variables that mean what is staged, and those that also say where the repository is.
_OF_INDEX = frozenset(
    {"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_QUARANTINE_PATH"}
)
_OF_PLACE = ("GIT_DIR", "GIT_COMMON_DIR")


def staged(environ: Mapping[str, str], place: Path) -> Snapshot:
    """What a commit made now would change: the index against HEAD, and in a merge against every parent.

    In a hook, `GIT_DIR`, `GIT_WORK_TREE` and `GIT_INDEX_FILE` say which repository and index (a partial commit has one
    of its own).

    Raises:
        MissingError: there is no repository around `place`, or no git.
    """
    repository = _of_hook(environ, place) if environ.get("GIT_DIR") else _around(environ, place, _OF_INDEX)
    found = [differences.of_index(repository, each) for each in parents(repository, environ)]
    return stored.snapshot(repository, "staged", "what is staged", found, Listing(repository))


def working(environ: Mapping[str, str], place: Path) -> Snapshot:
    """The working tree against the index, with untracked files that are not ignored.

    Raises:
        MissingError: there is no repository around `place`, or no git.
    """
    return standing.of_tree(_around(environ, place))


def between(environ: Mapping[str, str], place: Path, revisions: str) -> Snapshot:
    """A range `A..B` (what B has that A has not), `A...B` (what B did since they parted), or one commit.

    A side that is left out is HEAD. Of one commit, it is what differs from every parent.

    Raises:
        MissingError: there is no repository around `place`, or no git.
        UsageError: git does not know it.
    """
    repository = _around(environ, place)
    olds, new = _ends(repository, revisions)
    found = [differences.of_trees(repository, old, new) for old in olds]
    return stored.snapshot(repository, "range", revisions, found, Listing(repository, new))


def of_paths(environ: Mapping[str, str], place: Path, paths: Sequence[str]) -> Snapshot:  # noqa: ARG001 - as the others
    """Whole files as they are on disk, and those below directories: every line counts as new.

    What git ignores is left out, unless it is named itself.

    Raises:
        UsageError: a path does not exist, is neither file nor directory, or is outside the repository.
    """
    found = roots.git_root(place)
    return standing.of_paths(found.path if found is not None else Path(os.path.realpath(place)), place, paths)


def of_text(root: Path, path: str, old: str | None, new: str) -> Snapshot:
    """One file whose texts are given: what an editor holds against what the repository has (None: all of it is new)."""
    newline = "\r\n" if new.count("\r\n") * 2 > new.count("\n") else "\n"
    size = len(new.encode("utf-8", "surrogatepass"))
    after = _with_lf(new) if size <= LARGE else None
    before = _with_lf(old) if old is not None and len(old) <= LARGE else None
    change = FileChange(
        path=path,
        old_path="" if old is None else path,
        status="added" if old is None else "modified",
        size=size,
        old=before,
        new=after,
        omitted="large" if after is None else "",
        hunks=() if after is None else compare(before, after, Effort()),
        newline=newline,
    )
    return Snapshot(root, "working", path, (change,), standing.reader(root, (change,)))


def _with_lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _around(environ: Mapping[str, str], place: Path, kept: frozenset[str] = frozenset()) -> Repository:
    """The repository that a place is in. A hook's variables do not count, but for those that are kept."""
    root = roots.git_root(place)
    if root is None:
        raise MissingError(
            f"there is no git working tree around {place}", "run it inside of one, or give the paths of files"
        )
    return opened(root.path, process.environment(environ, kept))


def _of_hook(environ: Mapping[str, str], place: Path) -> Repository:
    """The repository that `GIT_DIR` names; as for git, the working tree is `GIT_WORK_TREE`, else the place itself."""
    where = {name: os.path.realpath(place / environ[name]) for name in _OF_PLACE if environ.get(name)}
    root = Path(os.path.realpath(place / environ.get("GIT_WORK_TREE", "")))
    return opened(root, process.environment(environ, _OF_INDEX) | where)


def _ends(repository: Repository, revisions: str) -> tuple[list[str], str]:
    """The commits or trees that are compared, and what with."""
    for dots in ("...", ".."):
        old, separator, new = revisions.partition(dots)
        if not separator:
            continue
        first, last = _commit(repository, old), _commit(repository, new)
        if dots == "..":
            return [first], last
        base = told(repository, ["merge-base", first, last])
        if not base:
            raise UsageError(f"{old or 'HEAD'} and {new or 'HEAD'} have no commit in common", "give a range with ..")
        return [base], last
    commit = _commit(repository, revisions)
    known = told(repository, ["rev-list", "--parents", "--max-count=1", commit, "--"]).split()[1:]
    return known or [repository.empty_tree], commit


def _commit(repository: Repository, name: str) -> str:
    """The full name of a commit.

    Raises:
        UsageError: git does not know it.
    """
    found = told(repository, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name or 'HEAD'}^{{commit}}"])
    if name.startswith("-") or not is_full_name(repository, found):
        raise UsageError(f"git knows no commit {name or 'HEAD'!r}", "give a range A..B, A...B, or one commit")
    return found
