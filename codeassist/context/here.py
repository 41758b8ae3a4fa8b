"""Where the person works: a place in a file, and the words around it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from codeassist.context.languages import Language
from codeassist.context.tags import Tags, tags

WORD = re.compile(r"[^\W\d]\w+")
_LINES_ABOVE, _LINES_BELOW = 25, 8  # whose words say what is being written
_HALF_WORDS = 15  # words from the cursor at which a word counts half
_BELOW = 0.6  # what a word below counts beside one above


@dataclass(frozen=True)
class Here:
    """A place in a file of a repository.

    Attributes:
        path: POSIX, relative to the root; a file that is not saved yet has one too.
        before, after: the file's text around the cursor, with LF newlines: the editor's, not the disk's.
        shown: how many characters of `before` and of `after`, next to the cursor, the prompt shows anyway.
    """

    path: str
    before: str
    after: str
    language: Language | None
    shown: tuple[int, int]

    @cached_property
    def tags(self) -> Tags:
        """Of the file as it is being edited."""
        return tags(self.language, self.before + self.after) if self.language is not None else Tags()

    @cached_property
    def visible(self) -> tuple[int, int]:
        """The lines that the prompt shows anyway, 1-based, both included."""
        first = self.before.count("\n", 0, max(0, len(self.before) - self.shown[0])) + 1
        last = self.before.count("\n") + self.after.count("\n", 0, self.shown[1]) + 1
        return first, last

    @cached_property
    def window(self) -> str:
        """The text that the prompt shows anyway."""
        return self.before[max(0, len(self.before) - self.shown[0]) :] + self.after[: self.shown[1]]

    @cached_property
    def words(self) -> Mapping[str, float]:
        """The words near the cursor, each with its weight: 1 at the cursor, less the further away."""
        above = WORD.findall("\n".join(self.before.split("\n")[-_LINES_ABOVE:]))
        below = WORD.findall("\n".join(self.after.split("\n")[:_LINES_BELOW]))
        weights: dict[str, float] = {}
        for factor, words in ((1.0, reversed(above)), (_BELOW, below)):
            for distance, word in enumerate(words):
                weights[word] = max(weights.get(word, 0.0), factor / (1 + distance / _HALF_WORDS))
        return weights
