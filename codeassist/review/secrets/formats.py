"""Formats of secrets that services publish: one row of formats.toml each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import msgspec

from codeassist import toml
from codeassist.review.secrets.found import Secret
from codeassist.review.secrets.randomness import entropy, is_monotonous, is_stand_in

_LONGEST = 20_000  # characters of a line
_LOOSE = frozenset({"url-password", "django-key"})  # values that people choose: words may stand in for them
_WEAK = re.compile(
    r"(?i)(?:(?:a|my|the)(?:%20|[-_+]))?"
    r"(?:pass\w{0,4}|user\w{0,4}|secret|token|guest|admin|root|test\w{0,3}|key|pass%20word|pwd|qwerty|me)"
)


class Format(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of formats.toml, which says what each field means."""

    kind: str
    about: str
    signs: tuple[str, ...]
    pattern: str
    bits: float
    confidence: float


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: tuple[Format, ...]


@cache
def formats() -> Sequence[tuple[Format, re.Pattern[str]]]:
    """Every row with its pattern, ready to be used."""
    table = toml.load_data(Path(__file__).with_suffix(".toml"), _Table, "review/secrets/formats.toml")
    return [(row, re.compile(row.pattern)) for row in table.format]


def formatted(line: str) -> Iterator[Secret]:
    """Secrets of known formats in a line."""
    line = line[:_LONGEST]
    lower = line.lower()
    for row, pattern in formats():
        if any(map(lower.__contains__, row.signs)):
            for match in pattern.finditer(line):
                group = "value" if match.groupdict().get("value") else 0
                if _is_meant(row, match[group]):
                    yield Secret(
                        row.kind, row.about, match.start(group), match.end(group), match[group], "", row.confidence
                    )


def _is_meant(row: Format, value: str) -> bool:
    """False for what stands where a secret would be."""
    if row.bits and (entropy(value) < row.bits or is_monotonous(value)):
        return False
    return row.kind not in _LOOSE or not (is_stand_in(value) or _WEAK.fullmatch(value))
