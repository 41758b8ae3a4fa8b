"""The preset `fix`: from what is wrong to an order for the pipeline, and drafts that mend it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from codeassist import templates
from codeassist.context.index import Index
from codeassist.context.languages import language_for
from codeassist.context.tags import Tag, tags
from codeassist.edit.draft import Draft
from codeassist.edit.oneword import one_word_drafts
from codeassist.edit.original import Original, read
from codeassist.edit.pipeline import DRAFTS, Desk, Order
from codeassist.edit.pipeline import drafts as edits
from codeassist.edit.presets.complaint import complaint
from codeassist.edit.presets.mending import Mending
from codeassist.edit.presets.places import Places
from codeassist.edit.presets.subject import subject
from codeassist.edit.presets.traces import uncoloured
from codeassist.edit.target import Named, Target, targets
from codeassist.errors import UsageError
from codeassist.review.finding import Finding
from codeassist.terminal import one_line, sanitise

_MOST_LINES = 150  # of a definition that is written again as a whole
_TOLD = 400  # characters of a finding's message
_SHOWN_LINES, _WIDTH = 12, 240
_EVIDENCE = 3_000  # characters of a check's output
_PARTS = ("function", "method", "constructor", "property", "macro")


def order(root: Path, index: Index | None, output: str, folder: str = "") -> Order:
    """The order to mend what an output complains of: a stack, a compiler's errors, a checker's findings.

    `folder`: where the program ran, relative to the root. Needs no terminal; `pipeline.drafts` takes it.

    Raises:
        UsageError: it names no line of the repository, or only tests, and what they test cannot be told.
    """
    known = [each.path for each in index.files()] if index is not None else []
    found = complaint(output, Places(root, known, folder))
    if found is None:
        raise UsageError(
            "this output names no line of a file of this repository", "name the place: codeassist fix PATH:L"
        )
    path, line = found.path, found.line
    if not path:
        tested = subject(index, found.tests) if index is not None else None
        if tested is None:
            where = ":".join(map(str, found.tests[0]))
            raise UsageError(
                f"what fails is a test ({one_line(where)}), and it cannot be told what that tests",
                "name the place: codeassist fix PATH:L --check CMD",
            )
        path, line = tested
    chosen = around(read(root, path), line, line)
    what = chosen[0].kind if len(chosen) == 1 and chosen[0].name else "code"
    return Order(templates.fix_prompt().fails.format(what=what), chosen, found.evidence)


def order_at(original: Original, start: int, end: int, output: str = "") -> Order:
    """The order to find and mend what is wrong in lines that a person named; `output`: of a check that fails.

    Raises:
        UsageError: there are no such lines.
    """
    instruction = templates.fix_prompt().line.format(these=_these(original, start, end))
    evidence = sanitise(uncoloured(output))[-_EVIDENCE:]
    return Order(instruction, around(original, start, end), evidence)


def order_of(original: Original, finding: Finding) -> Order:
    """The order to mend a finding of a review.

    Raises:
        UsageError: the file has no such lines any more.
    """
    these = _these(original, finding.line, finding.end_line)
    message = one_line(finding.message, _TOLD)
    instruction = templates.fix_prompt().finding.format(these=these, message=message)
    return Order(instruction, around(original, finding.line, finding.end_line))


def mended(desk: Desk, original: Original, mending: Mending, count: int = DRAFTS) -> Iterator[Draft]:
    """Drafts of the model that mend a finding; those that do not have the reason.

    Raises:
        UsageError: the file has no such lines any more.
        EngineError: the engine failed.
    """
    for draft in edits(desk, order_of(original, mending.finding), count):
        yield mending.judged(draft)


def tried(desk: Desk, order: Order, count: int, *, checked: bool) -> Iterator[Draft]:
    """Drafts that mend what an order says, so many. `checked`: a check tells which one is right.

    Then a word in another's place is tried before each draft that the model writes, and two after the first: they are
    right more often, and cost one pass over the text.

    Raises:
        EngineError: the engine failed.
    """
    if not checked:
        yield from edits(desk, order, count)
        return
    words, written = one_word_drafts(desk, order, count), edits(desk, order, count)
    turns = itertools.chain((words, written), itertools.cycle((words, words, written)))
    for _ in range(count):
        turn = next(turns)
        draft = next(turn, None) or next(words, None) or next(written, None)
        if draft is None:
            return
        yield draft


def around(original: Original, start: int, end: int) -> list[Target]:
    """What is written again for lines: the innermost function that holds them, else the smallest nodes.

    Raises:
        UsageError: there are no such lines.
    """
    language = language_for(original.path)
    found = tags(language, original.text).definitions if language is not None else ()
    holding = [each for each in found if each.kind in _PARTS and each.start_line <= start and end <= each.end_line]
    if holding:
        inner = max(holding, key=lambda each: each.start_line)
        if inner.end_line - inner.start_line < _MOST_LINES:
            return targets(original, _lines(original, inner))
    return targets(original, Named(original.path, start, end))


def _lines(original: Original, tag: Tag) -> Named:
    return Named(original.path, tag.start_line, tag.end_line)


def _these(original: Original, start: int, end: int) -> str:
    """Lines by their numbers and, if they are few, by what stands there."""
    prompt = templates.fix_prompt()
    lines = original.text.split("\n")[max(0, start - 1) : end]
    these = f"line {start}" if start == end else f"lines {start} to {end}"
    shown = [f"`{sanitise(line.strip()[:_WIDTH])}`" for line in lines if line.strip()]
    if not shown or len(shown) > _SHOWN_LINES:
        return these
    return prompt.lines.format(these=these, code=", ".join(shown))
