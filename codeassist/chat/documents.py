"""Files that are shown to the model as they are, cut where they do not fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from codeassist.context.budget import even_level
from codeassist.engine.api import Engine
from codeassist.templates import AskPrompt
from codeassist.terminal import one_line

CHARACTERS_PER_TOKEN = 12  # no text needs more on average: what is tokenised is bounded by it
_FENCE = "```"
_BACKTICKS = re.compile(r"^[ \t]*(`{3,})", re.MULTILINE)


@dataclass(frozen=True)
class Document:
    """A file the model is shown: its name as the user gave it, and its text (LF newlines)."""

    path: str
    text: str


def label(path: str) -> str:
    """A path as it is written in a prompt: on one line, and no end of a code span."""
    return one_line(path).replace("`", "'")


def fence(text: str) -> str:
    """Backticks that no line of the text can end."""
    longest = max((len(each) for each in _BACKTICKS.findall(text)), default=0)
    return "`" * max(len(_FENCE), longest + 1)


def clip(document: Document, tokens: int) -> Document:
    """A document without what no context of so many tokens could hold."""
    return Document(document.path, document.text[: tokens * CHARACTERS_PER_TOKEN])


def fit(engine: Engine, documents: Sequence[Document], budget: int, question: str, prompt: AskPrompt) -> list[Document]:
    """The documents, the largest cut at a line's end until all fit into `budget` tokens with the question."""
    fixed = [question, prompt.system, prompt.question, *(prompt.file + each.path for each in documents)]
    counts = [len(tokens) for tokens in engine.tokenize([*fixed, *(each.text for each in documents)])]
    room = max(0, budget - sum(counts[: len(fixed)]))
    sizes = counts[len(fixed) :]
    level = even_level(sizes, room)
    marker = len(engine.tokenize([prompt.truncated])[0]) + 1
    return [
        each if size <= level else _cut(engine, each, max(0, level - marker), prompt.truncated)
        for each, size in zip(documents, sizes, strict=True)
    ]


def _cut(engine: Engine, document: Document, tokens: int, marker: str) -> Document:
    """The beginning of a document, whole lines of at most so many tokens, and the marker."""
    lines = document.text.split("\n")
    sizes = [len(each) + 1 for each in engine.tokenize(lines)]
    kept, used = 0, 0
    while kept < len(lines) and used + sizes[kept] <= tokens:
        used += sizes[kept]
        kept += 1
    return Document(document.path, "\n".join([*lines[:kept], marker]))
