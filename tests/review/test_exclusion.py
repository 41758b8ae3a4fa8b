"""Patterns as in .gitignore: git itself says what is right."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from codeassist.errors import ConfigError
from codeassist.review.exclusion import Exclusion
from tests.repository import git

LISTS: list[list[str]] = [
    ["*.py"],
    ["/a"],
    ["a/"],
    ["a/b"],
    ["a/**"],
    ["**/b"],
    ["a/**/b"],
    ["**"],
    ["*", "!a"],
    ["*", "!*/", "!*.py"],
    ["a/*", "!a/b"],
    ["[ab]", "![b]"],
    ["[!a]"],
    ["[^a]"],
    [r"\*"],
    [r"\!b"],
    ["# a", "b  "],
    ["?.py", "", "/"],
    ["b/*/", "!a"],
    ["**/a/**/b"],
]
PATHS = [
    "/".join(parts)
    for parts in [
        ("a",),
        ("b",),
        ("*",),
        ("!b",),
        ("x.py",),
        ("xy.py",),
        ("a", "b"),
        ("b", "a"),
        ("b", "c"),
        ("a", "x.py"),
        ("a", "c", "b"),
        ("c", "a", "b"),
        ("c", "a", "d", "b", "e"),
        ("b", "c", "d"),
    ]
]


def test_as_git_understands_it(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    for lines in LISTS:
        (tmp_path / ".gitignore").write_text("\n".join(lines) + "\n")
        asked = "\0".join(PATHS).encode()
        command = ["git", "check-ignore", "--no-index", "-z", "--stdin"]
        said = subprocess.run(command, cwd=tmp_path, input=asked, capture_output=True).stdout
        ignored = {os.fsdecode(each) for each in said.split(b"\0") if each}
        exclusion = Exclusion(lines)
        assert {path for path in PATHS if path in exclusion} == ignored, lines


@pytest.mark.timeout(20)
@pytest.mark.parametrize("pattern", ["a*" * 200 + "b", "**/a/" * 90 + "b", "*" * 400 + "b", "[" * 300])
def test_a_hostile_pattern_costs_little(pattern: str) -> None:
    """As one regular expression the first two take years."""
    assert "a/" * 2_000 + "a" * 2_000 not in Exclusion([pattern])


@pytest.mark.parametrize("lines", [["a"] * 501, ["a" * 501]], ids=["many", "long"])
def test_what_is_too_much_is_refused(lines: list[str]) -> None:
    with pytest.raises(ConfigError, match=r"review\.exclude"):
        Exclusion(lines)


def test_nothing_is_excluded_by_nothing() -> None:
    assert "a" not in Exclusion([])
    assert 3 not in Exclusion(["*"])
