"""Where git looks for the hooks of a working tree."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codeassist.context.roots import git_root
from codeassist.errors import MissingError
from codeassist.git import git_version
from codeassist.git.layout import layout


@dataclass(frozen=True)
class HooksPlace:
    """Where hooks go.

    Attributes:
        top: the top of the working tree.
        directory: where git looks for hooks; it need not exist.
        inside: whether that is part of this repository, not of several.
    """

    top: Path
    directory: Path
    inside: bool


def find(environ: Mapping[str, str], directory: Path) -> HooksPlace:
    """The hooks of the working tree around a directory, worktrees and submodules included; honours core.hooksPath.

    Raises:
        MissingError: there is no working tree that git trusts, or no git.
    """
    facts = layout(environ, directory)
    if facts is None:
        git_version()
        raise MissingError("there is no git working tree here", "go into one, or: git init")
    hooks = Path(facts.top, facts.hooks_path) if facts.hooks_path else facts.common / "hooks"
    real = Path(os.path.realpath(hooks))
    # Not `facts.top`: a repository's core.worktree may lead anywhere.
    root = git_root(directory)
    homes = [Path(os.path.realpath(facts.common)), *([root.path] if root else [])]
    return HooksPlace(facts.top, hooks, any(home == real or home in real.parents for home in homes))
