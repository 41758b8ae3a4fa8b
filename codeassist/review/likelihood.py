"""Reads a unit as the model does: how likely each token is, and how likely the code were with another word in a place.

Asked whether code is wrong, a small model is at chance. What it finds likely says more: where code is wrong, some
single other word makes the whole of it likelier, the lines that follow included. So for each name, number and sign of
the changed lines the words that might stand there are compared with it where they begin, which one pass over the text
tells; the most promising are then put in place, and the rest of the text is scored anew.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import accumulate, zip_longest

from codeassist.engine.api import Engine, Scores
from codeassist.engine.scoring import score
from codeassist.review.lexemes import Lexeme, alternatives, lexemes
from codeassist.review.units import Unit

_HEAD_TOKENS, _BODY_TOKENS = 220, 280
_WATCHED = 256
_NEAR = 2500  # characters around the changed lines in which names are looked for
_COMPARED = 3  # tokens of a word
_ALIKE, _MATCHED = 0.8, 1_000  # share, characters
_TRIED = 2  # alternatives that are scored as a whole
_LEAST = -1.0  # nats; what is less likely than what is there by more, where it begins, is not tried
_WIDEST = 12  # characters of what begins an import
_DEFINED = re.compile(r"\b(?:def|class|func|fn|function|struct|enum|interface|trait|type)\s+$")
_IMPORT = ("import ", "from ", "use ", "#include", "package ", "require", "export *")


@dataclass(frozen=True)
class Alternative:
    """Another word in a place of the new text.

    Attributes:
        lexeme: what is there; `start` is an offset in the new text, in code points.
        text: what might stand there.
        local: nats by which its beginning is likelier than that of what is there.
        gain, rest: nats by which all that is scored is likelier with it, and what follows it alone; 0 if not scored.
    """

    lexeme: Lexeme
    text: str
    local: float
    gain: float = 0.0
    rest: float = 0.0


@dataclass(frozen=True)
class Reading:
    """What one unit is like to the model. Lists are of the tokens of the changed lines, in order; nats.

    `tried`: the alternatives that were scored as a whole, the best first. `places`: how many words had alternatives.
    `old_gain`: nats by which the old lines are likelier than the new ones, both with what follows; None if none were.
    """

    unit: Unit
    logprobs: tuple[float, ...]
    best_logprobs: tuple[float, ...]
    after: tuple[float, ...]  # logprobs of the lines that follow
    tried: tuple[Alternative, ...]
    places: int
    old_gain: float | None
    calls: int


class Reader:
    """Scores units with one engine. `every_old`: old lines that are quite others than the new ones are scored, too."""

    def __init__(self, engine: Engine, cancelled: Callable[[], bool], *, every_old: bool = False) -> None:
        self._engine = engine
        self._cancelled = cancelled
        self._every_old = every_old

    def read(self, unit: Unit) -> Reading:
        """Score a unit.

        Raises:
            EngineError, UnsupportedError, CancelledError: as `engine.scoring.score` does.
        """
        passage, head, scores, ranked = self._pass(unit)
        calls = 1
        tried = []
        for each in [one for one in ranked if one.local > _LEAST][:_TRIED]:
            tried.append(self._whole(unit, passage, each, head, scores))
            calls += 1
        old = self._old(unit, passage, head, scores)
        last = passage.changed_tokens(scores)
        return Reading(
            unit=unit,
            logprobs=scores.logprobs[:last],
            best_logprobs=scores.best_logprobs[:last],
            after=scores.logprobs[last:],
            tried=tuple(sorted(tried, key=lambda each: -each.gain)),
            places=len({each.lexeme.start for each in ranked}),
            old_gain=old,
            calls=calls + (old is not None),
        )

    def ranked(self, unit: Unit) -> list[Alternative]:
        """The words that might stand in places of a unit, what gains most where it begins first: one pass over it.

        Raises:
            EngineError, UnsupportedError, CancelledError: as `engine.scoring.score` does.
        """
        return self._pass(unit)[3]

    def _pass(self, unit: Unit) -> tuple[_Passage, Sequence[int], Scores, list[Alternative]]:
        """What is scored, the tokens above it, its scores, and the alternatives by how they begin."""
        language = unit.change.language
        comment = language.line_comment if language else "#"
        above = f"{comment} {unit.change.path[-60:]}\n{unit.head}".rstrip("\n")
        gap = "\n" * (len(f"\n{unit.head}") - len(f"\n{unit.head}".rstrip("\n")) or 1)
        passage = _Passage(gap, unit.changed, unit.after)
        head, body = self._engine.tokenize([above, passage.text])
        head = head[-_HEAD_TOKENS:] or body[:1]
        options = list(_options(unit))
        ids = self._ids(unit, options)
        watched = list(
            dict.fromkeys(token for rank in zip_longest(*ids.values()) for token in rank if token is not None)
        )
        watched = watched[:_WATCHED]
        scores = score(self._engine, head, body[:_BODY_TOKENS], watched=watched, cancelled=self._cancelled)
        begun = _Begun(unit, passage, scores, watched)
        ranked = sorted((each for one in options if (each := begun.local(one, ids))), key=lambda each: -each.local)
        return passage, head, scores, ranked

    def _ids(self, unit: Unit, options: Sequence[Alternative]) -> dict[str, tuple[int, ...]]:
        """The first tokens of each alternative as it would stand, by its text with the blank before it."""
        texts = list(dict.fromkeys(_standing(unit, each) for each in options))
        return {text: ids[:_COMPARED] for text, ids in zip(texts, self._engine.tokenize(texts), strict=True)}

    def _whole(
        self, unit: Unit, passage: _Passage, option: Alternative, head: Sequence[int], scores: Scores
    ) -> Alternative:
        at = len(passage.gap) + option.lexeme.start - unit.start
        end = at + len(option.lexeme.text)
        text = passage.text[:at] + option.text + passage.text[end:]
        told, known = self._rescored(text, passage, head, scores)
        rest = len(passage.text[end:].encode())
        gain = told.total - known.total
        return Alternative(option.lexeme, option.text, option.local, gain, told.after(rest) - known.after(rest))

    def _old(self, unit: Unit, passage: _Passage, head: Sequence[int], scores: Scores) -> float | None:
        if not unit.old.strip() or not (self._every_old or alike(unit)):
            return None
        told, known = self._rescored(passage.gap + unit.old + passage.after, passage, head, scores)
        return told.total - known.total

    def _rescored(self, text: str, passage: _Passage, head: Sequence[int], scores: Scores) -> tuple[_Sums, _Sums]:
        """The sums of another text and of the passage, both up to the same place from their ends."""
        size = len(passage.text.encode())
        missing = max(0, size - sum(scores.lengths))  # bytes at the end that were too much to score
        ids = self._engine.tokenize([text.encode()[: len(text.encode()) - missing].decode(errors="ignore")])[0]
        told = score(self._engine, head, ids[: 2 * _BODY_TOKENS], cancelled=self._cancelled)
        return _Sums(told, missing), _Sums(scores, missing)


def alike(unit: Unit) -> bool:
    """True if the old lines are the new ones with a few words changed: only then do their likelihoods compare."""
    if max(len(unit.old), len(unit.changed)) > _MATCHED:
        return False
    return SequenceMatcher(None, unit.old, unit.changed, autojunk=False).ratio() > _ALIKE


class _Sums:
    """Sums of log-probabilities by how far from the end tokens are."""

    def __init__(self, scores: Scores, missing: int) -> None:
        self._scores = scores
        self._missing = missing
        self.total = sum(scores.logprobs)

    def after(self, rest: int) -> float:
        """Of the tokens that begin in the last `rest` bytes of the whole text."""
        left = sum(self._scores.lengths)
        total = 0.0
        for length, logprob in zip(self._scores.lengths, self._scores.logprobs, strict=True):
            total += logprob if left <= rest - self._missing else 0.0
            left -= length
        return total


@dataclass(frozen=True)
class _Passage:
    """What is scored: the line ends before, the changed lines, and what follows."""

    gap: str
    changed: str
    after: str

    @property
    def text(self) -> str:
        return self.gap + self.changed + self.after

    def byte(self, offset: int) -> int:
        """The byte at an offset into the changed lines."""
        return len(self.gap) + len(self.changed[:offset].encode())

    def changed_tokens(self, scores: Scores) -> int:
        """How many tokens begin in the changed lines."""
        end = self.byte(len(self.changed))
        return sum(start < end for start in accumulate(scores.lengths, initial=0)) - (sum(scores.lengths) < end)


def _options(unit: Unit) -> Iterator[Alternative]:
    language = unit.change.language
    if language is None:
        return
    every = lexemes(language, unit.change.new or "")
    near = [each for each in every if unit.start - _NEAR < each.start < unit.end + _NEAR]
    for lexeme in near:
        if unit.start <= lexeme.start < unit.end and not _only_names(unit, lexeme):
            for text in alternatives(lexeme, near):
                yield Alternative(lexeme, text, -math.inf)


def _only_names(unit: Unit, lexeme: Lexeme) -> bool:
    """True where something is imported or gets its name: any name is right there."""
    text = unit.change.new or ""
    begin = text.rfind("\n", 0, lexeme.start) + 1
    before = text[begin : lexeme.start]
    return f"{before.lstrip()}{lexeme.text} "[:_WIDEST].startswith(_IMPORT) or bool(_DEFINED.search(before))


def _standing(unit: Unit, option: Alternative) -> str:
    """The alternative with the blank that a tokenizer takes together with it."""
    text = unit.change.new or ""
    before = text[option.lexeme.start - 1] if option.lexeme.start else ""
    return (" " if before == " " else "") + (option.text or text[option.lexeme.start + len(option.lexeme.text) :][:12])


class _Begun:
    """Compares words by their beginnings, with what one pass over the text has told."""

    def __init__(self, unit: Unit, passage: _Passage, scores: Scores, watched: Sequence[int]) -> None:
        self._unit, self._passage, self._scores = unit, passage, scores
        self._starts = {start: index for index, start in enumerate(accumulate(scores.lengths[:-1], initial=0))}
        self._column = {token: index for index, token in enumerate(watched)}

    def local(self, option: Alternative, ids: Mapping[str, tuple[int, ...]]) -> Alternative | None:
        """An option with what it gains at the first token in which it differs; None where that cannot be told."""
        standing = _standing(self._unit, option)
        place = self._starts.get(self._passage.byte(option.lexeme.start - self._unit.start) - standing.startswith(" "))
        if place is None:
            return None
        for at, token in enumerate(ids[standing], start=place):
            if at >= len(self._scores.logprobs):
                return None
            if token != self._scores.tokens[at]:
                column = self._column.get(token)
                if column is None:
                    return None
                return replace(option, local=self._scores.watched[at][column] - self._scores.logprobs[at])
        return None
