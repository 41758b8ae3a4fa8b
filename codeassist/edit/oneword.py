"""Drafts in which one word is another: names, numbers and signs that the model finds likelier than what is there.

Where a check tells right from wrong, many cheap drafts are worth more than a few that the model writes: it copies what
it is shown, mistakes included, while one pass over the text ranks hundreds of words (`review/likelihood.py`). This is
program repair by generation and validation (Weimer et al., 2009) in the order of a language model's likelihood.
"""

from __future__ import annotations

from collections.abc import Iterator

from codeassist.context.languages import language_for
from codeassist.edit.draft import Draft
from codeassist.edit.original import Original, Splice
from codeassist.edit.pipeline import Desk, Order
from codeassist.edit.target import Target
from codeassist.errors import UnsupportedError, UsageError
from codeassist.review.change import FileChange, Hunk
from codeassist.review.likelihood import Alternative, Reader
from codeassist.review.proposal import errors
from codeassist.review.units import units

_LEAST = -5.0  # nats; a word that is less likely than what is there by more is not tried
_LINES = 200  # of a target that is read


def one_word_drafts(desk: Desk, order: Order, most: int) -> Iterator[Draft]:
    """At most so many drafts of the targets, the most promising word first; none where the engine cannot score texts.

    Raises:
        EngineError: the engine failed.
        CancelledError: the person wants no more.
    """
    found = [(each, target) for target in order.targets for each in _alternatives(desk, target)]
    found.sort(key=lambda pair: -pair[0].local)
    made = 0
    for alternative, target in found:
        if made >= most:
            return
        draft = _draft(target.original, alternative)
        if draft is not None:
            made += 1
            yield draft


def _alternatives(desk: Desk, target: Target) -> list[Alternative]:
    original, (first, last) = target.original, target.lines
    if target.form != "node" or last - first >= _LINES:
        return []
    hunk = Hunk(first, 0, first, last - first + 1)
    change = FileChange(original.path, "", "modified", new=original.text, hunks=(hunk,))
    reader = Reader(desk.session.engine, desk.cancelled)
    found: list[Alternative] = []
    try:
        for unit in units(change):
            ranked = [each for each in reader.ranked(unit) if each.local > _LEAST]
            found += [each for each in ranked if target.start <= each.lexeme.start < target.end]
    except UnsupportedError:
        return []
    return found


def _draft(original: Original, alternative: Alternative) -> Draft | None:
    """The file with the word in it; None if that adds a place that does not parse."""
    start, end = alternative.lexeme.start, alternative.lexeme.start + len(alternative.lexeme.text)
    text = original.text[:start] + alternative.text + original.text[end:]
    language = language_for(original.path)
    if language is None or errors(language, text) > errors(language, original.text):
        return None
    try:
        return Draft((original.spliced([Splice(start, end, alternative.text)]),))
    except UsageError:
        return None
