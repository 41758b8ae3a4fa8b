"""What this machine is, as far as the speed of a model depends on it."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
import time
from pathlib import Path

import msgspec

_STAT = Path("/proc/stat")
_POWER = Path("/sys/class/power_supply")  # Linux, Documentation/ABI/testing/sysfs-class-power
_QUOTA = Path("/sys/fs/cgroup/cpu.max")  # Linux, Documentation/admin-guide/cgroup-v2.rst
_MEMORY = Path("/sys/fs/cgroup/memory.max")  # the same; bytes, or "max"


class Machine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What makes figures of one machine useless on another.

    Attributes:
        processor: its name, as the system tells it.
        processors: those that this process may use.
        memory_gib: that it may use, rounded to whole GiB.
    """

    processor: str
    processors: int
    memory_gib: int


def machine() -> Machine:
    """This machine, now: a container's limits and affinity count."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):
        memory = min(memory, int(_MEMORY.read_text()))
    return Machine(_processor(), processors(), round(memory / 2**30))


def processors() -> int:
    """How many processors this process may use at once."""
    allowed = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        quota, period = _QUOTA.read_text().split()
        if quota != "max":
            allowed = min(allowed, max(1, round(int(quota) / int(period))))
    return allowed


def busy(seconds: float = 0.5) -> float:
    """What share of the processors others use, 0 to 1, watched for so long; the load where only that is told."""
    before = _ticks()
    time.sleep(seconds)
    after = _ticks()
    if before is None or after is None or after[1] <= before[1]:
        return min(1.0, os.getloadavg()[0] / processors())
    return (after[0] - before[0]) / (after[1] - before[1])


def _ticks() -> tuple[int, int] | None:
    """Ticks of all processors since the start: at work, and in all (Linux, proc(5), /proc/stat)."""
    try:
        user, nice, system, idle, waiting, *rest = map(int, _STAT.read_text().partition("\n")[0].split()[1:9])
    except (OSError, ValueError):
        return None
    work = user + nice + system + sum(rest)
    return work, work + idle + waiting


def on_battery(supplies: Path = _POWER) -> bool:
    """Whether the machine runs on a battery; False where nobody can tell."""
    if sys.platform == "darwin":
        return "Battery Power" in _printed("pmset", "-g", "batt")
    mains = [_read(each / "online") for each in supplies.glob("*") if _read(each / "type") == "Mains"]
    if mains:
        return "1" not in mains
    own = [each for each in supplies.glob("*") if _read(each / "scope") != "Device"]  # not a mouse's, a headset's
    return "Discharging" in [_read(each / "status") for each in own if _read(each / "type") == "Battery"]


def _processor() -> str:
    if sys.platform == "darwin":
        return _printed("sysctl", "-n", "machdep.cpu.brand_string").strip() or platform.machine()
    with contextlib.suppress(OSError), Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.machine()


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _printed(*command: str) -> str:
    import subprocess

    with contextlib.suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(command, capture_output=True, text=True, timeout=2, check=False).stdout
    return ""
