"""Offline agreement: what accepting suggestions would have saved a person who in truth typed everything.

The person of the replay never accepts. Afterwards each suggestion is held against what was typed next; greedily, the
first that saves something is counted as accepted and the strokes that it covers are passed over. So the figures are
those of a person who sees every right suggestion at once and never a wrong one: an upper bound, the same for all sides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.sides import Seen

Rule = Callable[[str, str], int]
"""How many characters of a suggestion are accepted, given what is typed next."""


def whole(suggestion: str, ahead: str) -> int:
    """All of it or nothing."""
    return len(suggestion) if ahead.startswith(suggestion) else 0


def by_word(suggestion: str, ahead: str) -> int:
    """Word by word, as far as it is right."""
    same = 0
    while same < min(len(suggestion), len(ahead)) and suggestion[same] == ahead[same]:
        same += 1
    while 0 < same < len(suggestion) and _inside_word(suggestion, same):
        same -= 1
    return same


def saved(seen: Sequence[Seen], rule: Rule) -> tuple[int, int]:
    """(characters saved, characters typed) of one trace; accepting costs one key."""
    typed = sum(stroke.length for stroke in seen)
    covered = gain = 0
    left = typed
    for stroke in seen:
        left -= stroke.length
        if covered > 0:
            covered -= stroke.length
            continue
        accepted = min(left, rule(stroke.text, stroke.ahead)) if stroke.text else 0
        if accepted > 1:
            gain += accepted - 1
            covered = accepted
    return gain, typed


def _inside_word(text: str, index: int) -> bool:
    return _in_word(text[index - 1]) and _in_word(text[index])


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"
