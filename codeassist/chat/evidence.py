"""Finds what an answer rests on among the places that the model was shown, by the words they have in common.

A small model paraphrases, or copies, what it was shown, and often forgets to say from where.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from codeassist.chat.citations import bare_word, is_path
from codeassist.chat.sources import Citation, Sources
from codeassist.context.languages import language_for
from codeassist.context.related import is_test

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_RUN = 4  # words in a row that no two texts share by chance
_LEAST = 4  # letters of a word that tells something
_STEM = 5  # letters that are compared: "resumed" is said of "resume"
_SHARED = 2  # such words that an answer and its place have in common at least
_OF_QUESTION = 0.5  # weight of a word that only the question has
_OF_PROSE, _OF_TEST = 0.7, 0.5
_NEAR = 3  # lines between two copied ones that are cited as one stretch


def copied(answer: str, question: str, sources: Sources, shown: Sequence[Citation]) -> list[Citation]:
    """The lines that hold several words in a row of an answer, which the question does not hold."""
    said, asked = ([word for word, _ in _words([each])] for each in (answer, question))
    runs = set(_runs(said)) - set(_runs(asked))
    return [each for place in shown for each in _copied(place, sources, runs)]


def closest(answer: str, question: str, sources: Sources, shown: Sequence[Citation]) -> list[Citation]:
    """The place with most of the words of an answer and its question, those that few places have counting most.

    None if it shares next to nothing with the answer. Code is preferred to prose, and either to a test: chosen by
    answers of the default model to ten questions about this repository.
    """
    answer = " ".join(word for word in answer.split() if not is_path(bare_word(word)))
    held = [{_stem(word) for word, _ in _words(sources.lines(each.path)[each.start - 1 : each.end])} for each in shown]
    places = Counter(stem for stems in held for stem in stems)
    answered, asked = (
        {_stem(word) for word, _ in _words([each]) if len(word) >= _LEAST} for each in (answer, question)
    )
    best: list[Citation] = []
    most = 0.0
    for place, stems in zip(shown, held, strict=True):
        said = sum(1 / places[stem] for stem in answered & stems)
        score = _preference(place.path) * (
            said + sum(_OF_QUESTION / places[stem] for stem in (asked - answered) & stems)
        )
        if score > most and len(answered & stems) >= _SHARED:
            best, most = [place], score
    return best


def _preference(path: str) -> float:
    if is_test(path):
        return _OF_TEST
    return 1.0 if language_for(path) is not None else _OF_PROSE


def _words(lines: Sequence[str], first: int = 1) -> Iterator[tuple[str, int]]:
    """The words of lines, in small letters, names split at case and `_`; each with the number of its line."""
    for number, line in enumerate(lines, first):
        for match in _WORD.finditer(line):
            yield match[0].lower(), number


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1))


def _copied(place: Citation, sources: Sources, runs: set[tuple[str, ...]]) -> Iterator[Citation]:
    """The stretches of a place that hold one of the runs of words."""
    words = list(_words(sources.lines(place.path)[place.start - 1 : place.end], place.start))
    numbers = [number for _, number in words]
    first = last = 0
    for index, run in enumerate(_runs([word for word, _ in words])):
        if run not in runs:
            continue
        if first and numbers[index] > last + _NEAR:
            yield Citation(place.path, first, last)
            first = 0
        first, last = first or numbers[index], numbers[index + _RUN - 1]
    if first:
        yield Citation(place.path, first, last)


def _stem(word: str) -> str:
    return word[:_STEM]
