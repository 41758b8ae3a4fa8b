"""Makes a subject out of what a model wrote: one line, in the repository's style, no longer than its habit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from codeassist.message.facts import FileFacts
from codeassist.message.kinds import area_of, emoji_of, kind_of, scope_of, ticket_of, type_of
from codeassist.message.style import EMOJI, Style, split_prefix
from codeassist.message.verbs import in_mood

_MOST = 4000  # characters of an output that are looked at
_FENCE = re.compile(r"^\s*(```|~~~)")
_LABEL = re.compile(
    r"(?i)^(?:(?:here(?:'s| is| are)|sure|certainly|okay|of course)\b[^:\n]{0,80}[:.!]\s*"
    r"|(?:(?:git )?commit(?: message)?|message|subject(?: line)?|title|summary|answer|output)\s*:\s*)"
)
_BULLET = re.compile(r"^(?:[-*•>]|#{1,6}|\d{1,2}[.)])\s+")
_REFERENCE = re.compile(r"\s*\((?:(?:fixes|closes|see|resolves)\s+)?#\d+\)\s*$|^#\d+[:\s]\s*", re.IGNORECASE)
_TRAILER = re.compile(
    r"^[A-Z][A-Za-z-]{2,40}-(?:by|[Ii]d|[Oo]n): |^(?:Fixes|Closes|Refs|Resolves|Ticket|Issue|Bug):? *#?\w"
)
_QUOTES = (('"', '"'), ("'", "'"), ("`", "`"), ("“", "”"), ("«", "»"), ("**", "**"), ("*", "*"), ("_", "_"))
_ENDS = re.compile(r",? (?:and|by|for|from|in|so that|to|using|via|when|which|while|with) |, |; | \(|: ")
_FEWEST_WORDS = 3
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


class Written(NamedTuple):
    """An output of a model, taken apart: the text of its subject, the type that it wrote before it, and the lines
    below."""

    text: str
    said: str
    rest: tuple[str, ...]


def taken_apart(output: str) -> Written:
    """What of an output is meant: without fences, labels, quotes, bullets, emoji and control characters."""
    lines = [_plain(line) for line in output[:_MOST].split("\n") if not _FENCE.match(line)]
    while lines and not _unlabelled(lines[0]):
        lines.pop(0)
    if not lines:
        return Written("", "", ())
    text = _unlabelled(lines[0]).lstrip("#")
    if match := EMOJI.match(text):
        text = text[match.end() :]
    said, _scope, text = split_prefix(text)
    text = _unquoted(_REFERENCE.sub("", text))
    return Written(text, said, tuple(lines[1:]))


def in_style(written: Written, found: Sequence[FileFacts], style: Style, branch: str = "") -> str:
    """The subject in the repository's style; "" if it cannot be made short enough without losing its sense."""
    text = written.text
    if style.language == "English":
        text = in_mood(text, style.mood)
    text = _cased(text, capital=style.capital).rstrip(" .:;,")
    if not text:
        return ""
    kind = kind_of(found, text, written.said)
    before = prefix(found, style, kind, branch)
    text = _shortened(text, style.limit - len(before) - style.full_stop)
    return f"{before}{text}{'.' if style.full_stop else ''}" if text else ""


def prefix(found: Sequence[FileFacts], style: Style, kind: str, branch: str = "") -> str:
    """What stands before the text of a subject: ticket, emoji, type and scope or area."""
    before = ticket_of(branch, style)
    before += emoji_of(kind, style) if style.emoji else ""
    if style.prefix == "conventional":
        scope = scope_of(found, style) if style.scoped else ""
        before += f"{type_of(kind, style)}({scope}): " if scope else f"{type_of(kind, style)}: "
    elif style.prefix == "area" and (area := area_of(found)):
        before += f"{area}: "
    return before


def body(written: Written, sentences: int = 3) -> list[str]:
    """The first sentences below the subject, without trailers: nobody signed anything."""
    kept = [_BULLET.sub("", line) for line in written.rest if line and not _TRAILER.match(line)]
    return [_unquoted(each) for each in _SENTENCE.split(" ".join(kept)) if each][:sentences]


def _plain(line: str) -> str:
    """A line without what is no character to read, its blanks single."""
    kept = "".join(
        " " if unicodedata.category(char) in ("Zs", "Zl", "Zp") or char == "\t" else char
        for char in line
        if char == "\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return " ".join(kept.split())


def _unlabelled(line: str) -> str:
    """A line without bullets and labels, which may stand in each other."""
    for _turn in range(4):
        shorter = _unquoted(_LABEL.sub("", _BULLET.sub("", line)).strip())
        if shorter == line:
            break
        line = shorter
    return line


def _unquoted(text: str) -> str:
    for opening, closing in _QUOTES:
        inner = text[len(opening) : -len(closing)]
        if inner and text == f"{opening}{inner}{closing}" and opening not in inner and closing not in inner:
            return inner.strip()
    return text


def _cased(text: str, *, capital: bool) -> str:
    """The first letter as the habit is, unless the word is a name by its look: `parse_x`, HTTP, iOS."""
    word = text.partition(" ")[0]
    if not word.isalpha() or not (word.islower() or word == word.capitalize()):
        return text
    return f"{text[0].upper() if capital else text[0].lower()}{text[1:]}"


def _shortened(text: str, limit: int) -> str:
    """The text, or its beginning up to where a further phrase begins; "" if that says too little."""
    if len(text) <= limit:
        return text
    ends = [match.start() for match in _ENDS.finditer(text) if match.start() <= limit]
    beginnings = (text[:end].rstrip(" .:;,") for end in reversed(ends))
    return next((each for each in beginnings if len(each.split()) >= _FEWEST_WORDS and _balanced(each)), "")


def _balanced(text: str) -> bool:
    return text.count("`") % 2 == 0 and text.count('"') % 2 == 0 and text.count("(") == text.count(")")
