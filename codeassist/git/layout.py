"""Tells of a repository what commits meet in it: its directories, its branch, where its hooks are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from codeassist.git import process

_MEANT = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR"})  # a hook's, and of who keeps the two apart
_COMMAND = "command"  # the scope of what was set for one call: also of what is set here


class Layout(NamedTuple):
    """Where things of a working tree are.

    Attributes:
        top: the top of the working tree.
        common: the repository's own directory, which its worktrees share.
        hooks_path: core.hooksPath, "~" expanded; relative to `top` if it is relative; "" if it is not set.
    """

    top: Path
    common: Path
    hooks_path: str


def layout(environ: Mapping[str, str], directory: Path) -> Layout | None:
    """The working tree around a directory; None if there is none that git trusts."""
    told = _asked(environ, directory, "rev-parse", "--show-toplevel", "--git-common-dir")
    lines = told.removesuffix("\n").split("\n")
    if len(lines) != 2:  # none, or a name with a newline in it: nothing that hooks should be written into
        return None
    top, common = lines
    settings = _asked(environ, directory, "config", "--show-scope", "--type=path", "-z", "--get-all", "core.hooksPath")
    fields = settings.split("\0")[:-1]
    values = [value for scope, value in zip(fields[::2], fields[1::2], strict=False) if scope != _COMMAND]
    return Layout(Path(top), Path(os.path.realpath(directory / common)), values[-1] if values else "")


def branch(environ: Mapping[str, str], directory: Path) -> str:
    """The name of the branch that is checked out; "" if there is none."""
    return _asked(environ, directory, "symbolic-ref", "--quiet", "--short", "HEAD").strip()


def comment_string(environ: Mapping[str, str], directory: Path) -> str:
    """What begins a comment in a commit message: usually "#", also where git is left to choose."""
    for name in ("core.commentString", "core.commentChar"):  # the same to newer versions of git
        value = _asked(environ, directory, "config", "-z", "--get", name).removesuffix("\0")
        if value:
            return "#" if value == "auto" else value
    return "#"


def _asked(environ: Mapping[str, str], directory: Path, *arguments: str) -> str:
    variables = process.environment(environ, _MEANT)
    done = process.run(arguments, directory, variables=variables)
    return os.fsdecode(done.stdout) if done is not None and done.returncode == 0 else ""
