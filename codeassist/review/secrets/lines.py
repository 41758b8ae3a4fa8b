"""All secrets of one line, each told once, by whatever knows it best."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from codeassist.review.secrets.assignments import assigned
from codeassist.review.secrets.commands import commanded
from codeassist.review.secrets.detectors import detected
from codeassist.review.secrets.formats import formatted
from codeassist.review.secrets.found import Secret

_MOST_JOINED = 6  # lines
# What YAML and XML give in the next line.
_NAMED_ABOVE = re.compile(r"(?P<yaml>[\w\"' .-]{1,80}:)[ \t]*[|>][-+]?[ \t]*$|(?P<xml><[\w.:-]{1,80}>)[ \t]*$")


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
