"""Places where a reply leaves out what it was to write: "# … rest of the code"."""

from __future__ import annotations

import re

_WIDTH = 200  # characters of a line that are looked at
_SIGN = r"^\s*(?:#|//|/\*+|\*|--|<!--|\{/\*|;|%)\s*\(?"
_WHAT = (
    r"(?:code|implementations?|logic|functions?|methods?|body|bodies|class(?:es)?|file|content|definitions?|imports?|"
    r"handlers?|fields?|members?|property|properties|constructors?|tests?|parts?|lines|stuff|statements?|components?|elements?|markup)"
)
_LITTLE = r"(?:\(?(?:keep|leave|here|add|insert|put|include|with|and|the|your|all|of|any|is|are|rest|more)\s+){0,4}"
_REST = r"(?:rest|remainder|remaining|existing|previous|original|other|unchanged|same|more|additional)"
_STAYS = r"(?:stays?|remains?) (?:the same|unchanged|as \w+)"
_HERE = rf"(?:goes? here|here|as before|(?:is |are )?(?:unchanged|omitted)|{_STAYS})"
_END = r"[\s.:…)]*(?:\*/\}?|-->)?\s*$"
_LEFT_OUT = re.compile(
    rf"{_SIGN}(?:\.{{3,}}|…)(?:\s|\*|$)"
    rf"|{_SIGN}{_LITTLE}{_REST} (?:of )?(?:the |your )?(?:\w+ ){{0,2}}{_WHAT}(?: {_HERE})?{_END}"
    rf"|{_SIGN}{_LITTLE}(?:\w+ ){{0,2}}{_WHAT} {_HERE}{_END}"
    rf"|{_SIGN}(?:same as (?:before|above)|no changes?|unchanged|omitted)\b{_END}"
    rf"|{_SIGN}{_LITTLE}{_REST}\b[^\n]{{0,60}}(?:\.{{3,}}|…){_END}",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(r"^\s*(?:\.{3}|…)\s*;?\s*$")
_TO_DO = re.compile(
    r"\b(?:TODO|FIXME)\b\W{0,3}(?:implement|complete|finish|fill|add (?:the|your|actual|more|real) |write|your)"
    r"|\byour (?:code|implementation|logic)\b|\bplaceholder (?:code|logic|implementation)\b|\bplaceholder\W*$",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"(?:#|//|/\*|--).{0,200}")
_STUBS = re.compile(r"\b(?:Protocol|abstractmethod|overload|ABC)\b")
_QUOTED = r"(?:\s*(?:\"\"\".*?\"\"\"|'''.*?'''|\"[^\"\n]*\"))?"
_NOTHING = r"(?:pass|\.\.\.|raise NotImplementedError(?:\([^()\n]*\))?)"
_EMPTY = re.compile(rf"{_QUOTED}\s*{_NOTHING}\s*(?:#[^\n]*)?\s*", re.DOTALL)


def leaves_gap(old: str, new: str, path: str) -> bool:
    """Whether a new text says that something of it is missing, and the old one did not say so."""
    known = {line.strip() for line in old.split("\n")}
    stubs = path.endswith(".pyi") or _STUBS.search(new) is not None
    for line in new.split("\n"):
        bare = line.strip()
        if not bare or bare in known:
            continue
        short = line[:_WIDTH]
        comment = _COMMENT.search(short)
        if _LEFT_OUT.search(short) or (_ELLIPSIS.match(short) and not stubs):
            return True
        if comment and _TO_DO.search(comment[0]):
            return True
    return False


def is_empty(body: str) -> bool:
    """Whether a body in Python does nothing."""
    return _EMPTY.fullmatch(body[:4_000]) is not None
