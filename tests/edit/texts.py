"""Originals and targets for tests."""

from __future__ import annotations

from pathlib import Path

from codeassist.edit.original import Original
from codeassist.edit.target import Named, Target, targets

SAMPLES = Path(__file__).parents[1] / "context" / "samples"
NAMES = sorted(path.name for path in SAMPLES.iterdir() if path.suffix != ".txt")


def sample(name: str) -> Original:
    return Original.of_text(name, (SAMPLES / name).read_text(encoding="utf-8"))


def python(text: str) -> Original:
    return Original.of_text("a.py", text)


def by_name(original: Original, name: str) -> Target:
    (found,) = targets(original, Named(original.path, name=name))
    return found


def by_lines(original: Original, start: int, end: int = 0) -> Target:
    (found,) = targets(original, Named(original.path, start, end or start))
    return found
