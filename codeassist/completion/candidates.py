"""Other outputs for a hole, where the first one does not fit what follows it.

A small model hardly looks at the suffix. The program does: it knows which line follows, how deep that line stands, and
which names it needs. Where the first output cannot be right, other beginnings are forced, the likeliest first, and the
first output that fits is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from codeassist.completion.decoding import Decoding, Place
from codeassist.completion.filters.hole import width
from codeassist.completion.fits import fits, next_line
from codeassist.completion.postprocess import Filtered
from codeassist.context.languages import Language

_TRIES = 3
_LEAST_PROBABILITY = 0.12  # of a further candidate, the geometric mean over its tokens


def acceptable(place: Place, language: Language, done: Filtered, needed: Sequence[str]) -> bool:
    """True if an output for a hole can be right: something is left of it, what follows fits it, a name is met."""
    if not done.text.strip():
        return False
    return fits(place.before, done.text, place.after, language) and not unmet(needed, done.text)


def unmet(needed: Sequence[str], text: str) -> Sequence[str]:
    """The names that the code below needs, where the output mentions none of them."""
    return () if set(re.findall(r"\w+", text)).intersection(needed) else needed


def beginnings(place: Place, begin: str, first: Decoding, done: Filtered, needed: Sequence[str]) -> Iterator[str]:
    """What further outputs are made to begin with, at most three; each begins with what is already there."""
    tried = 0
    if not place.line.strip():
        indent = first.indent if not place.line else ""
        for name in unmet(needed, done.text)[:1]:
            deeper = width(next_line(place.after)) > width(place.line + indent)
            module = re.search(rf"\b{name}\.", place.after) is not None and not deeper
            yield begin + indent + (f"import {name}" if module else f"for {name} " if deeper else f"{name} ")
            tried += 1
    yield from first.alternatives[: _TRIES - tried]


def plausible(decoding: Decoding, text: str) -> bool:
    """True if the model finds a forced output likely enough to be shown."""
    return decoding.confidence(text) >= _LEAST_PROBABILITY
