"""Instructions that a person wrote into the code: a comment `codeassist: make this iterative`.

So every editor can give one, also those that cannot ask for a text. The edit takes the comment away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from codeassist.context.languages import Language
from codeassist.terminal import one_line

_MARK = re.compile(r"codeassist:[ \t]*(?!ignore(?:-file)?\b)(\S.*)", re.IGNORECASE)
_PLAIN = ("#", "//")  # of files whose language is not known
_MOST_ABOVE = 20  # lines of comments over a definition
_LONGEST = 1_000  # characters of an instruction
_MOST_LINES = 5_000


@dataclass(frozen=True)
class Noted:
    """An instruction, and the lines of its comments, from 1. No lines: there is none."""

    instruction: str
    lines: tuple[int, ...]

    def without(self, text: str) -> str:
        """A text with LF newlines without these lines."""
        gone = set(self.lines)
        kept = [line for number, line in enumerate(text.split("\n"), 1) if number not in gone]
        return "\n".join(kept)

    def shifted(self, line: int) -> int:
        """Where a line stands once these are gone; one of them is where the next one is."""
        return line - sum(each < line for each in self.lines)

    def before(self, line: int) -> int:
        """Where a line stood before these were gone."""
        for each in self.lines:
            line += each <= line
        return line


def noted(lines: list[str], language: Language | None, first: int, last: int) -> Noted:
    """The instruction in lines from 1, both included, or in the comments right above them."""
    signs = (language.line_comment,) if language is not None else _PLAIN
    top = first
    while top > 1 and first - top < _MOST_ABOVE and lines[top - 2].lstrip().startswith(signs):
        top -= 1
    numbers = range(top, min(last, len(lines), top + _MOST_LINES) + 1)
    found = [(number, _said(lines[number - 1], signs)) for number in numbers]
    said = [(number, text) for number, text in found if text]
    return Noted(one_line(" ".join(text for _, text in said), _LONGEST), tuple(number for number, _ in said))


def _said(line: str, signs: tuple[str, ...]) -> str:
    """The instruction of a line that is a comment and nothing else."""
    text = line.strip()
    sign = next((each for each in signs if text.startswith(each)), None)
    match = _MARK.match(text.lstrip(sign[0]).lstrip(" \t*!")) if sign is not None else None
    return match[1].removesuffix("*/").removesuffix("-->").strip() if match else ""
