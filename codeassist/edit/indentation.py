"""Moves code to another depth, in the file's own style; what is inside of strings stays."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from codeassist.context.languages import Language
from codeassist.review.hunks import Effort, compare

_MOST_LINES = 5_000  # of which a style is told
_WIDEST = 8
_USUAL = (2, 3, 4, 8)
_TAB = "\t"


def unit_of(text: str) -> str:
    """What one level of a text is indented by: a tab, or some blanks; "" if nothing in it tells."""
    steps: Counter[str] = Counter()
    before = 0
    for line in text.split("\n", _MOST_LINES)[:_MOST_LINES]:
        bare = line.lstrip(" \t")
        if not bare or bare.startswith("*"):  # of a block comment
            continue
        lead = line[: len(line) - len(bare)]
        width = len(lead)
        if lead.startswith(_TAB):
            steps[_TAB] += 1
        elif 0 < width - before <= _WIDEST and width > before:
            steps[" " * (width - before)] += 1
        before = width
    return max(steps, key=lambda each: (steps[each], -len(each))) if steps else ""


def moved(text: str, language: Language | None, indent: str, unit: str) -> str:
    """Code whose lines stand at any depth, at the depth of `indent`, with levels of `unit`.

    The first line comes without its indentation: it stands behind what is there already.
    """
    lines = text.split("\n")
    frozen = frozen_lines(text, language)
    rest = [line for number, line in enumerate(lines) if number and number not in frozen and line.strip()]
    below = _base_below(lines[0], rest, language, indent, unit)
    base = _lead(lines[0]) if below is None else below
    own = _own(rest, base, unit)
    found = [lines[0].lstrip(" \t")]
    for number, line in enumerate(lines[1:], 1):
        if number in frozen:
            found.append(line)
        elif not line.strip():
            found.append("")
        else:
            found.append(indent + _deeper(line, base, own, unit))
    return "\n".join(found)


def _lead(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _base_below(first: str, rest: Sequence[str], language: Language | None, indent: str, unit: str) -> str | None:
    """The depth that the lines below the first are at, if that is where the first one should have been."""
    if _lead(first) or not indent or not rest or any(not line.startswith(indent) for line in rest):
        return None
    if language is not None and language.blocks == "indent":
        least = min((_lead(line) for line in rest), key=len)
        opens = first.rstrip().endswith((":", "(", "[", "{", ",")) and not first.startswith("@")
        return indent if least == (indent + unit if opens else indent) else None
    return indent if _lead(rest[-1]) == indent else None


def _own(rest: Sequence[str], base: str, unit: str) -> str:
    """What a level is indented by in lines below a base; `unit` if they do not tell."""
    deeper = [_lead(line)[len(base) :] for line in rest if line.startswith(base) and not line.lstrip().startswith("*")]
    steps = [each for each in deeper if each]
    if not steps:
        return unit
    least = min(steps, key=len)
    return _TAB if least[0] == _TAB else least if len(least) in _USUAL else unit


def _deeper(line: str, base: str, own: str, unit: str) -> str:
    """A line as deep below its base as it is, in levels of `unit`."""
    lead = _lead(line)
    rest = lead[len(base) :] if lead.startswith(base) else ""
    if own != unit and own and unit:
        if own == _TAB:
            levels, blanks = rest.count(_TAB), rest.count(" ")
        else:
            levels, blanks = divmod(len(rest.expandtabs(len(own))), len(own))
        rest = unit * levels + " " * blanks
    return rest + line[len(lead) :]


@cache
def _quoting(language: Language) -> re.Pattern[str]:
    return re.compile(f"(?:{language.comment})|(?P<quoted_>{language.string})", re.DOTALL)


def frozen_lines(text: str, language: Language | None) -> set[int]:
    """The lines, from 0, that begin inside of a string; those of a docstring do not count."""
    found: set[int] = set()
    if language is None:
        return found
    at = line = 0
    for match in _quoting(language).finditer(text):
        if match["quoted_"] is None or "\n" not in match[0]:
            continue
        line += text.count("\n", at, match.start())
        at = match.start()
        begin = text.rfind("\n", 0, at) + 1
        documents = language.blocks == "indent" and not text[begin:at].strip()
        if not documents:
            found.update(range(line + 1, line + 1 + match[0].count("\n")))
    return found


def with_old_blanks(old: str, new: str) -> str:
    """The new text, with the blanks at the ends of lines that it has from the old one."""
    before, after = old.split("\n"), new.split("\n")
    bare = ["\n".join([*(line.rstrip() for line in lines), ""]) for lines in (before, after)]
    if bare[0] == "\n".join([*before, ""]):
        return new
    at = place = 0
    for hunk in [*compare(bare[0], bare[1], Effort()), None]:
        until = hunk.new_start - 1 if hunk else len(after)
        while place < until:
            after[place] = before[at]
            at, place = at + 1, place + 1
        if hunk:
            at, place = hunk.old_start - 1 + hunk.old_count, until + hunk.new_count
    return "\n".join(after)
