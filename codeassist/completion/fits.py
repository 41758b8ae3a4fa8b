"""Whether code fits what follows it, and which names the code below needs from it."""

from __future__ import annotations

import builtins
import itertools
import keyword
import re

from codeassist.completion.filters.brackets import lex, unmatched
from codeassist.completion.filters.hole import width
from codeassist.context.languages import Language
from codeassist.context.scope import enclosing_definition

_WINDOW = 8_000  # characters on each side
_LEAST_UNIT, _MOST_UNIT = 2, 8  # columns of one level of indentation
_NAME = re.compile(r"(?<![\w.@])[A-Za-z_]\w*")
_BINDS_BEFORE = re.compile(r"(?:\b(?:for|def|class|as|import|let|const|var|fn|func|mut|lambda|global)\s+|,\s*)\Z")
_BINDS_AFTER = re.compile(r"\s*(?::=|[-+*/|&]?=(?!=)|,[^=\n()]*=(?!=))")
_KEYWORDS = frozenset(keyword.kwlist) | frozenset(dir(builtins)) | frozenset(["self", "cls", "this", "super", "null"])


def fits(before: str, text: str, after: str, language: Language) -> bool:
    """True if the next line of `after` can follow the whole lines of `text` where it stands.

    Where blocks are marked by indentation: it is one level deeper exactly if the text opens a block. Elsewhere: the
    text leaves as many brackets open as it found.
    """
    following = next_line(after[:_WINDOW])
    if language.blocks != "indent":
        closers, openers = unmatched(lex(language, text).brackets)
        return len(closers) == len(openers) or not following
    above = before[-_WINDOW:] + text
    lines = [line for line in above.split("\n") if line.strip() and not _comment(line, language)]
    if not lines or not following or _inside(above, language):
        return True
    last, step = lines[-1], width(following) - width(lines[-1])
    opens = last.rstrip().endswith(":") or (":" in last and last.split("#")[0].rstrip().endswith(":"))
    return 0 < step <= _unit(lines) if opens else step <= 0


def next_line(after: str) -> str:
    """The first line of a text that is not blank; "" if there is none."""
    return next((line for line in after.split("\n") if line.strip()), "")


def _inside(text: str, language: Language) -> bool:
    """True if a text ends inside brackets or a string, where indentation says nothing."""
    lexed = lex(language, text + "\n")
    return bool(unmatched(lexed.brackets)[1]) or lexed.quoted(len(text))


def _comment(line: str, language: Language) -> bool:
    return line.lstrip().startswith(language.line_comment)


def _unit(lines: list[str]) -> int:
    """Columns of one level of indentation, as the file has it."""
    steps = [width(after) - width(line) for line, after in itertools.pairwise(lines)]
    return min((step for step in steps if _LEAST_UNIT <= step <= _MOST_UNIT), default=_MOST_UNIT)


def needed_names(before: str, after: str, language: Language) -> list[str]:
    """Names that the rest of the definition uses and nothing before the cursor mentions, in order of use.

    The missing code is likely to define them. Attributes, keyword arguments and names bound below do not count.
    """
    near, rest = before[-_WINDOW:], after[:_WINDOW]
    around = enclosing_definition(language, near + rest, len(near))
    if around is None:
        return []
    rest = rest[: max(0, around.innermost[1] - len(near))]
    quoted = lex(language, rest).quoted
    known = set(re.findall(r"\w+", before)) | _KEYWORDS
    found: list[str] = []
    for match in _NAME.finditer(rest):
        name = match.group()
        if name in known or quoted(match.start()):
            continue
        known.add(name)
        if not _BINDS_AFTER.match(rest, match.end()) and not _BINDS_BEFORE.search(rest[: match.start()][-24:]):
            found.append(name)
    return found
