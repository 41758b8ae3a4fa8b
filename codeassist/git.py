"""Typed git calls: plumbing only, hardened against what a hostile repository's configuration would run."""

from __future__ import annotations

import subprocess

from codeassist.errors import MissingError

_HARDENED = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-pager")
_TIMEOUT_SECONDS = 10.0


def git_version() -> str:
    """The version of the git on PATH, such as "2.39.5".

    Raises:
        MissingError: there is no git that runs.
    """
    try:
        done = subprocess.run(
            ["git", *_HARDENED, "version"],
            capture_output=True,
            text=True,
            check=True,
            timeout=_TIMEOUT_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise MissingError("git cannot be run", "install git and put it on PATH") from error
    return done.stdout.removeprefix("git version").strip()
