"""From a place and an instruction to what is rewritten: a node, the file as a whole, or a place for something new."""

from __future__ import annotations

import re

from codeassist.context.languages import language_for
from codeassist.context.tags import tags
from codeassist.edit.intent import intent
from codeassist.edit.original import Original
from codeassist.edit.target import Named, Target, insertions, targets, whole_file

_INSTRUCTION = 4_000  # characters
_SHORT = 6_000  # characters of a file that is written again as a whole where something comes to it and changes it
_ALL = re.compile(r"\b(?:the|this|whole|entire|all) (?:code|file|script|module|program)\b|\brenam", re.IGNORECASE)
_METHOD = re.compile(r"\b(?:method|property|constructor|operator)\b", re.IGNORECASE)


def aimed(
    original: Original, place: Named, instruction: str, *, insert: bool = False, whole: bool = False
) -> list[Target]:
    """The targets of an instruction at a place.

    `insert`, `whole`: the person says so. Otherwise, where no lines are named, the instruction's words tell:
    something new comes behind what is named, or at the file's end; where something that is there changes with it, or
    the file is spoken of, a short file is written as a whole.

    Raises:
        UsageError: as `targets` does.
    """
    if whole:
        return [whole_file(original)]
    if insert:
        return [insertions(original, _behind(original, place.name, instruction))]
    found = targets(original, place, instruction)
    wanted = intent(instruction)
    if place.start or not original.text.strip():
        return found
    if wanted.adds and not wanted.changes:
        return [insertions(original, _behind(original, place.name, instruction))]
    spoken_of = not place.name and _ALL.search(instruction[:_INSTRUCTION]) is not None
    short = len(original.text) <= _SHORT
    return [whole_file(original)] if (wanted.adds or spoken_of) and short else found


def _behind(original: Original, name: str, instruction: str) -> str:
    """The definition behind which something new comes: a method behind the last one of its class."""
    language = language_for(original.path)
    if language is None or not _METHOD.search(instruction):
        return name
    own = re.split(r"\.|::", name)[-1] if name else ""
    known = tags(language, original.text).definitions
    classes = [each for each in known if any(other.container == each.name for other in known)]
    meant = [each for each in classes if each.name == own] or [
        each for each in classes if re.search(rf"\b{re.escape(each.name)}\b", instruction)
    ]
    members = [each for each in known if len(meant) == 1 and each.container == meant[0].name]
    return f"{members[-1].container}.{members[-1].name}" if members else name
