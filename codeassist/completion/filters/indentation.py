"""The output's indentation made the file's: tabs or spaces, and not once more what the cursor already has."""

from __future__ import annotations

import re

from codeassist.completion.filters.brackets import lex
from codeassist.completion.filters.hole import Hole, width

_LEAD = re.compile(r"^[ \t]+(?=\S)", re.MULTILINE)
_OPENS = re.compile(r"[:{(\[,\\]\s*(?:(?:#|//).*)?\Z")


def fitted(hole: Hole, middle: str) -> str:
    """The output with the file's kind of indentation, and its first line standing where the cursor does."""
    return _once(hole, _converted(hole, middle))


def _converted(hole: Hole, middle: str) -> str:
    """Tabs for spaces in a file that only has tabs, spaces for tabs in one that only has spaces."""
    leads = _LEAD.findall(f"{hole.prefix}\n{hole.suffix}")
    tabs = any(lead[0] == "\t" for lead in leads)
    spaces = [len(lead) for lead in leads if lead.startswith("  ")]
    if tabs == bool(spaces):
        return middle
    begin = len(hole.line) if hole.line.strip() else 0  # spaces after something are no indentation
    text = hole.line[:begin] + middle
    own = [len(lead) for lead in _LEAD.findall(text) if lead.isspace() and "\t" not in lead]
    unit = min(spaces) if spaces else 4 if all(size % 4 == 0 for size in own) else 2

    def convert(match: re.Match[str]) -> str:
        if spaces:
            return match[0].replace("\t", " " * unit)
        count = len(match[0]) - match[0].count("\t")
        return "\t" * match[0].count("\t") + "\t" * (count // unit) + " " * (count % unit)

    return _LEAD.sub(convert, text)[begin:]


def _once(hole: Hole, middle: str) -> str:
    """The output without the whitespace it begins with, if the cursor stands as deep as a line may stand there.

    If the lines after the first stand as deep as the first did, they move with it.
    """
    first = middle.partition("\n")[0]
    lead = first[: len(first) - len(first.lstrip(" \t"))]
    if not lead or not first.strip() or hole.language is None or not hole.line or hole.line.strip():
        return middle
    above = next((line for line in reversed(hole.prefix.split("\n")[:-1]) if line.strip()), "")
    deeper = _OPENS.search(above) and width(hole.line) <= width(above)
    lexed = lex(hole.language, hole.prefix)
    if deeper or width(hole.line) < width(above) or lexed.ends[-1:] == (len(hole.prefix),):
        return middle
    later = [line for line in middle.split("\n")[1:] if line.strip()]
    if all(line.startswith(hole.line + lead) for line in later):
        return middle[len(lead) :].replace(f"\n{hole.line}{lead}", f"\n{hole.line}")
    return middle[len(lead) :]
