"""What a search query asks for: words of prose, names of definitions, a place in a file."""

from __future__ import annotations

import re
from typing import NamedTuple

from codeassist.context.terms import terms

_LONGEST = 1000  # characters of a query that are looked at
_NAME = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|#|->|\\)[A-Za-z_$][\w$]*)*")
_SEPARATOR = re.compile(r"\.|::|#|->|\\")
_ASKED = re.compile(rf"[`'\"]?({_NAME.pattern})(?:\(\))?[`'\"]?")
_CODE = re.compile(r"_|[a-z0-9][A-Z]|[.:#>\\]\w|^[A-Z][A-Z0-9]+$")  # such a word is a name, not prose
_PLACE = re.compile(r"([^\s:]+\.\w+|[^\s:]*/[^\s:]+)(?::(\d{1,7}))?(?:[:-]\d{1,7})?")
_ISSUE = re.compile(r"(?i)\b(?:closes|close|fixes|fixed|refs|ref|see)?:?\s*#\d+")
_COMMON = """
a about all also an and any are as at be been but by can could did do does for from had has have how i if in into is it
its just like may more most no not now of on one only or our out over should so some such than that the their them then
there these they this to up use used uses using was we were what when where which who why will with would you your
"""
_CHANGING = "add added adds chore ensure feat fix fixed fixes implement implemented improve improved make"  # of commits
_STOP = frozenset([*_COMMON.split(), *_CHANGING.split()])


class Query(NamedTuple):
    """A query as it is looked up.

    Attributes:
        words: in lower case, split at case and underscores, without those that every text has; in order, distinct.
        names: what may be the name of a definition: its parts from the outermost on ("Panel", "title").
        symbol: the query is one name and nothing else.
        place: (path, line) if the query is one; line 0 if none is named.
    """

    words: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    symbol: bool
    place: tuple[str, int] | None


def parse(query: str) -> Query:
    """What a query asks for; any text is one."""
    text = query[:_LONGEST].strip()
    alone = _ASKED.fullmatch(text)
    place = _PLACE.fullmatch(text)
    prose = _ISSUE.sub(" ", text)
    found = dict.fromkeys(terms(prose))
    return Query(
        words=tuple(word for word in found if word not in _STOP) or tuple(found),
        names=tuple(dict.fromkeys(tuple(_SEPARATOR.split(name)) for name in _names(prose, alone))),
        symbol=alone is not None,
        place=(place[1], int(place[2] or 0)) if place else None,
    )


def _names(prose: str, alone: re.Match[str] | None) -> list[str]:
    """Words that are written as code is; a capital says so only inside a sentence."""
    if alone is not None:
        return [alone[1]]
    found = list(_NAME.finditer(prose))
    return [each[0] for each in found if _CODE.search(each[0]) or (each[0][0].isupper() and each.start() > 0)]
