"""The prompt of one completion: anchored fill-in-the-middle, in token ids, within a budget.

The text since the anchor, above the cursor, goes after the middle marker, not before the suffix: a
keystroke then evaluates what was typed and no suffix again, and the small model infills better (ARCHITECTURE.md
has the figures). The unfinished word at the cursor, with the blanks or the sign before it and signs after it, is taken
back and forced as the beginning of the output: a prompt that ends where a tokenizer would not end a token (inside a
word, after `.` or `(`) is a sequence that no model has seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from codeassist.completion.anchor import Anchor, anchor_offset
from codeassist.config import CompletionSettings
from codeassist.context.languages import Language
from codeassist.engine.api import Engine
from codeassist.models.manifest import Manifest

# What a tokenizer joins with what comes next: a word with the blanks or the sign before it, and signs after it.
_UNFINISHED = re.compile(r"(?:[^\S\n]+|[^\w\s])?\w*[^\w\s]{0,2}\Z")
_CHARACTERS_PER_TOKEN = 12  # no code needs more on average: what is tokenised is bounded by it
_CHARACTERS = 4  # what code has on average for each token, a little more than less
_MARKERS = 4  # tokens: prefix, suffix, middle, beginning of text
_LONGEST_BEGIN = 80  # characters; a longer "word" is data, not the start of something to complete


@dataclass(frozen=True)
class Prompt:
    """Token ids to evaluate, and the text that the output must begin with (it is not shown again)."""

    tokens: tuple[int, ...]
    begin: str
    max_tokens: int


@dataclass(frozen=True)
class Planner:
    """Lays out prompts for one model within its context.

    Models without fill-in-the-middle see the text before the cursor only.
    """

    manifest: Manifest
    settings: CompletionSettings
    engine: Engine

    def anchor(
        self,
        before: str,
        after: str,
        language: Language | None,
        header: str = "",
        previous: Anchor | None = None,
        context: Sequence[str] = (),
    ) -> Anchor:
        """Freeze a prompt around a place, the context and the header first.

        The head begins where the previous anchor's did, if that is still near enough: what the KV cache holds of it
        stays of use.
        """
        head_budget, suffix_budget = self._budgets(0)
        at = anchor_offset(before, after, language, self.settings.anchor_lines)
        written = (len(before) - at) // _CHARACTERS  # of the definition: it is the better part of what is above
        start = _window(before, at, max(head_budget // 3, head_budget - written), previous)
        return self.at(before[start:at], _first_lines(after, suffix_budget * _CHARACTERS), start, header, context)

    def at(self, head: str, suffix: str, start: int, header: str = "", context: Sequence[str] = ()) -> Anchor:
        """Freeze this very text; `start` is where the head begins in the file. Each text of `context` is tokenised by
        itself, so that its tokens are those that were counted."""
        above, below, extra, *chunks = self.engine.tokenize(self._led(head, suffix, header, *context))
        known = tuple(token for chunk in chunks for token in chunk)[: self._room // 4]
        head_budget, suffix_budget = self._budgets(len(known))
        head_tokens = extra[: head_budget // 8]
        head_tokens += _tail(above, head_budget - len(head_tokens))
        tokens = self._frame(known + head_tokens, below[:suffix_budget])
        return Anchor(start, head, suffix, tokens, self._room, tuple(context))

    @property
    def _room(self) -> int:
        return self.engine.info().context_tokens

    def _budgets(self, context: int) -> tuple[int, int]:
        """Tokens of the head and of the suffix beside so many of context; a quarter of the room is for the output."""
        return _share(self._room - self._room // 4 - _MARKERS - context, self.settings)

    def _led(self, head: str, suffix: str, header: str, *context: str) -> tuple[str, ...]:
        """The texts, the first above the cursor with what the family's format has before it."""
        lead = self.manifest.fim.lead if self.manifest.fim else ""
        above = [*context, header, head]
        first = next((place for place, text in enumerate(above) if text), None)
        if first is not None:
            above[first] = lead + above[first]
        *chunks, header, head = above
        return (head, suffix, header, *chunks)

    def _frame(self, head: tuple[int, ...], suffix: tuple[int, ...]) -> tuple[int, ...]:
        """What is typed since the anchor follows; where the suffix comes first it goes on with the head."""
        start = () if self.manifest.bos is None else (self.manifest.bos,)
        fim = self.manifest.fim
        if fim is None:
            return (*start, *head)
        if fim.order == "suffix-first":
            return (*start, fim.suffix, *suffix, fim.prefix, *head)
        middle = () if fim.middle is None else (fim.middle,)
        return (*start, fim.prefix, *head, fim.suffix, *suffix, *middle)

    def prompt(self, anchor: Anchor, typed: str, max_tokens: int) -> Prompt:
        """The anchored prompt with what was typed since, up to the unfinished word."""
        unfinished = _UNFINISHED.search(typed[-_LONGEST_BEGIN:])
        begin = unfinished.group() if unfinished else ""
        budget = (anchor.room - len(anchor.tokens)) // 2
        kept = typed[: len(typed) - len(begin)][-budget * _CHARACTERS_PER_TOKEN :]
        typed_tokens, begin_tokens = self.engine.tokenize((kept, begin))
        tokens = anchor.tokens + _tail(typed_tokens, budget)
        max_tokens = min(max_tokens + len(begin_tokens), anchor.room // 4)  # what is forced is not the caller's expense
        return Prompt(tokens or self.engine.tokenize(["\n"])[0], begin, max_tokens)


def _share(room: int, settings: CompletionSettings) -> tuple[int, int]:
    """The prefix's and the suffix's budgets in tokens, shrunk in proportion where the context is small."""
    wanted = settings.prefix_tokens + settings.suffix_tokens
    if wanted <= room:
        return settings.prefix_tokens, settings.suffix_tokens
    suffix = room * settings.suffix_tokens // wanted
    return room - suffix, suffix


def _window(before: str, anchor: int, budget: int, previous: Anchor | None) -> int:
    """Where the head begins: at a line, about `budget` tokens above the anchor, or where the previous head began."""
    if previous is not None and 0 < anchor - previous.start <= budget * _CHARACTERS:
        common = min(len(previous.head), anchor - previous.start)
        if before.startswith(previous.head[:common], previous.start):
            return previous.start
    least = anchor - budget * _CHARACTERS * 3 // 4  # a quarter is left to grow into
    if least <= 0:
        return 0
    line = before.find("\n", least, anchor) + 1
    return line or least


def _first_lines(text: str, characters: int) -> str:
    """Whole lines from the beginning of a text, about so many characters."""
    if len(text) <= characters:
        return text
    end = text.rfind("\n", 0, characters)
    return text[: end + 1] if end > 0 else text[:characters]


def _tail(tokens: tuple[int, ...], count: int) -> tuple[int, ...]:
    return tokens[len(tokens) - count :] if len(tokens) > count > 0 else tokens[: max(0, count)]
