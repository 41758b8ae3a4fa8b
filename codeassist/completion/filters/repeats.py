"""The output repeats what follows the cursor."""

from __future__ import annotations

import re

from codeassist.completion.filters.brackets import lex, unmatched
from codeassist.completion.filters.hole import Cut, Hole, width

_ENOUGH = 8  # characters of a last, unfinished line that are enough to know it by
_TRIVIAL_WORDS = frozenset(["else", "try", "finally", "pass", "break", "continue", "return", "end", "do", "then"])
_NEAR = 1024  # characters of the line that are weighed
_LONG_TAIL = 8  # characters that two lines do not share at their ends by chance
_LONGEST_OVERLAP = 80
_QUOTES = re.compile(r"""(?P<escape>\\.)|(?P<quote>["'`])|(?P<bracket>[()\[\]{}])""", re.DOTALL)
_PAIRS = {")": "(", "]": "[", "}": "{"}


def repeats_following(hole: Hole, middle: str) -> Cut | None:
    """Cut where the output's lines become the suffix's next lines.

    Whitespace inside a line does not count; its indentation does, unless two lines in a row agree. A trivial line
    (`}`, `else:`) is not enough alone; a closer too many is the business of closers.py.
    """
    following = [line for line in hole.following.split("\n") if line.strip()]
    if not following:
        return None
    offset = 0
    lines: list[tuple[int, str, bool]] = []
    for index, line in enumerate(middle.split("\n")):
        whole = hole.line + line if index == 0 else line
        if line.strip():
            lines.append((offset, whole, offset + len(line) == len(middle)))
        offset += len(line) + 1
    first, surplus = _flat(following[0]), _closers(hole, middle)
    for index, (offset, line, last) in enumerate(lines):
        same = _flat(line) == first or (last and len(_flat(line)) >= _ENOUGH and first.startswith(_flat(line)))
        if same and _is_repeat(lines[index : index + 2], following, surplus):
            return Cut(offset, "scope")
    return None


def _flat(line: str) -> str:
    return " ".join(line.split())


def _trivial(line: str) -> bool:
    words = re.findall(r"\w+", line)
    return not words or (len(words) == 1 and words[0] in _TRIVIAL_WORDS)


def _is_repeat(lines: list[tuple[int, str, bool]], following: list[str], surplus: set[int]) -> bool:
    """Whether lines of the output that begin like the suffix's next line are a repetition of it.

    A line that opens something (`@option(`, `if err != nil {`) is written again and again with another inside: the
    line after it decides. A trivial line must close something in `surplus`.
    """
    offset, line, last = lines[0]
    second = _flat(lines[1][1]) if len(lines) > 1 else ""
    if second and len(following) > 1 and second == _flat(following[1]) and not (_trivial(line) and _trivial(second)):
        return True
    if _trivial(line):
        return any(at in surplus for at in range(offset, offset + min(len(line), 80)))
    opens = line.rstrip()[-1:] in ("(", "[", "{", ":", ",")
    return width(line) == width(following[0]) and (last or not opens)


def _closers(hole: Hole, middle: str) -> set[int]:
    """Offsets of what closes more than the output opened, for plain text (in code, closers.py knows better)."""
    return set() if hole.language else {each.offset for each in unmatched(lex(None, middle).brackets)[0]}


def repeats_rest(hole: Hole, middle: str) -> Cut | None:
    """Cut where the output's first line ends with all that follows the cursor on its line."""
    rest = hole.rest.strip()
    first, newline, _ = middle.partition("\n")
    if not rest or not newline or not first.rstrip().endswith(rest):
        return None
    offset = len(first.rstrip()) - len(rest)
    return Cut(offset, "scope") if _joins(hole, first, offset, len(rest)) else None


def rewrites_rest(hole: Hole, middle: str) -> Cut | None:
    """Where the output's first line ends as the cursor's line does, it is the line again, not what is missing.

    All that follows the cursor, at the end of the output: what comes before it is the answer. Only a part of it: the
    output replaces what is there, and inserting it would say it twice.
    """
    rest, first = hole.rest.strip(), middle.partition("\n")[0].rstrip()
    if not hole.line.strip() and "\n" in middle:
        return None  # whole lines before the cursor's line
    common = next((at for at in range(min(len(rest), len(first))) if rest[-1 - at] != first[-1 - at]), len(rest))
    common = min(common, len(first))
    if common < min(len(rest), _LONG_TAIL) or not any(map(_is_word, first[len(first) - common :])):
        return None
    whole = common == len(rest)
    return Cut(len(first) - common, "scope") if whole else Cut(0, "filtered")


def overlaps_rest(hole: Hole, middle: str) -> Cut | None:
    """Drop the longest tail of the output that is the head of what follows the cursor on its line."""
    rest = hole.rest.rstrip()
    for size in range(min(len(rest), len(middle), _LONGEST_OVERLAP), 0, -1):
        if middle.endswith(rest[:size]) and rest[:size].strip() and _joins(hole, middle, len(middle) - size, size):
            return Cut(len(middle) - size, "scope")
    return None


def _joins(hole: Hole, middle: str, offset: int, size: int) -> bool:
    """True if dropping `middle[offset:offset + size]` for the same text after the cursor leaves a better line."""
    rest, head, repeated = hole.rest.lstrip(), middle[:offset], middle[offset : offset + size]
    if _is_word((head or hole.line)[-1:]) and _is_word(repeated[:1]):
        return False
    if _is_word(repeated[-1:]) and _is_word(rest[len(repeated.strip()) :][:1]):
        return False
    before = hole.line[-_NEAR:] + head[-_NEAR:]
    with_it, without = _imbalance(before + repeated + rest[:_NEAR]), _imbalance(before + rest[:_NEAR])
    return without < with_it or (without == with_it and not any(each in repeated for each in "()[]{}\"'`"))


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _imbalance(line: str) -> int:
    """Brackets without a partner, and one for an open quotation, in a piece of any language."""
    opened: list[str] = []
    lonely, quote = 0, ""
    for match in _QUOTES.finditer(line):
        if match["quote"]:
            quote = match["quote"] if not quote else ("" if quote == match["quote"] else quote)
        elif match["bracket"] and not quote:
            if match["bracket"] not in _PAIRS:
                opened.append(match["bracket"])
            elif opened and opened[-1] == _PAIRS[match["bracket"]]:
                opened.pop()
            else:
                lonely += 1
    return lonely + len(opened) + bool(quote)
