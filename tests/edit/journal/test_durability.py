"""E1 to E3 of RELIABILITY.md: an edit loses nothing, whatever happens at whichever call. In full:
benchmarks.durability.

It runs in a process of its own, since it forks.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import msgspec
import pytest

PARTS = {
    "pairs": ("--pairs", "200"),
    "kills": (),
    "mending": ("--sparse", "9"),
    "faults": ("--sparse", "7"),  # every call still fails, but with one of the errors
    "writers": ("--sparse", "29"),
    "readonly": (),
}


@pytest.mark.parametrize("part", PARTS)
def test_nothing_is_lost(part: str) -> None:
    command = [sys.executable, "-m", "benchmarks.durability", part, "--json", *PARTS[part]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    assert done.stderr == ""
    found: dict[str, dict[str, Any]] = msgspec.json.decode(done.stdout)
    assert found
    assert [each for tally in found.values() for each in tally["complaints"]] == []
    assert all(tally["trials"] >= 10 for tally in found.values() if part != "readonly")
    if part == "kills":
        assert all(tally["killed"] == tally["trials"] for tally in found.values())
        assert all(tally["mended"] > 50 and tally["new"] > 5 < tally["old"] for tally in found.values())
    if part == "faults":
        assert all(tally["refused"] > tally["done"] > 0 for tally in found.values())
