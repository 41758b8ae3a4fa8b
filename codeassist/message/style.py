"""How a repository writes its commit messages, measured from the last ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from codeassist.message.language import language_of
from codeassist.message.verbs import MOODS, Mood, base_of

LONGEST = 72  # characters of a subject, whatever the habit
_SHORTEST_LIMIT = 50  # a repository of short subjects still gets so many
_FEWEST = 3  # messages that make a habit
_HALF = 0.5
_BODIES = 0.6
_MOST_FREQUENT = 20
_LOOKED_AT = 500  # characters of a subject
_TYPES = """
build bugfix chore ci deps doc docs feat feature fix hotfix improvement perf refactor release revert security style test
tests wip
"""
_CONVENTIONAL = re.compile(r"([A-Za-z]{2,12})(?:\(([\w.,/ -]{1,40})\))?!?: +(?=\S)")
_AREA = re.compile(r"([A-Za-z0-9_.*{},/-]{1,40}): +(?=\S)")
EMOJI = re.compile(
    "(?:(:[a-z0-9_+-]{2,40}:)|[\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff])[\ufe0f\u200d\U0001f3fb-\U0001f3ff]* *"
)
TICKET = re.compile(r"[A-Z][A-Z0-9]{1,9}-[0-9]{1,7}")
_TICKET_AT_START = re.compile(rf"(\[?)({TICKET.pattern})(\]?:?)( +|$)")
_TRAILER = re.compile(r"[A-Z][A-Za-z-]{2,40}: \S")
_UNTYPICAL = re.compile(r"(?i)merge |revert |fixup! |squash! |amend! ")
Prefix = Literal["", "conventional", "area"]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Style:
    """A habit. The defaults are git's own advice, for a repository without one.

    Attributes:
        prefix: "conventional" ("fix(api): …"), "area" ("net/http: …") or none.
        types, scopes: of conventional ones, the most frequent first; `scoped`: most have a scope.
        emoji: "code" (":bug: …"), "character" or "".
        ticket: how a ticket of the branch's name begins the subject: "[{}] ", "{}: ", "{} "; "" if it does not.
        capital: the first letter of what follows all that.
        mood: of the verb there.
        language: its English name.
        limit: characters of a subject.
        body: most messages go on after the subject.
    """

    prefix: Prefix = ""
    types: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    scoped: bool = False
    emoji: Literal["", "code", "character"] = ""
    ticket: str = ""
    capital: bool = True
    full_stop: bool = False
    mood: Mood = "imperative"
    language: str = "English"
    limit: int = LONGEST
    body: bool = False


@dataclass(frozen=True)
class _Subject:
    """A subject taken apart."""

    length: int
    ticket: str  # its form
    emoji: str
    kind: str
    scope: str
    area: str
    text: str


def learn(messages: Sequence[str]) -> Style:
    """The style of messages, newest first. Too few of them tell nothing."""
    usual = [each.strip() for each in messages if each.strip() and not _UNTYPICAL.match(each.strip())]
    if len(usual) < _FEWEST:
        return Style()
    subjects = [_taken_apart(each.split("\n", 1)[0][:_LOOKED_AT].strip()) for each in usual]
    prefix = _prefix(subjects)
    texts = [each.text if prefix else (f"{each.area}: {each.text}" if each.area else each.text) for each in subjects]
    typed = [each for each in subjects if each.kind]
    return Style(
        prefix=prefix,
        types=_frequent(each.kind for each in typed) if prefix == "conventional" else (),
        scopes=_frequent(each.scope for each in typed if each.scope) if prefix == "conventional" else (),
        scoped=prefix == "conventional" and sum(bool(each.scope) for each in typed) > len(typed) * _HALF,
        emoji=_emoji(subjects),
        ticket=_majority(each.ticket for each in subjects),
        capital=_share((each for each in texts if each[:1].isalpha()), lambda text: text[:1].isupper()) >= _HALF,
        full_stop=_share(texts, lambda text: text.endswith(".")) > _HALF,
        mood=_mood(texts),
        language=language_of(usual),
        limit=_limit([each.length for each in subjects]),
        body=_share(usual, _has_body) >= _BODIES,
    )


def split_prefix(text: str) -> tuple[str, str, str]:
    """A text without its conventional prefix, with the prefix's type (in lower case) and scope; "" where there is
    none."""
    match = _CONVENTIONAL.match(text)
    if match is None or match[1].lower() not in _TYPES.split():
        return "", "", text
    return match[1].lower(), match[2] or "", text[match.end() :]


def _taken_apart(subject: str) -> _Subject:
    text = subject
    ticket = emoji = area = ""
    if match := _TICKET_AT_START.match(text):
        ticket = f"{match[1]}{{}}{match[3]} "
        text = text[match.end() :]
    if match := EMOJI.match(text):
        emoji = "code" if match[1] else "character"
        text = text[match.end() :]
    kind, scope, text = split_prefix(text)
    if not kind and (match := _AREA.match(text)):
        area = match[1]
        text = text[match.end() :]
    return _Subject(len(subject), ticket, emoji, kind, scope, area, text)


def _prefix(subjects: Sequence[_Subject]) -> Prefix:
    if _share(subjects, lambda each: bool(each.kind)) > _HALF:
        return "conventional"
    return "area" if _share(subjects, lambda each: bool(each.area or each.kind)) > _HALF else ""


def _emoji(subjects: Sequence[_Subject]) -> Literal["", "code", "character"]:
    if _share(subjects, lambda each: bool(each.emoji)) <= _HALF:
        return ""
    return "code" if sum(each.emoji == "code" for each in subjects) * 2 >= len(subjects) else "character"


def _mood(texts: Sequence[str]) -> Mood:
    counts = Counter(found[1] for text in texts if (found := base_of(text)))
    return max(MOODS, key=lambda mood: counts[mood])


def _limit(lengths: Sequence[int]) -> int:
    """What nine in ten subjects keep to."""
    usual = sorted(lengths)[min(len(lengths) - 1, len(lengths) * 9 // 10)]
    return max(_SHORTEST_LIMIT, min(LONGEST, usual))


def _has_body(message: str) -> bool:
    rest = message.split("\n", 1)[1:]
    return any(line.strip() and not _TRAILER.match(line) for line in "".join(rest).split("\n"))


def _frequent(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(value for value, _count in Counter(values).most_common(_MOST_FREQUENT))


def _majority(values: Iterable[str]) -> str:
    found = Counter(values)
    value, count = found.most_common(1)[0]
    return value if count > found.total() * _HALF else ""


def _share(values: Iterable[_T], good: Callable[[_T], bool]) -> float:
    told = [good(each) for each in values]
    return sum(told) / len(told) if told else 0.0
