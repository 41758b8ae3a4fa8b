"""The names, numbers and signs of code, without its comments and strings: where they are, and what may stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from codeassist import toml
from codeassist.context.languages import Language

_NAMES = 16  # that stand for another name


_CONDITION = re.compile(r"(?:\b(?:if|elif|while|and|or|assert)\s|(?:&&|\|\|)\s?|\b(?:if|while)\s?\()$")


class Lexeme(NamedTuple):
    """A word or sign in a text.

    Attributes:
        kind: "name", "called", "member", "named" (an argument's), "number" or "sign".
        denied: what would turn the condition that begins here into its contrary ("not ", "!"); "" elsewhere.
    """

    start: int
    text: str
    kind: str
    denied: str = ""


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    swaps: tuple[tuple[str, ...], ...]
    keywords: str


@cache
def _table() -> tuple[Mapping[str, tuple[str, ...]], frozenset[str]]:
    """For each word or sign what is mistaken for it; and words that are no names."""
    table = toml.load_data(Path(__file__).with_name("lexemes.toml"), _Table, "review/lexemes.toml")
    swaps: dict[str, tuple[str, ...]] = {}
    for group in table.swaps:
        for each in filter(None, group):
            swaps[each] = (*swaps.get(each, ()), *(other for other in group if other != each))
    return swaps, frozenset(table.keywords.split())


@cache
def _pattern(language: Language) -> re.Pattern[str]:
    ordered = sorted(_table()[0], key=len, reverse=True)
    signs = "|".join(re.escape(sign) for sign in ordered if not sign[0].isalpha())
    phrases = "|".join(
        re.escape(phrase) + ("" if phrase[-1] == " " else r"(?!\w)") for phrase in ordered if " " in phrase
    )
    other = r"[-+*/%&|^<>=!~?:]+"  # a longer sign is not taken for its beginning
    return re.compile(
        rf"(?P<skip>{language.comment}|{language.string})|(?P<phrase>\b(?:{phrases}))|(?P<name>[^\W\d]\w*)"
        rf"|(?P<number>\d[\w.]*)|(?P<sign>(?:{signs})(?![-+*/%&|^<>=!]))|{other}",
        re.DOTALL,
    )


@lru_cache(maxsize=4)  # files whose units are read in turn
def lexemes(language: Language, text: str) -> tuple[Lexeme, ...]:
    """The lexemes of a whole text, in order: strings and comments are told from its beginning on."""
    found: list[Lexeme] = []
    for match in _pattern(language).finditer(text):
        kind = {"phrase": "sign", "name": _kind_of_name(text, match)}.get(match.lastgroup or "", match.lastgroup)
        if kind is not None and kind != "skip":
            found.append(
                Lexeme(match.start(), match[0], kind, _denial(language, text, match) if kind != "sign" else "")
            )
    return tuple(found)


def _denial(language: Language, text: str, match: re.Match[str]) -> str:
    if not _CONDITION.search(text[max(0, match.start() - 9) : match.start()]):
        return ""
    return "not " if language.blocks in ("indent", "end") else "!"


def _kind_of_name(text: str, match: re.Match[str]) -> str | None:
    if match[0] in _table()[1]:
        return "sign" if match[0] in _table()[0] else None
    if text[match.end() : match.end() + 1] == "(":
        return "called"
    if text[max(0, match.start() - 1) : match.start()] in (".", ">", ":"):
        return "member"
    return "named" if re.match(r"=(?![=>])", text[match.end() : match.end() + 2]) else "name"


def alternatives(lexeme: Lexeme, around: Sequence[Lexeme]) -> Iterator[str]:
    """What might have been meant: signs that are mistaken for each other, near names of the kind, numbers beside it."""
    yield from _table()[0].get(lexeme.text, ())
    if lexeme.denied:
        yield lexeme.denied + lexeme.text
    if lexeme.kind == "number" and lexeme.text.isdigit() and len(lexeme.text) <= 9:
        value = int(lexeme.text)
        yield from (str(each) for each in (value + 1, value - 1) if each >= 0)
    elif lexeme.kind in ("name", "called", "member"):
        near = sorted(
            (each for each in around if each.kind == lexeme.kind), key=lambda each: abs(each.start - lexeme.start)
        )
        names = dict.fromkeys(each.text for each in near if each.text != lexeme.text)
        yield from list(names)[:_NAMES]
