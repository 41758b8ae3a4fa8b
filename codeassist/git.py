"""Typed git calls: plumbing only, hardened against what a hostile repository's configuration would run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from codeassist.errors import MissingError

_HARDENED = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-pager", "--literal-pathspecs")
_TIMEOUT_SECONDS = 10.0
_LIST_SECONDS = 60.0
_COMMIT = "\x01"  # begins each commit of a log; a file name that holds it is cut in two, and then of no file
# Which repository is meant is told by the directory; a hook's variables would mean the one that the hook runs in.
_ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX")


def git_version() -> str:
    """The version of the git on PATH, such as "2.39.5".

    Raises:
        MissingError: there is no git that runs.
    """
    done = _run(["version"], None, _TIMEOUT_SECONDS)
    if done is None or done.returncode != 0:
        raise MissingError("git cannot be run", "install git and put it on PATH")
    return done.stdout.decode(errors="replace").removeprefix("git version").strip()


def listed(root: Path, below: Sequence[str] = ()) -> list[str] | None:
    """The paths (POSIX, relative to `root`) that git tracks or would add, of those `below` some paths if any are given.

    What is tracked may be gone; a submodule is the path of a directory, a repository in the tree one that ends in "/".
    None if git cannot tell: there is none, or this is no working tree that it trusts.
    """
    arguments = ["--work-tree=.", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *below]
    done = _run(arguments, root, _LIST_SECONDS)
    if done is None or done.returncode != 0:
        return None
    return list(dict.fromkeys(os.fsdecode(each) for each in done.stdout.split(b"\0") if each))


def head(directory: Path) -> str:
    """The commit that is checked out; "" if there is none, or git cannot tell."""
    done = _run(["rev-parse", "--quiet", "--verify", "HEAD"], directory, _TIMEOUT_SECONDS)
    return done.stdout.decode("ascii", "replace").strip() if done is not None and done.returncode == 0 else ""


def changed(directory: Path, commits: int) -> list[tuple[str, ...]]:
    """The paths (relative to the top of the working tree) that each of the last commits changed, newest first.

    Merges are left out. Nothing is fetched for a clone that lacks trees. Empty if git cannot tell.
    """
    what = ["log", f"-n{commits}", "--no-merges", "--no-show-signature", "--name-only", "--no-renames", "-z"]
    done = _run([*what, f"--format=tformat:{_COMMIT}"], directory, _TIMEOUT_SECONDS)
    if done is None or done.returncode != 0:
        return []
    found = done.stdout.split(_COMMIT.encode())[1:]
    return [tuple(os.fsdecode(path) for path in each.strip(b"\0\n").split(b"\0") if path) for each in found]


def _run(arguments: Sequence[str], directory: Path | None, seconds: float) -> subprocess.CompletedProcess[bytes] | None:
    """Run git; None if it cannot be run or takes too long. It asks nothing, shows nothing and takes no locks."""
    settings = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
    settings |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    try:
        return subprocess.run(
            ["git", *_HARDENED, *arguments],
            cwd=directory,
            env=settings,
            capture_output=True,
            check=False,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
