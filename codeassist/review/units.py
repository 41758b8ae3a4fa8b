"""What the model scores at a time: a few changed lines of one definition, with what stands above and below them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from codeassist.context.scope import Scope, scopes
from codeassist.review.change import FileChange

_LINES = 16  # of one unit; more are several units
_ABOVE, _BELOW = 16, 8  # lines shown above, and scored below
_LEAST_ABOVE = 8
_LINE = 400  # characters; a longer line is no code that a person wrote
_MAX_TEXT = 400_000  # characters of a file whose definitions are looked for


@dataclass(frozen=True)
class Unit:
    """Changed lines `first` to `last` (1-based, included) of the new text.

    Attributes:
        name: of the definition around them, "" at the top level.
        head: what the model is shown before: the definition's first line and the lines above, ending with a newline.
        start, end: where the changed lines are in the new text, as offsets in code points, the last newline included.
        after: the lines below that are scored, too.
        old: the lines that were there before, "" if none were.
    """

    change: FileChange
    first: int
    last: int
    name: str
    head: str
    start: int
    end: int
    after: str
    old: str

    @property
    def changed(self) -> str:
        """The changed lines."""
        return (self.change.new or "")[self.start : self.end]


def units(change: FileChange) -> Iterator[Unit]:
    """The units of a file that is code; those of blank lines, and with overlong ones, are left out."""
    text, language = change.new, change.language
    if text is None or language is None or len(text) > _MAX_TEXT:
        return
    lines = text.splitlines(keepends=True) if text.isascii() else [each + "\n" for each in text.split("\n")]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    around = scopes(language, text, change.tree) if change.tree is not None else []  # it may take too long to parse
    for first, end, old in _stretches(change):
        last = min(end, len(lines))
        shown = "".join(lines[first - 1 : last])
        if not shown.strip() or any(len(line) > _LINE for line in lines[first - 1 : last + _BELOW]):
            continue
        scope = _innermost(around, starts[first - 1], starts[last])
        name, head = _head(lines, starts, first, scope)
        after = "".join(lines[last : last + _BELOW])
        yield Unit(change, first, last, name, head, starts[first - 1], min(starts[last], len(text)), after, old)


def _stretches(change: FileChange) -> Iterator[tuple[int, int, str]]:
    """Changed lines, at most so many together, with the old ones that they replaced."""
    for hunk in change.hunks:
        old = change.old_lines[hunk.old_start - 1 : hunk.old_start - 1 + hunk.old_count]
        for begin in range(0, hunk.new_count, _LINES):
            size = min(_LINES, hunk.new_count - begin)
            before = old if hunk.new_count <= _LINES else old[begin : begin + _LINES]
            first = hunk.new_start + begin
            yield first, first + size - 1, "".join(f"{line}\n" for line in before)


def _innermost(around: list[Scope], start: int, end: int) -> Scope | None:
    """The smallest definition that holds a stretch's beginning, and begins before its end."""
    holding = [scope for scope in around if scope.start < end and scope.end > start and scope.start <= start]
    return max(holding, key=lambda scope: scope.start, default=None)


def _head(lines: list[str], starts: list[int], first: int, scope: Scope | None) -> tuple[str, str]:
    begin = max(0, first - 1 - _ABOVE)
    if scope is None:
        return "", "".join(lines[begin : first - 1])
    opening = bisect_right(starts, scope.start) - 1  # the definition's line, from 0
    body = bisect_right(starts, scope.body) - 1 if scope.body >= 0 else opening + 1
    if opening >= begin:
        begin = min(opening, max(0, first - 1 - _LEAST_ABOVE))
        return scope.name, "".join(lines[begin : first - 1])
    signature = lines[opening : min(max(body, opening + 1), opening + 8, begin)]
    return scope.name, "".join((*signature, *lines[begin : first - 1]))
