"""What git tells of a working tree and its history in one call each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from codeassist.errors import MissingError
from codeassist.git.process import LONG_SECONDS, run

_COMMIT = "\x01"  # begins each commit of a log; a file name that holds it is cut in two, and then of no file


def git_version() -> str:
    """The version of the git on PATH, such as "2.39.5".

    Raises:
        MissingError: there is no git that runs.
    """
    done = run(["version"], None)
    if done is None or done.returncode != 0:
        raise MissingError("git cannot be run", "install git and put it on PATH")
    return done.stdout.decode(errors="replace").removeprefix("git version").strip()


def listed(root: Path, below: Sequence[str] = ()) -> list[str] | None:
    """The paths (POSIX, relative to `root`) that git tracks or would add, of those `below` some paths if any are given.

    What is tracked may be gone; a submodule is the path of a directory, a repository in the tree one that ends in "/".
    None if git cannot tell: there is none, or this is no working tree that it trusts.
    """
    arguments = ["--work-tree=.", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *below]
    done = run(arguments, root, LONG_SECONDS)
    if done is None or done.returncode != 0:
        return None
    return list(dict.fromkeys(os.fsdecode(each) for each in done.stdout.split(b"\0") if each))


def head(directory: Path) -> str:
    """The commit that is checked out; "" if there is none, or git cannot tell."""
    done = run(["rev-parse", "--quiet", "--verify", "HEAD"], directory)
    return done.stdout.decode("ascii", "replace").strip() if done is not None and done.returncode == 0 else ""


def changed(directory: Path, commits: int) -> list[tuple[str, ...]]:
    """The paths (relative to the top of the working tree) that each of the last commits changed, newest first.

    Merges are left out. Nothing is fetched for a clone that lacks trees. Empty if git cannot tell.
    """
    what = ["log", f"-n{commits}", "--no-merges", "--no-show-signature", "--name-only", "--no-renames", "-z"]
    done = run([*what, f"--format=tformat:{_COMMIT}"], directory)
    if done is None or done.returncode != 0:
        return []
    found = done.stdout.split(_COMMIT.encode())[1:]
    return [tuple(os.fsdecode(path) for path in each.strip(b"\0\n").split(b"\0") if path) for each in found]
