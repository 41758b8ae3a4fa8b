"""How random a value looks: entropy, words in it, and what people write where a secret would be."""

from __future__ import annotations

import math
import re
from collections import Counter

_SEQUENCES = (
    "abcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcba",
    "01234567890123456789",
    "98765432109876543210",
    "qwertyuiop",
    "asdfghjkl",
)
_RUN = 6  # characters of a sequence, or equal ones
_REPEATED = re.compile(rf"(.)\1{{{_RUN - 1},}}")
_SHARE = 0.2  # of a value that such a run must have: long ones have runs by chance
_LETTERS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_VOWELS = frozenset("aeiouy")
_HARD = re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}")
# Words that stand for a value, as a part of it.
_STAND_IN = re.compile(
    r"example|sample|placeholder|change[_-]?(?:it|me|this)|your[_-]?|\bmy[_-]?(?:pass|secret|token|key)|dummy|fake|foobar"
    r"|foo[_-]?bar|lorem|redacted|replace|insert|\btodo\b|\bnull\b|\bnone\b|undefined|not[_-]?set|xxx|\*\*\*|\.\.\."
    r"|<[^<>]*>|here$|^here|secret[_-]?(?:key|token|value)|api[_-]?key|access[_-]?token|auth[_-]?token|to[_-]?be|hunter2"
    r"|password|\bpasswd\b|passw0rd|swordfish|letmein|test[_-]?(?:ing|key|token|secret|pass)|default|invalid|optional|required",
    re.IGNORECASE,
)
# What is put in later: variables of shells, templates, formats, environments.
_VARIABLE = re.compile(
    r"^\$\w+$|\$\{|\$\(|\{\{|^\{[\w.]*\}$|#\{|^%\S*%$|^%[-+# 0-9.]*[a-zA-Z]$|^@[\w.]+@$|^\[[^\[\]]*\]$|^<.*>$|`"
    r"|\b(?:process\.)?env\b|environ|getenv|^secrets?\.|^vars?\.|^var\(|^self\.|^this\.|^config\.|^settings\."
)


def entropy(value: str) -> float:
    """Bits for each character, by how often each occurs in the value (Shannon)."""
    length = len(value)
    return -sum(count / length * math.log2(count / length) for count in Counter(value).values()) if length else 0.0


def is_stand_in(value: str) -> bool:
    """True for what stands where a secret would be: variables, templates, `your-token`, `xxxx`."""
    return _VARIABLE.search(value) is not None or _STAND_IN.search(value) is not None or is_monotonous(value)


def is_monotonous(value: str) -> bool:
    """True for a value that repeats itself or counts up, in a good part: `aaaaaa`, `123456`, `abcdef`."""
    longest = max((len(match[0]) for match in _REPEATED.finditer(value)), default=0)
    return max(longest, _longest_sequence(value.lower())) > max(_RUN - 1, _SHARE * len(value))


def _longest_sequence(lower: str) -> int:
    longest = 0
    for sequence in _SEQUENCES:
        for at in range(len(sequence) - _RUN + 1):
            start = lower.find(sequence[at : at + _RUN])
            if start >= 0:
                size = next(
                    (
                        n
                        for n in range(_RUN, len(sequence) - at)
                        if lower[start : start + n + 1] != sequence[at : at + n + 1]
                    ),
                    len(sequence) - at,
                )
                longest = max(longest, size)
    return longest


def wordiness(value: str) -> float:
    """The share of letters and digits that are in what could be words: letters in one case, with vowels between."""
    size = sum(char.isalnum() for char in value)
    return sum(len(word) for word in _LETTERS.findall(value) if _is_word(word)) / size if size else 0.0


def _is_word(word: str) -> bool:
    lower = word.lower()
    vowels = sum(char in _VOWELS for char in lower)
    return len(word) >= 4 and 0.2 <= vowels / len(word) <= 0.75 and not _HARD.search(lower)
