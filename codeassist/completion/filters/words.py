"""Scope end in languages that close a block with a word (`end`, `fi`, `done`): by the word and its indentation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codeassist.completion.filters.brackets import lex
from codeassist.completion.filters.hole import Cut, Hole, width
from codeassist.context.languages import Language

_CLOSES = {"end": re.compile(r"end\b|[}\])]"), "shell": re.compile(r"(?:fi|done|esac)\b|[})]")}
_GOES_ON = {
    "end": re.compile(r"(?:else|elsif|when|in|rescue|ensure|then|private|protected|public)\b|=(?:begin|end)\b|\.|<<"),
    "shell": re.compile(r"(?:else|elif|then|do)\b|;;|[^\s()]+\)"),
}
_DEFINES = {
    "end": re.compile(r"[ \t]*(?:def|class|module)\b"),
    "shell": re.compile(r"[ \t]*(?:function[ \t]+\S+|[\w:.-]+[ \t]*\([ \t]*\))"),
}


def closing_word(hole: Hole, middle: str) -> Cut | None:
    """Cut before a closing word that the suffix has, after the one that ends the definition, and where a block is left.

    The definition is the innermost one around the cursor, or the one that the output begins.
    """
    language = hole.language
    if language is None or language.blocks not in _CLOSES:
        return None
    closes, goes_on = _CLOSES[language.blocks], _GOES_ON[language.blocks]
    level, definition = _around(hole, middle, _DEFINES[language.blocks])
    below = next((line for line in hole.following.split("\n") if line.strip()), "")
    for offset, line in _lines(hole, language, middle):
        indent, bare = width(line), line.strip()
        if indent >= level or goes_on.match(bare):
            continue
        if not closes.match(bare) or (closes.match(below.strip()) and width(below) == indent):
            return Cut(offset, "scope")
        if indent <= definition:
            return Cut(offset + len(line), "scope")
        level = indent
    return None


def _around(hole: Hole, middle: str, defines: re.Pattern[str]) -> tuple[int, int]:
    """The columns where the cursor's block stands, and its definition; -1 if there is none."""
    first = hole.line if hole.line.strip() else next(iter((hole.line + middle.lstrip("\n")).split("\n")), "")
    level = width(first)
    if defines.match(first):
        return level + 1, level
    for line in reversed(hole.prefix.split("\n")[:-1]):
        if width(line) < level and defines.match(line):
            return level, width(line)
    return level, -1


def _lines(hole: Hole, language: Language, middle: str) -> Iterator[tuple[int, str]]:
    """The lines of code after the cursor's own, with their offsets in the output; comments belong to what follows."""
    lexed = lex(language, hole.prefix + middle)
    offset = middle.find("\n", len(middle) - len(middle.lstrip())) + 1
    while 0 < offset < len(middle):
        end = middle.find("\n", offset)
        line = middle[offset : end if end >= 0 else len(middle)]
        bare = line.strip()
        if bare and not bare.startswith(language.line_comment) and not lexed.quoted(len(hole.prefix) + offset):
            yield offset, line
        if end < 0:
            return
        offset = end + 1
