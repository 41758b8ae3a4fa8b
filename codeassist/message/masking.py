"""Takes lines that may hold secrets out of what a model is shown. One line too many costs a message nothing."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from codeassist.config import ReviewSettings
from codeassist.message.facts import FileFacts, Line
from codeassist.review.change import FileChange, Hunk, Snapshot
from codeassist.review.checks import RULES
from codeassist.review.masking import RULE as SECRET
from codeassist.review.rule import Around

MASK = "(a line that may hold a secret)"
_KEY_BEGINS, _KEY_ENDS = "-----BEGIN ", "-----END "
_KEY_LINES = 200
_WITH_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{0,80}:[^\s/@]{1,200}@", re.IGNORECASE)
_GIVEN = re.compile(
    r"(?:passw(?:or)?d|passphrase|secret|token|api_?key|access_?key|private_?key|credential|auth)[\w.-]{0,30}"
    r"[\"']?\s{0,4}(?:=|:|=>|:=)\s{0,4}[\"'`][^\"'`\s]{6,}",
    re.IGNORECASE,
)
# Without quotes, as in shells, properties and Dockerfiles: what has a digit, and is no expression.
_BARE = re.compile(
    r"(?:passw(?:or)?d|passphrase|secret|token|api_?key|access_?key|private_?key|credential)[\w.-]{0,30}"
    r"(?:[ \t]{0,4}[=:][ \t]{0,4}|[ \t]{1,4})(?=[^\s\d]{0,60}\d)[\w!@#$%^&*+/~-]{8,}(?=$|[\s;,])",
    re.IGNORECASE,
)
_LONG = re.compile(r"[A-Za-z0-9+/_=-]{20,}")
_BITS = 3.5  # a character, of a random text; of 20 hexadecimal digits that is about right, of words too much


def masked(found: Sequence[FileFacts]) -> list[FileFacts]:
    """The same facts without what may be secret in their lines."""
    flagged = _by_rule(found)
    return [
        replace(each, lines=_masked(each.lines, flagged[number])) if each.lines else each
        for number, each in enumerate(found)
    ]


def _masked(lines: Sequence[Line], flagged: set[int]) -> tuple[Line, ...]:
    kept = []
    key = 0  # lines of a key's body that may follow
    for number, line in enumerate(lines, 1):
        if _KEY_BEGINS in line.text:
            key = _KEY_LINES
        secret = key > 0 or number in flagged or _suspicious(line.text)
        key = 0 if _KEY_ENDS in line.text else max(0, key - 1)
        kept.append(replace(line, text=MASK) if secret else line)
    return tuple(kept)


def _suspicious(text: str) -> bool:
    if any(each.search(text) for each in (_WITH_PASSWORD, _GIVEN, _BARE)):
        return True
    return any(_random(match.group()) for match in _LONG.finditer(text))


def _random(word: str) -> bool:
    """True for what looks like no name: letters and digits without order."""
    if not (any(map(str.isdigit, word)) and any(map(str.isalpha, word))):
        return False
    bits = -sum(n / len(word) * math.log2(n / len(word)) for n in Counter(word).values())
    return bits >= _BITS


def _by_rule(found: Sequence[FileFacts]) -> list[set[int]]:
    """The lines (from 1) of each file in which the review's own check finds a secret."""
    rule = RULES.get(SECRET)
    flagged: list[set[int]] = [set() for _each in found]
    if rule is None:
        return flagged
    changes = tuple(_as_new(number, each) for number, each in enumerate(found) if each.lines)
    snapshot = Snapshot(Path(), "paths", "lines", changes)
    for finding in rule.look(snapshot, Around(None, ReviewSettings(), lambda: False)):
        number = int(finding.path.partition("/")[0])
        flagged[number].update(range(finding.line, finding.end_line + 1))
    return flagged


def _as_new(number: int, each: FileFacts) -> FileChange:
    """The lines that would be shown, as a file of their own."""
    text = "".join(f"{line.text}\n" for line in each.lines)
    return FileChange(
        f"{number}/{each.path}", "", "added", size=len(text), new=text, hunks=(Hunk(1, 0, 1, len(each.lines)),)
    )
