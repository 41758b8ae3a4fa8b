"""Runs a program that nobody has read, such as tests that a model wrote: without the network, and it can write in its
own folder only.

It can read what its user can, and start programs, to which the same applies. What restricts it is the kernel (seccomp,
Landlock); on another system than Linux it is not restricted. Landlock knows of no right to change modes, owners, times
and attributes (landlock(7), "Current limitations"), and linkers need the first: those of the user's files can change.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from codeassist.privacy.filesystem import give_up_files
from codeassist.privacy.network import give_up_network

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/shm", "/dev/urandom")  # noqa: S108  devices
SCRATCH = ".codeassist-scratch"


def command(line: str, writable: Sequence[str] = ()) -> str:
    """A shell command that runs another one confined to the folder it is started in.

    `writable`: further folders, such as a compiler's cache.
    """
    import shlex

    return shlex.join([sys.executable, "-I", "-m", __spec__.name, *writable, "--", line])


def main(arguments: Sequence[str]) -> None:
    """Confine this process, then become the shell that runs the line behind `--`."""
    *folders, _, line = arguments
    scratch = Path.cwd() / SCRATCH
    scratch.mkdir(exist_ok=True)
    confine([Path.cwd(), *(Path(each).expanduser() for each in folders)])
    variables = {**os.environ, "TMPDIR": str(scratch)}
    os.execve("/bin/sh", ["/bin/sh", "-c", line], variables)  # noqa: S606  what it is for


def confine(writable: Sequence[Path]) -> str:
    """Restrict this process for good.

    Returns:
        "enforced" (network and files), "partial" (network only) or "none".
    """
    files = give_up_files([], [*writable, *map(Path, _DEVICES)], [Path("/")])
    network = give_up_network(programs=True)
    return "enforced" if files and network else "partial" if network else "none"


if __name__ == "__main__":
    main(sys.argv[1:])
