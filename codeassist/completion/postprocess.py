"""What is shown of what the model wrote: bounded by syntax, joined to the text after the cursor.

Each rule looks at the text around the cursor and the output so far and answers where to cut, if anywhere. The first
cut in the text wins. What is left is then judged by the rules that need the whole of it. Nothing here raises,
whatever the model wrote, and only bounded windows are parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from codeassist.completion.filters.closers import scope_end
from codeassist.completion.filters.copies import copies_above, copies_context
from codeassist.completion.filters.dedent import dedent
from codeassist.completion.filters.ends import loose_comment, rest_of_line, trim
from codeassist.completion.filters.hole import Cut, Hole, hole
from codeassist.completion.filters.indentation import fitted
from codeassist.completion.filters.junk import fences, markers, placeholders, says_nothing
from codeassist.completion.filters.loops import growth, loop_in_line, repetition
from codeassist.completion.filters.repeats import (
    overlaps_rest,
    repeats_following,
    repeats_rest,
    rewrites_rest,
)
from codeassist.completion.filters.runon import second_definition
from codeassist.completion.filters.syntax import syntax_errors
from codeassist.completion.filters.unfinished import unfinished
from codeassist.completion.filters.unseen import printable
from codeassist.completion.filters.words import closing_word
from codeassist.context.languages import Language

Rule = Callable[[Hole, str], Cut | None]

# While decoding and at the end: the first cut in the text wins.
RULES: Mapping[str, Rule] = {
    "scope end": scope_end,
    "scope end by word": closing_word,
    "second definition": second_definition,
    "repeats the rest of the line": repeats_rest,
    "rewrites the rest of the line": rewrites_rest,
    "one line where words follow": rest_of_line,
    "repeats the suffix": repeats_following,
    "repeats the lines above": copies_above,
    "repeats the context": copies_context,
    "repetition": repetition,
    "growing lines": growth,
    "repetition in a line": loop_in_line,
    "markers": markers,
    "fences": fences,
    "placeholders": placeholders,
}

# Of the text that is left, in this order, each on what the one before it left; not while decoding.
LAST: Mapping[str, Rule] = {
    "loose comment": loose_comment,
    "says nothing": says_nothing,
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


def finished(
    prefix: str, suffix: str, middle: str, language: Language | None, *, context: Sequence[str] = ()
) -> Filtered | None:
    """While decoding, after each newline: the result if the output is complete and decoding may stop, else None.

    The last, unfinished line is looked at for its indentation only. `context`: as for `clean`.
    """
    where = hole(prefix, suffix, language, context)
    output = fitted(where, printable(middle))
    lines = output[: output.rfind("\n") + 1]
    cut = _first([scope_end_by_indent(where, output), *(rule(where, lines) for rule in RULES.values() if lines)])
    return None if cut is None else _cut(where, output, cut)


def clean(
    prefix: str,
    suffix: str,
    middle: str,
    language: Language | None,
    *,
    context: Sequence[str] = (),
    finish: str = "",
) -> Filtered:
    """The final text of an output, indented as the file is, trimmed so that it joins what follows the cursor.

    Args:
        context: chunks of other files that the model was shown.
        finish: why decoding ended; after "length" the last line is taken to be unfinished.
    """
    where = hole(prefix, suffix, language, context)
    output = fitted(where, printable(middle))
    cut = _first([scope_end_by_indent(where, output), *(rule(where, output) for rule in RULES.values())])
    if cut is None and finish == "length":
        cut = unfinished(where, output)
    return _cut(where, output, cut)


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
