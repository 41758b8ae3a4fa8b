"""No new syntax errors: what is shown parses where the file can be made to parse."""

from __future__ import annotations

import re

from codeassist.completion.filters.ends import trim
from codeassist.completion.filters.health import best
from codeassist.completion.filters.hole import Cut, Hole
from codeassist.completion.filters.region import Parsed, own_line, regions
from codeassist.context.languages import Language

MAX_TRIES = 24  # places of each kind (line ends, ends of words) where a cut is tried, and lines that may fit
_FEW = 4  # of each where the verdict is doubtful anyway
_WORD_END = re.compile(r"\w+|[^\w\s]")
_OPENS = {
    "indent": re.compile(r":\Z"),
    "braces": re.compile(r"\{\Z"),
    "end": re.compile(r"\S\Z"),  # any line may: `if x`, `def x`, `x do`
    "shell": re.compile(r"(?:\b(?:do|then|else)|\{)\Z"),
}
# What an output that begins a block may need to be whole.
_BODY = {"indent": (" pass",), "braces": ("}",), "end": ("\nend",), "shell": (" :\nfi", " :\ndone", " :\n}")}


def syntax_errors(hole: Hole, text: str) -> Cut | None:
    """Cut what is to be inserted to the longest beginning that adds no ERROR or MISSING node.

    The text without the output is no measure: while one types, it is broken. If with some simple text in place of the
    cursor's line the code around it parses, then with the output it must parse too, else nothing of it is shown. If
    not, the code is broken elsewhere, or a bracket of a line above is still to be closed: the cursor's line must then
    parse by itself, or as many errors may stay as there were.

    An output that completes a line may end with the `{` or the colon of a block that is yet to be written.
    """
    if hole.language is None or not text.strip():
        return None
    around = [(region, Parsed(hole.language, region)) for region in regions(hole)]
    if any(_errors(hole, parsed, text) == 0 for _, parsed in around):
        return None
    for region, parsed in around:
        doubtful = parsed.errors(text) == 1
        least = best(hole, hole.language, region, parsed, _FEW if doubtful else MAX_TRIES)
        if doubtful or least <= 1:
            if _errors(hole, parsed, text) <= least:
                return None
            return _longest(hole, parsed, text, least) or Cut(0, "filtered")
    return _where_broken(hole, hole.language, around[0][1], text)


def _where_broken(hole: Hole, language: Language, around: Parsed, text: str) -> Cut | None:
    """The verdict where nothing makes the code around the cursor parse: the line by itself, if it can, or it all."""
    alone = Parsed(language, own_line(hole))
    if _errors(hole, alone, text) == 0:
        return None
    allowed = max(around.errors(""), around.errors("x"))
    if _errors(hole, around, text) <= allowed:
        return _longest(hole, around, text, 0, _FEW)
    return _longest(hole, around, text, allowed, _FEW) or Cut(0, "filtered")


def _errors(hole: Hole, parsed: Parsed, text: str) -> int:
    count = parsed.errors(text)
    blocks = hole.language.blocks if hole.language else "indent"
    if count and hole.line.strip() and not hole.rest.strip() and _OPENS[blocks].search(text):
        return min(count, *(parsed.errors(text + body) for body in _BODY[blocks]))
    return count


def _longest(hole: Hole, parsed: Parsed, text: str, allowed: int, tries: int = MAX_TRIES) -> Cut | None:
    """The longest beginning with no more errors than these: whole lines first, then words of the line after them."""
    lines = [match.end() for match in re.finditer(r"\n", text)][-tries:]
    whole = next((end for end in reversed(lines) if _fits(hole, parsed, text[:end], allowed)), 0)
    ends = [match.end() for match in _WORD_END.finditer(text, whole) if match.end() < len(text)]
    for end in [*reversed(ends[:tries]), whole]:
        if end and _fits(hole, parsed, text[:end], allowed):
            return Cut(end, "filtered")
    return None


def _fits(hole: Hole, parsed: Parsed, text: str, allowed: int) -> bool:
    """Whether a beginning says something, has few enough errors, and does not run into the word after the cursor."""
    text = trim(hole, text, cut=True)
    if not re.search(r"\w", text) or re.match(r"\w\w", text[-1:] + hole.rest[:1]):
        return False
    return _errors(hole, parsed, text) <= allowed
