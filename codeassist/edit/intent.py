"""What an instruction asks for, as far as its words tell: something new, another name, names to be there then."""

from __future__ import annotations

import re
from typing import NamedTuple

_CHARACTERS = 4_000
_THING = "(?:function|method|class|object|struct|enum|interface|constructor|property|decorator)(?:e?s)?"
_NEVER = r"(?:to|in|for|of|the|this|that|its?)\b"
_ADDING = re.compile(
    rf"\b(?:add|create|define|declare|implement|introduce|make|write)\b(?:[ ]+(?!{_NEVER})[\w`]+){{0,4}}?[ ]+{_THING}\b"
    r"|\b(?:define|implement|write|create)\b[^.,;]{1,60}\b(?:similarly|likewise|as well|too)\b"
    rf"|\bextract\b[^.]{{1,80}}\b(?:as|to|into) an?\b[^.,]{{0,20}}\b(?:{_THING}|variable|constant)\b",
    re.IGNORECASE,
)
_CHANGING = re.compile(
    r"\b(?:alter|change|convert|correct|edit|extend|fix|make (?:the|this|it)|modify|move|refactor|remove|rename|replace"
    r"|rewrite|update|(?:use|call|apply) (?:it|them))\b|\bthis (?:function|method|class)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?:called|named|(?:new |another |extra |optional )?(?:parameter|argument)|renamed? (?:it|the \w+|\w+) to)[ ]+"
    r"(?:[`'\"]([A-Za-z_]\w*)[`'\"]|([A-Za-z_]\w*)(?=[ ](?:and|as|that|which|with)\b|[,.;:=(]|$))"
)
_QUOTED = re.compile(r"`([A-Za-z_]\w*)(?:\(\))?`")
_CODE = re.compile(
    r"(?<![\w.'\"/`<\[(-])(?:[a-z]\w*_\w+|[A-Z][a-z0-9]+[A-Z]\w*|[a-z]+[A-Z]\w+|[A-Z][A-Z0-9]*_\w+)(?![\w/'\"\])=-]|\.\w)"
)
_PROSE = """
a an and any as for from in is it its new no of on one or so some that the their them this to two type which with
"""
_WORDS = frozenset(_PROSE.split())


class Intent(NamedTuple):
    """What the words of an instruction say.

    Attributes:
        adds: a definition that is not there yet is asked for.
        changes: something that is there is to change.
        names: code is to have these names after it.
    """

    adds: bool
    changes: bool
    names: tuple[str, ...]


def intent(instruction: str) -> Intent:
    """Read an instruction; what its words do not tell is left out."""
    text = instruction[:_CHARACTERS]
    found = [*_QUOTED.findall(text), *(one or other for one, other in _NAMED.findall(text)), *_CODE.findall(text)]
    names = tuple(dict.fromkeys(name for name in found if name.lower() not in _WORDS and len(name) < 60))
    return Intent(_ADDING.search(text) is not None, _CHANGING.search(text) is not None, names)
