"""Code to measure models on: functions of codeassist's own source, which no model was trained on.

A passage is laid out as typing is: what stands above the function, what stands below it, and its body after the middle
marker. One pass over it tells for every line whether the model would have written it, given the lines before it.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import codeassist

_ABOVE, _BELOW = 24, 10  # lines
_SHORTEST, _LONGEST = 6, 28  # lines of a body


@dataclass(frozen=True)
class Passage:
    """A function: the text above its body, the body, the text below."""

    name: str
    head: str
    body: str
    suffix: str


def passages(count: int, folder: Path | None = None) -> list[Passage]:
    """So many passages (or all there are), of at most one function a file at first; the same ones in each call."""
    folder = folder or Path(codeassist.__file__).parent
    found = [each for file in sorted(folder.rglob("*.py")) for each in _in_file(file, folder)]
    ordered = sorted(found, key=lambda each: (each[0], hashlib.sha256(each[1].name.encode()).digest()))
    return [passage for _, passage in ordered[:count]]


def _in_file(file: Path, folder: Path) -> Iterator[tuple[int, Passage]]:
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    taken = 0
    for node in functions:
        start, end = node.body[0].lineno - 1, node.end_lineno or 0
        if not _SHORTEST <= end - start <= _LONGEST:
            continue
        name = f"{file.relative_to(folder)}::{node.name}:{node.lineno}"
        head, below = lines[max(0, start - _ABOVE) : start], lines[end : end + _BELOW]
        yield taken, Passage(name, "".join(head), "".join(lines[start:end]), "".join(below))
        taken += 1
