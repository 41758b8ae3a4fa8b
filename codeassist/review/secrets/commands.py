"""Credentials on command lines: `curl --user name:password`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codeassist.review.secrets.found import Secret
from codeassist.review.secrets.randomness import entropy, is_stand_in

COMMAND = "curl"
_CURL = re.compile(rf"\b{COMMAND}\b")
_USER = re.compile(
    r"""(?:^|[ \t])(?:-u|--user)(?:=|[ \t]{0,5})["']?(?P<name>[^\s"':]{0,80})["']?:["']?(?P<value>[^\s"']{0,200})"""
)
_WORDS = re.compile(r"(?i)^(?:pass(?:word|wd)?|pwd|secret|token|test|x+|y+|z+|\*+|user(?:name)?|admin|changeme)$")
_LEAST, _LEAST_BITS = 6, 2.0


def commanded(line: str, before: str) -> Iterator[Secret]:
    """Passwords that a call of curl is given; `before`: the lines that the shell joins with this one."""
    if not _CURL.search(line) and not _CURL.search(before):
        return
    for match in _USER.finditer(line):
        name, value = match["name"], match["value"]
        group = "value" if value else "name"  # some services want a key in the place of the name
        if _is_meant(match[group]) and not (value and _WORDS.match(value)):
            key = name if value else ""
            yield Secret("curl-user", "password", match.start(group), match.end(group), match[group], key, 0.7)


def _is_meant(value: str) -> bool:
    return len(value) >= _LEAST and entropy(value) >= _LEAST_BITS and not is_stand_in(value) and not _WORDS.match(value)
