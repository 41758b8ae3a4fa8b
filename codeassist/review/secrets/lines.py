"""All secrets of one line, each told once, by whatever knows it best."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate, chain
from types import MappingProxyType

from codeassist.review.secrets.assignments import TELLING, assigned
from codeassist.review.secrets.commands import COMMAND, commanded
from codeassist.review.secrets.detectors import SIGNS, detected
from codeassist.review.secrets.formats import formats, formatted
from codeassist.review.secrets.found import Secret

_MOST_JOINED = 6  # lines
# What YAML and XML give in the next line.
_NAMED_ABOVE = re.compile(r"(?P<yaml>[\w\"' .-]{1,80}:)[ \t]*[|>][-+]?[ \t]*$|(?P<xml><[\w.:-]{1,80}>)[ \t]*$")


def likely(text: str) -> set[int]:
    """The lines (1-based) of a text outside of which `secrets_in` finds nothing, for texts of very many lines.

    To look for each sign in the text as a whole takes 30 ms for a million characters, to look at each line seconds.
    """
    lower = text.lower()
    starts = [0, *accumulate(len(line) + 1 for line in lower.split("\n"))]
    found: set[int] = set()
    for sign, below in _signs().items():
        at = lower.find(sign)
        while at >= 0:
            line = bisect_right(starts, at)
            found.update(range(line, line + below + 1))
            at = lower.find(sign, starts[line])
    return found


@cache
def _signs() -> Mapping[str, int]:
    """What a line holds that a secret is found in, or one of so many lines above it."""
    own = chain(SIGNS, *(row.signs for row, _ in formats()))
    return MappingProxyType({**dict.fromkeys(own, 0), **dict.fromkeys(TELLING, 1), COMMAND: _MOST_JOINED})


def secrets_in(line: str, before: Sequence[str], *, code: bool, generic: bool = True) -> list[Secret]:
    """The secrets of a line.

    `before`: the lines above it, the nearest last. `code`: what is not quoted is a name. `generic`: also values that
    only their names tell.
    """
    found = chain(formatted(line), detected(line))
    if generic:
        found = chain(found, assigned(line, code=code), commanded(line, _joined(before)), _named_above(line, before))
    return _once(found)


def _once(found: Iterable[Secret]) -> list[Secret]:
    kept: list[Secret] = []
    for secret in found:
        if not any(secret.start < other.end and other.start < secret.end for other in kept):
            kept.append(secret)
    return sorted(kept, key=lambda secret: secret.start)


def _joined(before: Sequence[str]) -> str:
    """The lines above that a backslash joins with this one."""
    joined: list[str] = []
    for line in reversed(before[-_MOST_JOINED:]):
        if not line.rstrip().endswith("\\"):
            break
        joined.append(line)
    return "\n".join(joined)


def _named_above(line: str, before: Sequence[str]) -> Iterator[Secret]:
    above = _NAMED_ABOVE.search(before[-1][-200:]) if before else None
    if above is None:
        return
    head = f"{above['yaml']} " if above["yaml"] else above["xml"]
    shift = len(line) - len(line.lstrip()) - len(head)
    for secret in assigned(f"{head}{line.strip()}", code=False):
        if secret.start >= len(head):
            yield secret._replace(start=secret.start + shift, end=secret.end + shift)
