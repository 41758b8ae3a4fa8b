"""Typing made from two states of a file: hunks from top to bottom, character by character, with pauses as people make.

A line diff gives the hunks. In each the cursor jumps to the first difference, what goes is deleted in one edit (a
selection, not a row of backspaces), and what comes is typed one character at a time. A newline brings the next line's
indentation with it, as editors do. Nothing is ever pasted, completed or accepted.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

JUMP, TYPE, DELETE = "jump", "type", "delete"
SIGMA = 0.45  # of the logarithm of a pause
_PUNCTUATION = frozenset(".,:;()[]{}=\"'")


@dataclass(frozen=True)
class Stroke:
    """One event at the keyboard: `removed` characters at offset `at` give way to `text`; a jump only moves the cursor.

    Attributes:
        pause: seconds that the person lets pass after it.
        probe: the person stops here and looks at the screen.
        ahead: what is typed next from here without a jump or a deletion: what a right suggestion would say.
    """

    kind: str
    at: int
    removed: int = 0
    text: str = ""
    pause: float = 0.0
    probe: bool = False
    ahead: str = ""

    @property
    def cursor(self) -> int:
        """The offset of the cursor afterwards."""
        return self.at + len(self.text)


def apply(text: str, stroke: Stroke) -> str:
    """The text after a stroke."""
    return text[: stroke.at] + stroke.text + text[stroke.at + stroke.removed :]


def synthesise(pre: str, post: str) -> list[Stroke]:
    """The strokes that turn `pre` into `post`, with what lies ahead of each; without pauses."""
    strokes: list[Stroke] = []
    cursor = -1
    text = pre
    for at, removed, inserted in _changes(pre, post):
        start, typed = _from_line_end(text, at, removed, inserted)
        if start != cursor:
            strokes.append(Stroke(JUMP, start))
        if removed:
            strokes.append(Stroke(DELETE, start, removed))
        strokes += _typed(start, typed, at_line_start=start == 0 or text[start - 1] == "\n")
        text = text[:at] + inserted + text[at + removed :]
        cursor = start + len(typed)
    return _with_ahead(strokes)


def _changes(pre: str, post: str) -> Iterator[tuple[int, int, str]]:
    """(offset in the text as it is by then, characters that go, text that comes), from top to bottom."""
    old, new = pre.splitlines(keepends=True), post.splitlines(keepends=True)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        at = sum(map(len, new[:j1]))
        if i2 - i1 == j2 - j1:
            pairs = list(zip(old[i1:i2], new[j1:j2], strict=True))
        else:
            pairs = [("".join(old[i1:i2]), "".join(new[j1:j2]))]
        for before, after in pairs:
            yield _differing(at, before, after)
            at += len(after)


def _differing(at: int, before: str, after: str) -> tuple[int, int, str]:
    """A replacement without what its two sides begin and end with alike."""
    least = min(len(before), len(after))
    head = next((index for index in range(least) if before[index] != after[index]), least)
    least -= head
    tail = next((index for index in range(least) if before[-1 - index] != after[-1 - index]), least)
    return at + head, len(before) - head - tail, after[head : len(after) - tail]


def _from_line_end(text: str, at: int, removed: int, inserted: str) -> tuple[int, str]:
    """New whole lines are typed from the end of the line above: Enter first, as people do."""
    if not removed and at and text[at - 1] == "\n" and inserted.endswith("\n"):
        return at - 1, "\n" + inserted[:-1]
    return at, inserted


def _typed(at: int, text: str, *, at_line_start: bool) -> Iterator[Stroke]:
    """A stroke for each character; indentation comes with the newline before it."""
    index = 0
    while index < len(text):
        end = index + 1
        if text[index] == "\n" or (index == 0 and at_line_start and text[0] in " \t"):
            while end < len(text) and text[end] in " \t":
                end += 1
        yield Stroke(TYPE, at + index, 0, text[index:end])
        index = end


def _with_ahead(strokes: Sequence[Stroke]) -> list[Stroke]:
    result: list[Stroke] = []
    ahead = ""
    for stroke in reversed(strokes):
        result.append(replace(stroke, ahead=ahead))
        ahead = stroke.text + ahead if stroke.kind == TYPE else ""
    return result[::-1]


def window(text: str, strokes: Sequence[Stroke], count: int, rng: random.Random) -> tuple[str, list[Stroke]]:
    """`count` strokes from a place drawn at random, and the text as it is by then; all of them if there are no more."""
    start = rng.randint(0, max(0, len(strokes) - count))
    for stroke in strokes[:start]:
        text = apply(text, stroke)
    taken = list(strokes[start : start + count])
    if taken and taken[0].kind != JUMP:
        first = taken[0]
        ahead = first.text + first.ahead if first.kind == TYPE else ""
        taken.insert(0, Stroke(JUMP, first.at, ahead=ahead))
    return text, taken


def paced(strokes: Sequence[Stroke], rng: random.Random, probe: float, probe_seconds: float) -> list[Stroke]:
    """Give each stroke its pause; a share `probe` of them is followed by one of `probe_seconds`."""
    result: list[Stroke] = []
    for stroke in strokes:
        stops = stroke.kind != DELETE and rng.random() < probe
        result.append(replace(stroke, probe=stops, pause=probe_seconds if stops else pause_after(stroke, rng)))
    return result


def pause_after(stroke: Stroke, rng: random.Random) -> float:
    """Seconds until the next stroke: log-normal, its median and bounds by what was typed."""
    if stroke.kind == JUMP:  # reading the new place
        median, least, most = 1.7, 1.0, 3.0
    elif stroke.kind == DELETE or stroke.text[-1] in _PUNCTUATION or "\n" in stroke.text:
        median, least, most = 0.45, 0.3, 0.8
    else:
        median, least, most = 0.15, 0.04, 1.0
    return min(most, max(least, median * rng.lognormvariate(0.0, SIGMA)))
