"""A repository that git trusts, and questions to it."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codeassist.errors import MissingError
from codeassist.git import process
from codeassist.git.listing import git_version

# The tree without entries is known to every repository without being written (gitglossary, "empty tree").
_EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
_MOST_PARENTS = 64
_MESSAGE = 300  # characters of what git says


@dataclass(frozen=True)
class Repository:
    """A working tree and its repository.

    Attributes:
        root: the top of the working tree, whatever `core.worktree` says: it may lead anywhere.
        directory: git's own of this working tree.
        head: the commit that is checked out; "" before the first.
        empty_tree: the name of the tree without entries.
        variables: the environment for git.
    """

    root: Path
    directory: Path
    head: str
    empty_tree: str
    variables: Mapping[str, str]


def opened(root: Path, variables: Mapping[str, str]) -> Repository:
    """The repository whose working tree has its top there, or the one that `GIT_DIR` among the variables names.

    Raises:
        MissingError: there is none, git cannot be run, or git does not trust who owns it.
    """
    arguments = ["rev-parse", "--show-object-format", "--absolute-git-dir", "--quiet", "--verify", "HEAD"]
    done = process.run(["--work-tree=.", *arguments], root, variables=variables)
    if done is None:
        git_version()
        raise MissingError(f"git does not answer in {root}", "look at the repository's configuration")
    answer = os.fsdecode(done.stdout).split("\n")
    if len(answer) < 3 or answer[0] not in _EMPTY_TREE:
        raise _refusal(root, done.stderr)
    directory = Path("\n".join(answer[1:-2] if done.returncode == 0 else answer[1:-1]))
    if root == directory or root.is_relative_to(directory):
        raise MissingError(f"{root} has no working tree", "run it in a clone that is not bare")
    head = answer[-2] if done.returncode == 0 else ""
    return Repository(root, directory, head, _EMPTY_TREE[answer[0]], variables)


def ask(repository: Repository, arguments: Sequence[str], seconds: float | None = None, given: bytes = b"") -> bytes:
    """What git answers.

    Raises:
        MissingError: git fails, or takes too long.
    """
    done = process.run(["--work-tree=.", *arguments], repository.root, seconds, repository.variables, given)
    if done is None:
        raise MissingError(f"git {arguments[0]} does not answer", "look at the repository with git status")
    if done.returncode != 0:
        raise MissingError(f"git {arguments[0]} failed: {_said(done.stderr)}", "look at the repository with git status")
    return done.stdout


def told(repository: Repository, arguments: Sequence[str]) -> str:
    """The first line that git answers; "" if it fails."""
    done = process.run(arguments, repository.root, variables=repository.variables)
    if done is None or done.returncode != 0:
        return ""
    return done.stdout.partition(b"\n")[0].decode("ascii", "replace")


def parents(repository: Repository, environ: Mapping[str, str]) -> tuple[str, ...]:
    """What a commit made now would follow: HEAD (the empty tree before the first), in a merge also what is merged.

    While `git merge` itself runs hooks there is no MERGE_HEAD yet; it names the others in the environment.
    """
    others = _merged(repository.directory / "MERGE_HEAD")
    if not others:
        others = [name.removeprefix("GITHEAD_") for name in environ if name.startswith("GITHEAD_")]
    commits = [each for each in others if is_full_name(repository, each)]
    return (repository.head or repository.empty_tree, *commits[:_MOST_PARENTS])


def is_full_name(repository: Repository, name: str) -> bool:
    """True if this is how the repository's commits are named: in full, so that it can be nothing else to git."""
    return len(name) == len(repository.empty_tree) and set(name) <= set("0123456789abcdef")


def _merged(file: Path) -> list[str]:
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return []
            return stream.read(_MOST_PARENTS * 65).decode("ascii", "replace").split()
    except OSError:
        return []


def _refusal(root: Path, stderr: bytes) -> MissingError:
    if b"dubious ownership" in stderr:
        return MissingError(
            f"git does not trust {root}, which another user owns",
            f"if you do: git config --global --add safe.directory {root}",
        )
    return MissingError(f"{root} is no repository that git can read: {_said(stderr)}", "look at it with git status")


def _said(stderr: bytes) -> str:
    """The first line of what git complains of, shortened."""
    line = stderr.strip().partition(b"\n")[0].decode("utf-8", "replace")
    return line.removeprefix("fatal: ")[:_MESSAGE] or "it says nothing"
