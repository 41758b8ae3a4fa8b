"""The engine's sandbox: no network, and no files but the model, its own state and the Python it runs on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import codeassist
from codeassist.privacy.filesystem import give_up_files
from codeassist.privacy.network import give_up_network, network_is_gone

_SYSTEM = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")
_KERNEL = ("/proc", "/sys/devices", "/sys/fs/cgroup", "/dev/null", "/dev/urandom")
_PROOF_SECONDS = 20.0


def enter(readable: Sequence[Path], writable: Sequence[Path]) -> str:
    """Restrict this process for good.

    Returns:
        "enforced" (network and files), "partial" (network only) or "none".
    """
    package = Path(codeassist.__file__).resolve().parent
    python = [Path(sys.prefix), Path(sys.base_prefix), *(Path(entry) for entry in sys.path if "-packages" in entry)]
    own = [package, (package / "prompts").resolve(), (package / "lsp").resolve()]
    files = give_up_files([*readable, *python, *own, *map(Path, (*_SYSTEM, *_KERNEL))], [*writable, Path("/dev/null")])
    network = give_up_network()
    if not network:
        return "none"
    return "enforced" if files else "partial"


def prove() -> str:
    """What `enter` achieves on this machine, shown in a child that enters and then tries to leak.

    Returns:
        "enforced", "partial", "none", or "broken" if the kernel accepted the filter and the leak worked all the same.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "codeassist.privacy.sandbox"],
            capture_output=True,
            text=True,
            timeout=_PROOF_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            cwd="/",
        )
    except (OSError, subprocess.SubprocessError):
        return "none"
    word = done.stdout.strip()
    return word if word in {"enforced", "partial", "none"} else "broken"


def _try_to_leak() -> str:
    """Enter the sandbox, then try a socket, a file outside and a program."""
    outside = Path("/etc/passwd")
    state = enter([], [])
    if state == "none":
        return state
    leaks = [] if network_is_gone() else ["network"]
    if state == "enforced":
        try:
            outside.read_bytes()
            leaks.append("files")
        except PermissionError:
            pass
    try:
        subprocess.run(["/bin/true"], check=False)
        leaks.append("program")
    except PermissionError:
        pass
    return "broken: " + ", ".join(leaks) if leaks else state


if __name__ == "__main__":
    print(_try_to_leak())  # noqa: T201  the parent reads it
