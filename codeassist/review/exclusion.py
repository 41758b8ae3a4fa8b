"""Paths that are left out of a review, by lines as in .gitignore.

Patterns come from the repository. As one regular expression each, which is how pathspec matches them, `a*a*a*a*b` takes
years to say no; here a path is compared part by part, each by `fnmatch`, whose expressions never go back.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from typing import NamedTuple

from codeassist.errors import ConfigError

_MOST_PATTERNS, _LONGEST = 500, 500
_ESCAPED = re.compile(r"\\(.)")


class _Pattern(NamedTuple):
    parts: tuple[str, ...]  # "**" stands for any number of directories
    wanted: bool  # it began with "!"
    folder: bool  # it ended with "/": directories only


class Exclusion:
    """Answers for the paths of one tree."""

    def __init__(self, lines: Sequence[str]) -> None:
        """Read the patterns.

        Raises:
            ConfigError: there are too many, or one is too long.
        """
        if len(lines) > _MOST_PATTERNS or any(len(line) > _LONGEST for line in lines):
            raise ConfigError(
                f"review.exclude has over {_MOST_PATTERNS} patterns, or one of over {_LONGEST} characters",
                "name directories instead of the files in them",
            )
        self._patterns = [pattern for pattern in map(_parsed, lines) if pattern is not None]

    def __contains__(self, path: object) -> bool:
        """Whether a POSIX path relative to the root is left out: by a pattern that is of it, or of what it is in."""
        if not self._patterns or not isinstance(path, str):
            return False
        parts = path.split("/")
        said: dict[int, bool] = {}  # of a path's beginnings, by how many parts they have
        for pattern in self._patterns:  # the last that is of a path decides
            depths = (each for each in _depths(pattern.parts, parts) if each < len(parts) or not pattern.folder)
            said |= dict.fromkeys(depths, not pattern.wanted)
        return any(said.values())  # what is in a directory that is left out is left out whatever else is said


def _parsed(line: str) -> _Pattern | None:
    line = line.rstrip("\n")
    if not line.endswith("\\ "):
        line = line.rstrip(" ")
    if not line or line.startswith("#"):
        return None
    wanted = line.startswith("!")
    text = line.removeprefix("!")
    folder = text.endswith("/")
    anchored = "/" in text.rstrip("/")
    names = [part for part in text.split("/") if part]
    if not names:
        return None
    if names[-1] == "**":
        names[-1] = "*"  # what is in a directory that is left out is left out with it
    parts = tuple(part if part == "**" else _translated(part) for part in names)
    return _Pattern(parts if anchored else ("**", *parts), wanted, folder)


def _translated(part: str) -> str:
    """A part of a pattern as `fnmatch` reads it: no escapes, "!" in sets."""
    part = _ESCAPED.sub(lambda match: f"[{match[1]}]" if match[1] in "*?[" else match[1], part)
    return re.sub(r"\*{2,}", "*", part.replace("[^", "[!"))


def _depths(pattern: Sequence[str], parts: Sequence[str]) -> list[int]:
    """Of which beginnings of a path a pattern is: all places that can be reached are kept, nothing is tried twice."""
    reached, found = {0}, []
    for depth, part in enumerate(parts, 1):
        after = set()
        for at in _beyond(pattern, reached):
            if pattern[at] == "**":
                after.add(at)
            elif fnmatch.fnmatchcase(part, pattern[at]):
                after.add(at + 1)
        reached = after
        if len(pattern) in reached:
            found.append(depth)
    return found


def _beyond(pattern: Sequence[str], reached: set[int]) -> set[int]:
    """The parts of a pattern that may come next: those reached, and what is after each "**", which may be nothing."""
    found: set[int] = set()
    for at in reached:
        for place in range(at, len(pattern)):
            found.add(place)
            if pattern[place] != "**":
                break
    return found
