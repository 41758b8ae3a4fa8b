"""Where a prompt is anchored, and whether it still stands after what was typed.

Text before the anchor and after the cursor is frozen in front of the middle marker; what was typed since goes after
it. As long as the anchor fits, a keystroke evaluates only what was typed.
"""

from __future__ import annotations

from dataclasses import dataclass

from codeassist.context.languages import Language
from codeassist.context.scope import Scope, scopes_around

_WINDOW = 20_000  # characters that are parsed on each side of the cursor
_UNIQUE = 160  # characters of a head that are found again wherever text above it has moved it to
_DRIFTS = frozenset(" \t)]}>\"'`,;:")  # what editors insert and overtype after the cursor
_TABSTOP = 8


@dataclass(frozen=True)
class Anchor:
    """A frozen prompt.

    Attributes:
        start: where the head began in the file, in characters.
        head: the text from there to the anchor.
        after: the text after the cursor when the anchor was set, bounded.
        tokens: beginning of text, prefix marker, context, head, suffix marker, suffix, middle marker.
        room: tokens that may follow, what was typed and what is generated together.
        context: what stands above the head: chunks of the repository.
    """

    start: int
    head: str
    after: str
    tokens: tuple[int, ...]
    room: int
    context: tuple[str, ...] = ()

    def shown(self, before: str) -> tuple[int, int]:
        """Characters before and after the cursor that the prompt holds."""
        return max(0, len(before) - self.start), len(self.after)

    def typed(self, before: str, after: str) -> str | None:
        """What was typed since the anchor; None if text that is frozen has changed."""
        at = self.start
        if not before.startswith(self.head, at):
            at = before.rfind(self.head) if len(self.head) >= _UNIQUE else -1
            if at < 0:
                return None
        line, frozen_line = after.partition("\n")[0], self.after.partition("\n")[0]
        if line != frozen_line and not _DRIFTS.issuperset(line + frozen_line):
            return None
        below, frozen = after[len(line) :], self.after[len(frozen_line) :]
        return before[at + len(self.head) :] if below[: len(frozen)] == frozen and _same_end(below, frozen) else None


def _same_end(below: str, frozen: str) -> bool:
    """False if the file ended at the frozen text and goes on now."""
    return bool(frozen) or not below.strip()


def anchor_offset(before: str, after: str, language: Language | None, max_lines: int) -> int:
    """Where to anchor: the start of the innermost definition around the cursor, at most `max_lines` lines up.

    The further up, the better the small model infills (ARCHITECTURE.md has the figures). Where the definition begins
    further up, the least indented line within reach; without a grammar, the furthest line.
    """
    least = _lines_up(before, max_lines)
    if language is None:
        return least
    near, rest = before[-_WINDOW:], after[:_WINDOW]
    shift = len(before) - len(near)
    for scope in reversed(_around(language, near, rest)):
        start = near.rfind("\n", 0, scope.start) + 1 + shift
        if least <= start <= before.rfind("\n") + 1:
            return start
    return _least_indented(before, least)


def _around(language: Language, before: str, after: str) -> list[Scope]:
    """The definitions around the cursor; it belongs to the block that its indentation says it is in."""
    if before[before.rfind("\n") + 1 :] and not after.partition("\n")[0].strip():
        return scopes_around(language, f"{before}_{after}", len(before))
    return scopes_around(language, before + after, len(before.rstrip()))


def _lines_up(before: str, lines: int) -> int:
    at = len(before)
    for _ in range(lines + 1):
        at = before.rfind("\n", 0, at)
        if at < 0:
            break
    return at + 1


def _least_indented(before: str, offset: int) -> int:
    """The start of the first of the least indented lines from `offset` to the cursor's line."""
    best, least = offset, _TABSTOP * 100
    for line in before[offset : before.rfind("\n") + 1].splitlines(keepends=True):
        bare = line.lstrip(" \t")
        indent = len(line[: len(line) - len(bare)].expandtabs(_TABSTOP))
        if bare.strip() and indent < least:
            best, least = offset, indent
        offset += len(line)
    return best
