"""What a model wrote, as far as a program can judge it: whole sentences, names that exist, lines that are its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from codeassist.context.languages import languages
from codeassist.terminal import one_line

WORD = re.compile(r"[A-Za-z_$][\w$]*")
_QUOTED = re.compile(r"`([^`]*)`")
_CALLED = re.compile(r"\b[A-Za-z_$][\w$.]*(?=\()")
_COMPOUND = re.compile(r"\b(?:[A-Za-z]*[a-z][A-Z]\w*|\w*[A-Za-z0-9]_\w+|_+[A-Za-z]\w*|\w+(?:\.[A-Za-z_]\w+)+)\b")
_END = re.compile(r"[.!?][)\"'”]*(?=\s)")
_ABBREVIATED = ("e.g.", "i.e.", "etc.", "vs.", "cf.", "approx.")


def first_sentence(said: str) -> str:
    """The first sentence of a text, on one line; "" if nothing follows that tells its end. Code blocks end the text."""
    text = said.partition("```")[0]
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    for match in _END.finditer(text):
        inside = any(start < match.start() < end for start, end in quoted)
        if not inside and not text[: match.end()].endswith(_ABBREVIATED):
            return one_line(text[: match.end()])
    return ""


def unknown_names(text: str, shown: str) -> list[str]:
    """The names that a text speaks of and that are not shown: in backticks, called, or spelled as only names are."""
    known = set(WORD.findall(shown))
    spoken = [*_QUOTED.findall(text), *_CALLED.findall(text), *_COMPOUND.findall(text)]
    words = dict.fromkeys(word for each in spoken for word in WORD.findall(each))
    return [word for word in words if word not in known and word.lower() not in languages()]


def without_neighbours(lines: Sequence[str], above: str, below: Sequence[str]) -> list[str]:
    """Lines without what the model repeated of those around them, and without empty ones at the end."""
    kept = list(lines)
    if len(kept) > 1 and above.strip() and kept[0].strip() == above.strip():
        kept.pop(0)
    while kept and not kept[-1].strip():
        kept.pop()
    following = [line.strip() for line in below[: len(kept)]]
    for count in range(1, len(kept)):
        rest = [line.strip() for line in kept[count:]]
        if rest == following[: len(rest)] and any(rest):
            return kept[:count]
    return kept
