"""The prompt of one completion: anchored fill-in-the-middle, in token ids, within a budget.

The text since a few lines above the cursor (the anchor) goes after the middle marker, not before the suffix:
a keystroke then evaluates what was typed and no suffix again, and the small model infills better (ARCHITECTURE.md
has the figures). The unfinished word at the cursor and the blanks before it are taken back and forced as the
beginning of the output, since a prompt that ends inside a word is a token sequence that no model has seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from codeassist.config import CompletionSettings
from codeassist.engine.api import Engine
from codeassist.models.manifest import Manifest

_UNFINISHED = re.compile(r"[^\S\n]*\w*\Z")
_CHARACTERS_PER_TOKEN = 12  # no code needs more on average: what is tokenised is bounded by it
_MARKERS = 4  # tokens: prefix, suffix, middle, beginning of text
_LONGEST_BEGIN = 80  # characters; a longer "word" is data, not the start of something to complete


@dataclass(frozen=True)
class Prompt:
    """Token ids to evaluate, and the text that the output must begin with (it is not shown again)."""

    tokens: tuple[int, ...]
    begin: str
    max_tokens: int


def plan(
    before: str,
    after: str,
    manifest: Manifest,
    settings: CompletionSettings,
    engine: Engine,
    max_tokens: int,
    header: str = "",
) -> Prompt:
    """Lay out the text before and after the cursor within the model's context, the header first.

    Models without fill-in-the-middle see the text before the cursor only.
    """
    room = engine.info().context_tokens
    prefix_budget, suffix_budget = _share(room - room // 4 - _MARKERS, settings)
    head, typed, begin = _split(before, settings.anchor_lines)
    texts = (
        _last(head, prefix_budget),
        _last(typed, prefix_budget),
        after[: suffix_budget * _CHARACTERS_PER_TOKEN],
        begin,
        header,
    )
    head_tokens, typed_tokens, suffix_tokens, begin_tokens, header_tokens = engine.tokenize(texts)
    max_tokens = min(max_tokens + len(begin_tokens), room // 4)  # what is forced is not at the caller's expense
    typed_tokens = _tail(typed_tokens, prefix_budget // 2)
    header_tokens = header_tokens[: prefix_budget // 8]
    head_tokens = header_tokens + _tail(head_tokens, prefix_budget - len(typed_tokens) - len(header_tokens))
    suffix_tokens = suffix_tokens[:suffix_budget]
    start = () if manifest.bos is None else (manifest.bos,)
    fim = manifest.fim
    if fim is None:
        return Prompt(_never_empty((*start, *head_tokens, *typed_tokens), engine), begin, max_tokens)
    tokens = (*start, fim.prefix, *head_tokens, fim.suffix, *suffix_tokens, fim.middle, *typed_tokens)
    return Prompt(tokens, begin, max_tokens)


def _share(room: int, settings: CompletionSettings) -> tuple[int, int]:
    """The prefix's and the suffix's budgets in tokens, shrunk in proportion where the context is small."""
    wanted = settings.prefix_tokens + settings.suffix_tokens
    if wanted <= room:
        return settings.prefix_tokens, settings.suffix_tokens
    suffix = room * settings.suffix_tokens // wanted
    return room - suffix, suffix


def _split(before: str, anchor_lines: int) -> tuple[str, str, str]:
    """The text up to the anchor, from there to the unfinished word, and the unfinished word with its blanks."""
    unfinished = _UNFINISHED.search(before[-_LONGEST_BEGIN:])
    begin = unfinished.group() if unfinished else ""
    rest = before[: len(before) - len(begin)]
    anchor = len(rest)
    for _ in range(anchor_lines + 1):
        anchor = rest.rfind("\n", 0, anchor)
        if anchor < 0:
            break
    return rest[: anchor + 1], rest[anchor + 1 :], begin


def _last(text: str, tokens: int) -> str:
    """The end of a text, from the beginning of a line where there is one."""
    limit = tokens * _CHARACTERS_PER_TOKEN
    if len(text) <= limit:
        return text
    cut = text[-limit:]
    return cut[cut.find("\n") + 1 :]


def _tail(tokens: tuple[int, ...], count: int) -> tuple[int, ...]:
    return tokens[len(tokens) - count :] if len(tokens) > count > 0 else tokens[: max(0, count)]


def _never_empty(tokens: tuple[int, ...], engine: Engine) -> tuple[int, ...]:
    """An engine needs one token to begin with."""
    return tokens or engine.tokenize(["\n"])[0]
