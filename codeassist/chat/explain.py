"""Explains a file or lines of it, shown with the heads of what is around and the definitions of the names used."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codeassist import templates
from codeassist.chat.answering import Answer, Listener, Material, answer, room_of
from codeassist.chat.documents import CHARACTERS_PER_TOKEN, Document
from codeassist.chat.excerpts import Excerpt, Row, narrow, numbered, rendered
from codeassist.chat.sources import Citation, Sources
from codeassist.context.index import Definition, Index
from codeassist.context.languages import language_for
from codeassist.context.tags import Tag, Tags, tags
from codeassist.engine.api import Message
from codeassist.session import Session
from codeassist.templates import AskPrompt, ExplainPrompt

_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_HEAD_LINES = 4  # of a definition around the lines
_USED_LINES = 3  # of the body of a definition elsewhere
_NAMES = 40
_AMBIGUOUS = 3  # a name with more definitions says nothing
_FRAME_TOKENS = 40  # of the template


@dataclass(frozen=True)
class Target:
    """What is to be explained: lines of a file, 1-based, both ends included; all of it if `whole`."""

    path: str
    text: str
    start: int
    end: int
    whole: bool


def explain(
    session: Session, target: Target, index: Index | None, listener: Listener, max_tokens: int | None = None
) -> Answer:
    """Explain the target.

    Raises:
        EngineError: the engine failed.
    """
    began = time.monotonic()
    room, limit = room_of(session, max_tokens)
    ask, prompt = templates.ask_prompt(), templates.explain_prompt()
    question = _question(target, prompt)
    sources = Sources([Document(target.path, target.text)], index)
    room -= sum(len(each) for each in session.engine.tokenize([ask.system, question, prompt.used])) + _FRAME_TOKENS
    language = language_for(Path(target.path))
    known = tags(language, target.text) if language else Tags()
    writing = _Showing(session, sources, target, known.definitions)
    own, cut = writing.own(room)
    room -= own.tokens
    allowed = min(session.settings.ask.context_tokens, room)
    used = writing.used(index, known, allowed - allowed // 3) if index is not None else []
    own = writing.with_surroundings(own, allowed - sum(each.tokens for each in used))
    content = _content(ask, prompt, used, own, question)
    messages = [Message("system", ask.system), Message("user", content)]
    material = Material(messages, question, sources, [*used, own], cut=[target.path] if cut else [])
    return answer(session, material, listener, limit, began)[0]


def _question(target: Target, prompt: ExplainPrompt) -> str:
    if target.whole:
        return prompt.file.replace("{path}", target.path)
    lines = f"lines {target.start}-{target.end}" if target.start != target.end else f"line {target.start}"
    return prompt.lines.replace("{lines}", lines).replace("{path}", target.path)


def _content(ask: AskPrompt, prompt: ExplainPrompt, used: Sequence[Excerpt], own: Excerpt, question: str) -> str:
    above = f"{prompt.used}\n{rendered(used, ask)}" if used else ""
    filled = ask.question.replace("{question}", question)
    return filled.replace("{files}", above + rendered([own], ask), 1).strip()


class _Showing:
    """Chooses the lines that are shown of one file, and of others for it."""

    def __init__(self, session: Session, sources: Sources, target: Target, definitions: Sequence[Tag]) -> None:
        self._engine = session.engine
        self._size = session.engine.info().context_tokens
        self._sources = sources
        self._target = target
        self._definitions = definitions
        self._lines = target.text.split("\n")
        self._stretch = _covering(definitions, target.start, target.end)

    def own(self, room: int) -> tuple[Excerpt, bool]:
        """The stretch, in `room` tokens: whole, without bodies that were not asked for, or its beginning."""
        start, end = self._stretch
        rows = self._rows(range(start, end + 1))
        costs = self._costs(rows)
        if len(rows) < end - start + 1 or sum(costs.values()) > room:
            folded = self._folded()
            kept = [row for row in rows if row[0] not in folded]
            rows = kept if sum(costs[row[0]] for row in kept) <= room else rows
            while rows and sum(costs[row[0]] for row in rows) > room:
                rows = rows[: len(rows) * 9 // 10]
        return self._excerpt(rows, costs, "to be explained"), len(rows) < end - start + 1

    def with_surroundings(self, own: Excerpt, room: int) -> Excerpt:
        """The stretch with the heads of the definitions around it, the nearest first, in `room` tokens more."""
        start, end = self._stretch
        outside = [each for each in self._definitions if not start <= each.start_line <= end]
        outside.sort(key=lambda each: (each.end_line < start or end < each.start_line, abs(each.start_line - start)))
        rows = {row[0]: row for row in own.lines if row is not None}
        costs = dict.fromkeys(rows, 0)
        for each in outside:
            head = self._rows(number for number in _head(each) if number not in rows)
            cost = self._costs(head)
            room -= sum(cost.values()) + 1
            if room < 0:
                break
            rows |= {row[0]: row for row in head}
            costs |= cost
        every = self._excerpt([rows[number] for number in sorted(rows)], costs, own.reason)
        return Excerpt(own.place, every.lines, own.reason, own.tokens + every.tokens)

    def used(self, index: Index, known: Tags, room: int) -> list[Excerpt]:
        """The beginnings of what the stretch uses and other files define."""
        start, end = self._stretch
        words = dict.fromkeys(word for line in self._lines[start - 1 : end] for word in _WORD.findall(line))
        here = {each.name for each in known.definitions}
        names = [word for word in words if word in known.references and word not in here][:_NAMES]
        found: dict[str, list[Definition]] = {}
        for each in index.named(names) if names else []:
            found.setdefault(each.name, []).append(each)
        excerpts: list[Excerpt] = []
        for name in names:
            for definition in found.get(name, []) if len(found.get(name, [])) <= _AMBIGUOUS else []:
                excerpt = self._beginning(definition)
                if excerpt is not None and excerpt.tokens <= room:
                    room -= excerpt.tokens
                    excerpts.append(excerpt)
        return sorted(excerpts, key=lambda each: (each.place.path, each.place.start))

    def _beginning(self, definition: Definition) -> Excerpt | None:
        lines = self._sources.lines(definition.path)
        last = min(definition.end_line, definition.body_line + _USED_LINES - 1, len(lines))
        rows = [(number, narrow(lines[number - 1])) for number in range(definition.start_line, last + 1)]
        if not rows:
            return None
        excerpt = self._excerpt(rows, self._costs(rows), f"defines {definition.name}", definition.path)
        return Excerpt(excerpt.place, excerpt.lines, excerpt.reason, excerpt.tokens + _FRAME_TOKENS // 2)

    def _rows(self, numbers: Iterable[int]) -> list[Row]:
        """Lines of the file with their numbers, no more than any context holds."""
        rows: list[Row] = []
        left = self._size * CHARACTERS_PER_TOKEN
        for number in numbers:
            rows.append((number, narrow(self._lines[number - 1])))
            left -= len(rows[-1][1]) + 1
            if left < 0:
                break
        return rows

    def _folded(self) -> set[int]:
        """Lines of bodies inside the stretch that were not asked for."""
        start, end = self._stretch
        asked = range(self._target.start, self._target.end + 1)
        inner = [each for each in self._definitions if start <= each.start_line and each.end_line <= end]
        others = [each for each in inner if (each.start_line, each.end_line) != self._stretch]
        bodies = [range(each.body_line, each.end_line + 1) for each in others]
        narrower = [each for each in bodies if self._target.whole or not _overlap(each, asked)]
        return {number for each in narrower for number in each}

    def _costs(self, rows: Sequence[Row]) -> dict[int, int]:
        sizes = self._engine.tokenize([numbered(row) for row in rows]) if rows else []
        return {row[0]: len(size) + 1 for row, size in zip(rows, sizes, strict=True)}

    def _excerpt(self, rows: Sequence[Row], costs: Mapping[int, int], reason: str, path: str = "") -> Excerpt:
        shown: list[Row | None] = []
        for row in rows:
            last = shown[-1] if shown else None
            if last is not None and row[0] > last[0] + 1:
                shown.append(None)
            shown.append(row)
        place = Citation(path or self._target.path, rows[0][0] if rows else 1, rows[-1][0] if rows else 1)
        return Excerpt(place, tuple(shown), reason, sum(costs[row[0]] for row in rows))


def _covering(definitions: Sequence[Tag], start: int, end: int) -> tuple[int, int]:
    """The lines, from the beginning of the smallest definition around the first to the end of that around the last."""
    first, last = _smallest_around(definitions, start), _smallest_around(definitions, end)
    return (first.start_line if first else start), (last.end_line if last else end)


def _smallest_around(definitions: Sequence[Tag], line: int) -> Tag | None:
    around = [each for each in definitions if each.start_line <= line <= each.end_line]
    return min(around, key=lambda each: each.end_line - each.start_line, default=None)


def _head(definition: Tag) -> range:
    """The lines of a definition above its body."""
    first = definition.start_line
    return range(first, min(max(definition.body_line, first + 1), first + _HEAD_LINES))


def _overlap(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop
