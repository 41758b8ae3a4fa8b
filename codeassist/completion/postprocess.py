"""What is shown of what the model wrote: bounded by syntax, joined to the text after the cursor.

Each rule looks at the text around the cursor and the output so far and answers where to cut, if anywhere. The first
cut in the text wins. What is left is then judged by the rules that need the whole of it. Nothing here raises,
whatever the model wrote, and only bounded windows are parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from codeassist.completion.filters.closers import scope_end
from codeassist.completion.filters.dedent import dedent
from codeassist.completion.filters.ends import trim
from codeassist.completion.filters.hole import Cut, Hole, hole
from codeassist.completion.filters.repeats import (
    overlaps_rest,
    repeats_following,
    repeats_rest,
    repetition,
    rewrites_rest,
)
from codeassist.completion.filters.runon import second_definition
from codeassist.completion.filters.syntax import syntax_errors
from codeassist.context.languages import Language

MAX_MIDDLE = 16 * 1024  # characters of output that are looked at; the rest is dropped (a grammar may take n² on junk)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

Rule = Callable[[Hole, str], Cut | None]

RULES: Mapping[str, Rule] = {
    "scope end": scope_end,
    "second definition": second_definition,
    "repeats the rest of the line": repeats_rest,
    "rewrites the rest of the line": rewrites_rest,
    "repeats the suffix": repeats_following,
    "repetition": repetition,
}

# Of the text that is left, in this order, each on what the one before it left; not while decoding.
LAST: Mapping[str, Rule] = {
    "syntax errors": syntax_errors,
}


def scope_end_by_indent(where: Hole, middle: str) -> Cut | None:
    """Cut where a statement leaves the block, in languages that mark blocks by indentation."""
    return dedent(where, middle) if where.language and where.language.blocks == "indent" else None


@dataclass(frozen=True)
class Filtered:
    """What is left of an output.

    Attributes:
        finish: "" if no rule cut it, "scope" if it ended where the code does or where the suffix takes over,
            "filtered" if it was a repetition or nothing is left.
    """

    text: str
    finish: str


def finished(prefix: str, suffix: str, middle: str, language: Language | None) -> Filtered | None:
    """While decoding, after each newline: the result if the output is complete and decoding may stop, else None.

    The last, unfinished line is looked at for its indentation only.
    """
    where, output = hole(prefix, suffix, language), printable(middle)
    lines = output[: output.rfind("\n") + 1]
    cut = _first([scope_end_by_indent(where, output), *(rule(where, lines) for rule in RULES.values() if lines)])
    return None if cut is None else _cut(where, output, cut)


def clean(prefix: str, suffix: str, middle: str, language: Language | None) -> Filtered:
    """The final text of an output, trimmed at its end so that it joins what follows the cursor."""
    where, output = hole(prefix, suffix, language), printable(middle)
    cut = _first([scope_end_by_indent(where, output), *(rule(where, output) for rule in RULES.values())])
    return _cut(where, output, cut)


def printable(middle: str) -> str:
    """The output without control characters but tab and newline, and without lone surrogates; bounded."""
    return _CONTROLS.sub("", middle[:MAX_MIDDLE])


def _first(cuts: list[Cut | None]) -> Cut | None:
    return min((cut for cut in cuts if cut is not None), key=lambda cut: cut.offset, default=None)


def _cut(where: Hole, output: str, cut: Cut | None) -> Filtered:
    """The output up to the cut, joined to what follows on the cursor's line, as far as the last rules let it pass."""
    text = output if cut is None else output[: cut.offset]
    overlap = overlaps_rest(where, text)
    if overlap is not None:
        text, cut = text[: overlap.offset], cut or overlap
    text = trim(where, text, cut=cut is not None)
    for rule in LAST.values():
        last = rule(where, text)
        if last is not None:
            text, cut = trim(where, text[: last.offset], cut=True), cut or last
    return Filtered(text, cut.finish if cut else "") if text.strip() else Filtered("", "filtered")
