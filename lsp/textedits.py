"""From two texts to the edits between them: only lines that differ, where they stand now, with the newlines there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lsprotocol import types

from codeassist.lsp.documents import Document
from codeassist.review.change import Hunk
from codeassist.review.hunks import Effort, compare


class Lines(NamedTuple):
    """Lines from 1, both included; `last` = `first` - 1 is the place before `first`."""

    first: int
    last: int


class Piece(NamedTuple):
    """Lines that become `text`, which has LF newlines; its last line is ended too, but at the end of a text."""

    lines: Lines
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """What differs between two texts with LF newlines, in order."""
    lines = after.split("\n")
    found = []
    for hunk in compare(before, after, Effort()):
        end = hunk.new_start + hunk.new_count - 1
        text = "\n".join(lines[hunk.new_start - 1 : end])
        ended = hunk.new_count > 0 and end < len(lines)  # the last of these lines is what follows the last newline
        found.append(Piece(_old(hunk), text + "\n" if ended else text))
    return found


def moved(found: Sequence[Piece], kept: Sequence[Lines], before: str, now: str) -> list[Piece] | None:
    """The pieces as they apply to what `before` has become.

    None if one of their lines, of those beside an insertion, or of what has to be `kept`, is not as it was.
    """
    changes = compare(before, now, Effort())
    near = [Lines(each.first - 1, each.first) if each.last < each.first else each for each, _ in found]
    if any(_touches(hunk, each) for hunk in changes for each in (*near, *kept)):
        return None
    shifted = []
    for lines, text in found:
        by = sum(hunk.new_count - hunk.old_count for hunk in changes if hunk.old_start + hunk.old_count <= lines.first)
        shifted.append(Piece(Lines(lines.first + by, lines.last + by), text))
    return shifted


def text_edits(document: Document, found: Sequence[Piece]) -> list[types.TextEdit]:
    """The pieces as edits of the document as it is."""
    edits = []
    for lines, text in found:
        newline = document.ending(max(lines.last, 1))
        edits.append(types.TextEdit(document.whole(lines.first, lines.last), text.replace("\n", newline)))
    return edits


def _old(hunk: Hunk) -> Lines:
    return Lines(hunk.old_start, hunk.old_start + hunk.old_count - 1)


def _touches(hunk: Hunk, lines: Lines) -> bool:
    """Whether a change is of one of the lines, or came in between two of them."""
    if hunk.old_count == 0:
        return lines.first < hunk.old_start <= lines.last
    return hunk.old_start <= lines.last and lines.first < hunk.old_start + hunk.old_count
