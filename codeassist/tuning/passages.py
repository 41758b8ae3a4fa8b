"""Code to measure models on: small functions of our own (`items/`), each as it is typed and with lines missing.

A passage is laid out as completions are: what stands above, what stands below, and what is asked for after the middle
marker. One pass over it tells for every line whether the model would have written it, given what comes before. The
functions are of the kind that small models know well: where they fail at most lines anyway (the source of codeassist
itself: 12 % right), a loss does not show. Four bits for everything, which halve what passes the tests of single missing
lines, lost 0.03 of a token's log-probability there, and 0.09 on easy lines with their surroundings.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BELOW = 5  # lines
_SHORTEST = 12  # characters of a line that goes missing
_HOLES = 2  # of each function


@dataclass(frozen=True)
class Passage:
    """A text to write, with what is above and below it."""

    head: str
    body: str
    suffix: str


@dataclass(frozen=True)
class Item:
    """A function: its body as a whole, then single lines of it."""

    name: str
    passages: tuple[Passage, ...]


def items(folder: Path | None = None) -> list[Item]:
    """Every function of the folder, files in turn: a beginning of the list has something of each."""
    folder = folder or Path(__file__).parent / "items"
    files = [list(_in_file(file)) for file in sorted(folder.glob("*.py"))]
    longest = max(map(len, files), default=0)
    return [each[number] for number in range(longest) for each in files if number < len(each)]


def _in_file(file: Path) -> Iterator[Item]:
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            top, start, end = node.lineno - 1, node.body[1].lineno - 1, node.end_lineno or 0
            below = lines[end : end + _BELOW]
            passages = _passages([*lines[top:end], *below], start - top, end - top)  # the documentation is shown
            yield Item(f"{file.stem}.{node.name}", tuple(passages))


def _passages(lines: list[str], start: int, end: int) -> Iterator[Passage]:
    yield _passage(lines, start, end)
    whole = [at for at in range(start, end) if len(lines[at].strip()) >= _SHORTEST]
    for number in range(min(_HOLES, len(whole))):
        at = whole[(number + 1) * len(whole) // (_HOLES + 1)]
        yield _passage(lines, at, at + 1)


def _passage(lines: list[str], start: int, end: int) -> Passage:
    return Passage("".join(lines[:start]), "".join(lines[start:end]), "".join(lines[end:]))
