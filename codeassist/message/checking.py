"""Whether a draft may be true: it names nothing that the change does not hold, and says something."""

from __future__ import annotations

import re
from collections.abc import Sequence

from codeassist.message.facts import FileFacts
from codeassist.message.verbs import base_of

_NAME = re.compile(
    r"`([^`]{1,100})`"  # quoted as code
    r"|(?<![\w.])((?:[\w-]+/)*[\w-]+\.(?!\s)[\w./-]*\w)"  # a.b, a/b.c
    r"|((?:[\w.-]+/)+[\w.-]+)"
    r"|(\w*[a-z0-9]_\w+|_\w{2,})"  # a_b
    r"|\b([A-Za-z]*[a-z][A-Z]\w*)"  # aB
    r"|(\w+)\(\)"
    r"|(#\d+|\bv?\d+(?:\.\d+)+|\b[A-Z]{2,10}-\d+)"  # numbers of issues and versions
)
_ADDED = re.compile(
    r"(?i)^(?:[\w()!/.-]+:\s+)?(?:add|adds|added|create|introduce|implement)\s+(?:(?:an?|the|new)\s+)*`?([\w.]*\w)"
)
_KINDS = ("function", "method", "class")
_WORD = re.compile(r"[^\W\d_]{2,}|\d+")
_EMPTY = """
an as be by if in is it no of on or to we and the for with from into that this when not are all some more new old
various several minor small better change changes changed code file files project repository commit message bug bugs
issue issues problem problems stuff things functionality feature features improvement improvements update updates fix
fixes logic
"""
_REFUSAL = re.compile(r"(?i)\b(i'm sorry|i am sorry|as an ai|i cannot|i can't|language model|unable to)\b")
_PART = re.compile(r"[^\W\d_][a-z]*")
_FILE = re.compile(r"\.[a-z]{1,4}$")  # a file's ending, or a short member's name: all of it counts
_STEM = 5  # letters: "parsing" and "parser" are about the same thing
_MANY_NOT_ENGLISH = re.compile("[^\u0000-\u024f\u2010-\u2027]")


class Evidence:
    """What a change holds, to be asked for names and words."""

    def __init__(self, found: Sequence[FileFacts]) -> None:
        paths = [path for each in found for path in (each.path, each.old_path)]
        names = [name for each in found for name in (*each.added, *each.removed, *each.changed)]
        lines = [line.text for each in found for line in each.lines]
        self._text = "\n".join([*paths, *names, *lines])
        self._added = {name for each in found for name in each.added}
        self._before = {name for each in found for name in each.changed} - self._added
        self._stems = {part.lower()[:_STEM] for word in _WORD.findall(self._text) for part in _parts(word)}

    def has(self, name: str) -> bool:
        """Whether a name is written in the change; a file's also without its folder, `Outer.inner` also as `inner`."""
        if name in self._text:
            return True
        base = name.rpartition("/")[2]
        if "/" in name or _FILE.search(name) or not base[:1].isalpha():
            return len(base) > 1 and base in self._text
        last = base.rpartition(".")[2]
        return len(last) > 1 and last in self._text

    def adds(self, name: str) -> bool:
        """Whether a definition may have been added: not one that was there before, nor one without a name where none
        was."""
        if name.lower() in _KINDS:
            return bool(self._added)
        return not any(each.rpartition(".")[2] == name.rpartition(".")[2] for each in self._before)

    def about(self, word: str) -> bool:
        """Whether a word's beginning begins a word, or a part of a name, of the change."""
        return word.lower()[:_STEM] in self._stems


def problem(text: str, evidence: Evidence) -> str:
    """Why a text cannot stand, "" if it can."""
    if _REFUSAL.search(text):
        return "it is no message"
    for match in _NAME.finditer(text):
        name = next(filter(None, match.groups()))
        if not evidence.has(name):
            return f"the change has no {name}"
    if (added := _ADDED.search(text)) and not evidence.adds(added[1]):
        return f"the change adds no {added[1]}"
    if _MANY_NOT_ENGLISH.search(text):
        return ""  # of other scripts no words are known
    verb = base_of(text)
    rest = text.partition(" ")[2] if verb else text
    words = [each for each in _WORD.findall(rest) if each.lower() not in _EMPTY.split()]
    if not words:
        return "it says nothing"
    return "" if any(map(evidence.about, words)) else "the change has none of its words"


def _parts(word: str) -> list[str]:
    """The words that a name is made of: "parseConfig" is about parsing and about configuration."""
    return [word, *_PART.findall(word)]
