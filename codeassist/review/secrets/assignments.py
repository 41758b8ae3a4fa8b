"""Values that are given to names that tell of a secret, in code, settings, markup and command lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codeassist.review.secrets.found import Secret
from codeassist.review.secrets.names import Kind, kind_of
from codeassist.review.secrets.randomness import entropy, is_monotonous, is_stand_in, wordiness

_LONGEST = 2_000  # characters of a line
# A name, quoted or not, maybe with a type before or behind it, something that gives, and a value up to what ends it.
_NAME = r"(?P<name>[A-Za-z_$][\w$.-]{0,80})"
_SCHEME = r"(?P<scheme>(?:bearer|basic|token|api-token|digest|flyv1)[ \t]+)?"
_TYPE = r"(?:(?::[ \t]*[\w.<>\[\]?]{1,30}|(?<=[ \t])(?:string|str))[ \t]*(?==))?"
_GIVEN = re.compile(
    rf"""(?i){_NAME}(?:\\?["'`]|\])?[ \t]{{0,4}}{_TYPE}[ \t]{{0,20}}"""
    r"""(?P<giver>(?:::?:?|[?+.|])?=(?!=)>?|:(?![:/\\])|,|\(|>)[ \t]{0,8}"""
    rf"""(?P<open>@?\$?[bruf]{{0,2}}\\?["'`]|){_SCHEME}(?P<value>[^\s"'`\\;,<>()]{{6,600}})"""
)
_QUOTED = re.compile(
    rf"""{_NAME}["']?\]?[ \t]{{0,20}}(?:[:=]|:=|=>)[ \t]{{0,8}}"""
    r"""(?P<open>["'])(?P<scheme>)(?P<value>[^"'\n]{8,200})(?P=open)"""
)
_ATTRIBUTE = re.compile(
    r"""(?i)<(?:add|entry|property|setting|param|item)\b[^<>]{0,80}?\b(?:key|name)=["'](?P<name>[\w.:-]{1,80})["']"""
    r"""[^<>]{0,40}?\bvalue=(?P<open>["'])(?P<scheme>)(?P<value>[^"'<>]{8,200})["']"""
)
TELLING = ("pass", "pw", "token", "secret", "key", "cred", "auth", "bearer")  # one is in every name that tells
_TELLING = re.compile("|".join(TELLING), re.IGNORECASE)
_HEX = re.compile(r"[0-9a-fA-F]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_CODE = re.compile(
    r"^[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)+$|^[a-z]+[A-Z]?[a-z]*$|^[A-Z][A-Z_]+$|[\[\]{}()]|://|^\d{4}-\d\d-\d\d"
    r"|^[\d.]+$|^\w+\.(?:json|ya?ml|pem|key|crt|p12|txt|[jt]sx?|py|go|com|net|org|io)$|^[/.~]|/$"
)
# What has a service's prefix and not its format is an example of it.
_PREFIXED = re.compile(
    r"xox[a-z]-|gh[pousr]_|github_pat_|glpat-|sk-ant-|hf_|AKIA|AIza|SG\.|npm_|pypi-|xapp-|\d+:A[\w-]{20,}$"
)
_DIGITS = re.compile(r"\d")
_LEAST_BITS = {"hex": 2.6, "digits": 2.2, "mixed": 3.2}
_LEAST = {"token": 10, "key": 20}
_LEAST_PASSWORD = 8
_WORDY, _WORDY_PASSWORD = 0.6, 0.8


def assigned(line: str, *, code: bool) -> Iterator[Secret]:
    """Secrets that a line gives to names; in code only what is quoted counts, the rest is names of values."""
    line = line[:_LONGEST]
    if not _TELLING.search(line):
        return
    for pattern in (_GIVEN, _QUOTED, _ATTRIBUTE) if "value=" in line else (_GIVEN, _QUOTED):
        for match in pattern.finditer(line):
            kind, quoted = kind_of(match["name"]), _is_quoted(line, match)
            if kind == "password" and match.groupdict().get("giver") == "," and not is_random(match["value"]):
                continue  # a list of words
            if kind and (quoted or not code) and _is_secret(kind, match["value"], quoted=quoted):
                about = "password" if kind == "password" else "secret"
                yield Secret(
                    f"generic-{about}",
                    about,
                    match.start("value"),
                    match.end("value"),
                    match["value"],
                    match["name"],
                    _confidence(kind, match["value"]),
                )


def _is_quoted(line: str, match: re.Match[str]) -> bool:
    """Also for a header, which is quoted as a whole."""
    return bool(match["open"]) or bool(match["scheme"]) or line[max(0, match.start() - 1) : match.start()] in ("'", '"')


def _is_secret(kind: Kind, value: str, *, quoted: bool) -> bool:
    if is_stand_in(value) or " " in value or _PREFIXED.match(value):
        return False
    if kind == "password":
        return _is_password(value, quoted=quoted)
    if kind == "key" and not quoted:
        return False
    return len(value) >= _LEAST[kind] and is_random(value, strict=kind == "key" or not quoted)


def _is_password(value: str, *, quoted: bool) -> bool:
    if len(value) < _LEAST_PASSWORD or _CODE.search(value):
        return False
    varied = _DIGITS.search(value) is not None or (quoted and not value.isalnum())
    return varied and wordiness(value) < (1 if quoted else _WORDY_PASSWORD)


def is_random(value: str, *, strict: bool = False) -> bool:
    """True if a value looks made by chance: enough bits for each character, digits, few words.

    `strict`: also a value that could be an expression of a program is none.
    """
    if _UUID.fullmatch(value):
        return not is_monotonous(value)
    if _HEX.fullmatch(value):
        least = "digits" if value.isdigit() else "hex"
        return len(value) >= 16 and entropy(value) >= _LEAST_BITS[least]
    if not _DIGITS.search(value) and not (len(value) >= 24 and value.lower() != value):
        return False
    if strict and _CODE.search(value):
        return False
    return entropy(value) >= _LEAST_BITS["mixed"] and wordiness(value) < _WORDY


def _confidence(kind: Kind, value: str) -> float:
    if kind == "password":
        return 0.6 if is_random(value) else 0.45
    return 0.8 if len(value) >= 24 else 0.65
