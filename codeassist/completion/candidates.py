"""Other outputs for a hole, where the first one does not fit what follows it.

A small model hardly looks at the suffix. The program does: it knows which line follows, how deep that line stands, and
which names it needs. Where the first output cannot be right, other beginnings are forced, the likeliest first, and the
first output that fits is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from codeassist.completion.decoding import Decoding, Place
from codeassist.completion.extent import Extent
from codeassist.completion.filters.hole import width
from codeassist.completion.fits import fits, needed_names
from codeassist.completion.postprocess import Filtered
from codeassist.context.languages import Language

_TRIES = 3
_LEAST_PROBABILITY = 0.12  # of a further candidate, the geometric mean over its tokens


def acceptable(place: Place, language: Language, done: Filtered) -> bool:
    """True if an output for a hole can be right: something is left of it, and what follows fits it."""
    if not done.text.strip():
        return False
    return fits(place.before, done.text, place.after, language) and not (unmet(place, language, done.text))


def unmet(place: Place, language: Language, text: str) -> list[str]:
    """Names that the code below needs and that neither the file above nor the output mentions."""
    written = set(re.findall(r"\w+", text))
    names = needed_names(place.before, place.after, language)
    return [] if written.intersection(names) else names


def beginnings(place: Place, language: Language, begin: str, first: Decoding, done: Filtered) -> Iterator[str]:
    """What further outputs are made to begin with, at most three; each begins with what is already there."""
    if first.extent is not Extent.HOLE:
        return
    line = place.before[place.before.rfind("\n") + 1 :]
    tried = 0
    if not line.strip():
        indent = first.indent if not line else ""
        for name in unmet(place, language, done.text)[:1]:
            following = next((each for each in place.after.split("\n") if each.strip()), "")
            deeper = width(following) > width(line + indent)
            module = re.search(rf"\b{name}\.", place.after) is not None and not deeper
            yield begin + indent + (f"import {name}" if module else f"for {name} " if deeper else f"{name} ")
            tried += 1
    yield from first.alternatives[: _TRIES - tried]


def plausible(decoding: Decoding, text: str) -> bool:
    """True if the model finds a forced output likely enough to be shown."""
    return decoding.confidence(text) >= _LEAST_PROBABILITY
