"""Runs git: it asks nothing, shows nothing, takes no locks, fetches nothing, and runs no program of a repository's."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

SECONDS = 10.0
LONG_SECONDS = 60.0  # for what looks at every file of a repository
CONFIG = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.alternateRefsCommand=",
    "diff.external=",
    "protocol.allow=never",
)
HARDENED = (*(part for each in CONFIG for part in ("-c", each)), "--no-pager", "--literal-pathspecs")
# A clone may lack objects. To fetch them git would start what its configuration names: an ssh command, a helper. Git
# from 2.44 on can be told not to fetch; any git lets no protocol through but one that does not exist.
EMPTY = "CODEASSIST_EMPTY"  # a variable that is, for --config-env
ENVIRONMENT = {
    EMPTY: "",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
# Which repository is meant is told by the directory; a hook's variables would mean the one that the hook runs in.
OF_A_HOOK = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_WORK_TREE",
    }
)
# These contradict literal path names, or have a diff written by a program.
_UNWANTED = frozenset({"GIT_EXTERNAL_DIFF", "GIT_GLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_NOGLOB_PATHSPECS"})


def environment(environ: Mapping[str, str], hook: frozenset[str] = frozenset()) -> dict[str, str]:
    """The variables for git, of those that are given; `hook`: which of a hook's are kept."""
    left_out = (OF_A_HOOK - hook) | _UNWANTED
    return {name: value for name, value in environ.items() if name not in left_out} | ENVIRONMENT


def run(
    arguments: Sequence[str],
    directory: Path | None,
    seconds: float | None = None,
    variables: Mapping[str, str] | None = None,
    given: bytes = b"",
) -> subprocess.CompletedProcess[bytes] | None:
    """Run git; None if it cannot be run or takes longer than `seconds`, or else 10.

    `variables` come from `environment`; without them those of this process are taken, but for a hook's. `given` is its
    standard input.
    """
    try:
        return subprocess.run(
            ["git", *HARDENED, *arguments],
            cwd=directory,
            env=environment(os.environ) if variables is None else variables,
            capture_output=True,
            check=False,
            timeout=SECONDS if seconds is None else seconds,
            input=given,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
