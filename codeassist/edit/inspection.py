"""What a reply may not hold, whatever it is for: it is hostile until it has been here."""

from __future__ import annotations

import re
from typing import NamedTuple

from codeassist.terminal import sanitise

LONGEST = 200_000  # characters of a reply
_LONGEST_LINE, _MOST_LONG = 1_000, 50
_FENCE = re.compile(r"([ \t]{0,8}(?:`{3,}|~{3,}))[^\n`]{0,60}")
_PROSE = re.compile(
    r"\s*(?:Sure|Certainly|Of course|Sorry|Here(?:'s| is| are)|I(?:'m|'ll|'ve| am| will| can| can't| cannot| have)|"
    r"As an AI|To (?:do|make|fix|add|achieve|implement) (?:this|that|the|a|so)|Unfortunately)\b"
)
_TOKEN = re.compile(
    r"<[|｜][a-zA-Z_▁ ]{2,40}[|｜]>|<(?:fim_(?:prefix|middle|suffix)|file_sep|repo_name|s|/s|eot|bos|eos)>|\[/?INST\]"
)


class Inspected(NamedTuple):
    """A reply as code, or why it is none."""

    text: str
    reason: str = ""


def inspected(reply: str, known: str) -> Inspected:
    """A reply without the fence lines around it; what the file holds already (`known`) is nothing to complain of."""
    if len(reply) > LONGEST:
        return Inspected("", "is too long")
    text = _unfenced(reply.replace("\r\n", "\n"))
    if not text.strip():
        return Inspected("", "holds no code")
    lines = text.split("\n")
    long = [line.strip() for line in lines if len(line) > _LONGEST_LINE]
    if any(line not in known for line in long[:_MOST_LONG]) or len(long) > _MOST_LONG:
        return Inspected("", "has a line of over 1,000 characters")
    inert = sanitise(text)
    if inert != text and not _controls(text) <= set(known):
        return Inspected("", "contains control characters")
    if any(token not in known for token in set(_TOKEN.findall(text))):
        return Inspected("", "contains a model's control token")
    return Inspected(text)


def _controls(text: str) -> set[str]:
    return {character for character in set(text) if sanitise(character) != character}


def is_prose(text: str) -> bool:
    """Whether a reply talks where there should be code."""
    return _PROSE.match(text) is not None


def _unfenced(reply: str) -> str:
    """Without fences and blank lines around it; of an answer that begins with prose its first code block."""
    lines = reply.strip("\n").split("\n")
    if is_prose(reply):
        del lines[: next((number for number, line in enumerate(lines) if _FENCE.fullmatch(line)), 0)]
    opening = _FENCE.fullmatch(lines[0])
    if opening:
        closing = (number for number, line in enumerate(lines) if number and line.rstrip() == opening[1])
        lines = lines[1 : next(closing, len(lines))]
    elif _FENCE.fullmatch(lines[-1].rstrip()):
        lines.pop()
    return "\n".join(lines).strip("\n").rstrip()
