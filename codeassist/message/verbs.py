"""The verbs that subjects of commits begin with, in their forms."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

Mood = Literal["imperative", "past", "third", "gerund"]
MOODS: tuple[Mood, ...] = ("imperative", "past", "third", "gerund")

_BASES = """
add adjust allow apply avoid bump cache change check clarify clean clear collect compute convert copy correct create
define delete deprecate describe detect disable document drop enable enforce ensure expand explain expose extend
extract fix format generate guard handle hide ignore implement improve include increase initialise initialize inline
install introduce keep limit load log lower make mark merge migrate modernise modernize move normalise normalize
optimise optimize organise organize parse pass pin prefer prepare prevent print raise read reduce refactor refresh
regenerate release remove rename render reorder reorganise reorganize replace report require reset resolve restore
restructure return revert revise rework rewrite run send separate set show silence simplify skip sort specify speed
split start stop store strip support switch sync test tidy tighten track treat trim try tweak unify unpin update
upgrade use validate verify warn wrap write
"""
_DOUBLED = "drop format log pin run set skip split stop strip trim unpin wrap"  # their last letter
_PAST = {
    "hide": "hid",
    "keep": "kept",
    "make": "made",
    "read": "read",
    "reset": "reset",
    "rewrite": "rewrote",
    "run": "ran",
    "send": "sent",
    "set": "set",
    "show": "showed",
    "speed": "sped",
    "split": "split",
    "write": "wrote",
}
_NOUN_FOLLOWED_BY = "about against as at for from in of on to with"
_ENDS_IN_CONSONANT_Y = re.compile(r"[^aeiou]y$")
_HISSING = re.compile(r"(s|x|z|ch|sh)$")


@cache
def _forms() -> dict[str, tuple[str, Mood]]:
    """Every form of every verb, with its base; what is the same as a base counts as that."""
    bases = _BASES.split()
    found: dict[str, tuple[str, Mood]] = {}
    for base in bases:
        for mood in MOODS:
            found.setdefault(inflected(base, mood), (base, mood))
    return found | {base: (base, "imperative") for base in bases}


def inflected(base: str, mood: Mood) -> str:
    """A form of a verb, by the rules of spelling and a few exceptions."""
    if mood == "past":
        return _past(base)
    if mood == "third":
        if _ENDS_IN_CONSONANT_Y.search(base):
            return f"{base[:-1]}ies"
        return f"{base}es" if _HISSING.search(base) else f"{base}s"
    if mood == "gerund":
        if base in _DOUBLED.split():
            return f"{base}{base[-1]}ing"
        return f"{base[:-1]}ing" if base.endswith("e") and not base.endswith("ee") else f"{base}ing"
    return base


def _past(base: str) -> str:
    if base in _PAST:
        return _PAST[base]
    if _ENDS_IN_CONSONANT_Y.search(base):
        return f"{base[:-1]}ied"
    if base in _DOUBLED.split():
        return f"{base}{base[-1]}ed"
    return f"{base}d" if base.endswith("e") else f"{base}ed"


def base_of(text: str) -> tuple[str, Mood] | None:
    """The verb that a text begins with, and its form; None if it begins with none that is known.

    "tests for" and "changes to" begin with a noun.
    """
    words = text.split(maxsplit=2)
    found = _forms().get(words[0].lower()) if words else None
    if found and found[1] == "third" and len(words) > 1 and words[1].lower() in _NOUN_FOLLOWED_BY.split():
        return None
    return found


def in_mood(text: str, mood: Mood) -> str:
    """The text with the verb that it begins with in another form; a capital stays one."""
    found = base_of(text)
    if found is None or found[1] == mood:
        return text
    first, blank, rest = text.partition(" ")
    form = inflected(found[0], mood)
    return f"{form.capitalize() if first[:1].isupper() else form}{blank}{rest}"
