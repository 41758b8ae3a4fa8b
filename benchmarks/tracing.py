"""The same with the kernel's own system calls: strace lets one fail, or kills the process at it.

strace(1), "Tampering": `-e inject=CALL:error=ENOSPC:when=N` and `:signal=KILL`.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from benchmarks.changesets import snapshot
from benchmarks.trials import Stand, Tally, judge_killed
from codeassist.errors import CodeassistError, MissingError

CALLS = (
    *("openat", "read", "pread64", "write", "close", "fsync", "fstat", "newfstatat", "readlink", "getdents64", "lseek"),
    *(
        "mkdir",
        "mkdirat",
        "rmdir",
        "unlink",
        "unlinkat",
        "rename",
        "renameat",
        "renameat2",
        "linkat",
        "chmod",
        "fchmod",
    ),
    *("fchown", "flistxattr", "fgetxattr", "fsetxattr", "fcntl", "flock", "ioctl"),
)
_REFUSED, _OTHER = 3, 4
_LINE = re.compile(r"(?:\d+ +)?(\w+)\(")


def traced(stand: Stand, *options: str) -> int:
    """Do the action in a process that strace watches; its status, as of waitpid."""
    ready, go = os.pipe()
    child = os.fork()
    if not child:
        os.close(go)
        _act(stand, ready)
    os.close(ready)
    tracer = subprocess.Popen(
        ["strace", "-qq", "-p", str(child), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    status = Path(f"/proc/{child}/status")
    while "TracerPid:\t0\n" in status.read_text() and tracer.poll() is None:
        time.sleep(0.001)
    os.close(go)
    _, ended = os.waitpid(child, 0)
    tracer.wait()
    return ended


def _act(stand: Stand, ready: int) -> None:
    code = _OTHER
    try:
        with suppress(OSError):  # it may be this one that fails
            os.read(ready, 1)
        try:
            stand.act()
            code = 0
        except MissingError:
            code = _REFUSED
        except CodeassistError:
            code = _OTHER
    finally:
        os._exit(code)


def counted(stand: Stand, log: Path) -> Counter[str]:
    """How often the action makes each call."""
    stand.set_up()
    assert traced(stand, "-o", str(log)) == 0
    names = (_LINE.match(line) for line in log.read_text(errors="replace").splitlines())
    return Counter(each[1] for each in names if each and each[1] in CALLS)


def injected(stand: Stand, log: Path, how: str) -> Iterator[tuple[str, int, int]]:
    """(call, number, status) of the action run again and again, each time with something at another call."""
    for call, count in sorted(counted(stand, log).items()):
        for number in range(1, count + 1):
            stand.set_up()
            yield call, number, traced(stand, "-e", f"trace={call}", "-e", f"inject={call}:{how}:when={number}")


def kill_each(stand: Stand, log: Path) -> Tally:
    """Killed as each call is entered."""
    tally = Tally()
    for call, number, status in injected(stand, log, "signal=KILL"):
        judge_killed(stand, tally, f"killed at {call} {number}", was=os.WIFSIGNALED(status))
    return tally


def fail_each(stand: Stand, log: Path, error: str) -> Tally:
    """Each call fails."""
    tally = Tally()
    for call, number, status in injected(stand, log, f"error={error}"):
        wrong = list(stand.mixed())
        code = os.waitstatus_to_exitcode(status)
        tally.trials += 1
        tally.refused += code == _REFUSED
        tally.done += code == 0
        if code not in (0, _REFUSED):
            wrong.append(f"it ends with {code}")
        elif snapshot(stand.root) != (stand.start if code else stand.end):
            wrong.append(f"it ends with {code}, and files are otherwise")
        tally.mended += bool(stand.open())
        with suppress(MissingError):
            wrong += stand.settled(tally)
        tally.complaints += [f"{stand.action}, {error} at {call} {number}: {each}" for each in wrong]
    return tally
