"""Who makes the edits of the benchmark: the product, and the same model asked in the ways of others."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from benchmarks.editcases import Case
from codeassist.edit.aim import aimed
from codeassist.edit.draft import choose
from codeassist.edit.original import Original
from codeassist.edit.pipeline import Desk, Order, drafts
from codeassist.engine.api import Chunk, Message, Request, Usage
from codeassist.session import Session

TOKENS = 1024
_SYSTEM = "You are a careful programmer."
_BLOCK = re.compile(r"```[^\n]*\n(.*?)(?:\n```|\Z)", re.DOTALL)
_CLOSED = re.compile(r"```[^\n]*\n.*?\n```", re.DOTALL)
_SEARCHED = re.compile(r"<<<<<<< SEARCH\n(.*?)\n?=======\n(.*?)\n?>>>>>>> REPLACE", re.DOTALL)


class Reading(msgspec.Struct, kw_only=True):
    """What came of one case.

    Attributes:
        applied: there is a new text; of the product, a draft that holds.
        text: the file after it; as it was, where nothing was applied.
        lines: of the file that the product was to write again, from 1, both included; (0, 0) for all.
        passed_at: the draft (from 1) that passed, where there is a check.
    """

    id: str
    side: str
    model: str
    applied: bool
    text: str
    lines: tuple[int, int] = (0, 0)
    reasons: tuple[str, ...] = ()
    said: str = ""
    passed: bool = False
    passed_at: int = 0
    seconds: float = 0.0
    evaluated: int = 0
    generated: int = 0


Side = Callable[[Session, Case, int], Reading]


def ours(session: Session, case: Case, count: int) -> Reading:
    """The product, without a check."""
    began, spent = time.monotonic(), Spent()
    original = Original.of_text(case.file, case.text)
    targets = aimed(original, case.place, case.instruction)
    made = drafts(Desk(session, None, progress=spent.take), Order(case.instruction, targets), count)
    outcome = choose(Path("/"), "", made, None, lambda: False, consensus=True)
    applied = outcome.holds and outcome.change is not None
    after = outcome.change.files[0].after if applied and outcome.change is not None else None
    return Reading(
        id=case.id,
        side="ours",
        model="",
        applied=applied,
        text=after.decode("utf-8") if after is not None else case.text,
        lines=targets[0].lines if targets[0].form == "node" else (0, 0),
        reasons=outcome.reasons,
        seconds=time.monotonic() - began,
        evaluated=spent.evaluated,
        generated=spent.generated,
    )


def whole(session: Session, case: Case, count: int) -> Reading:
    """The usual way with small models: the whole file again, in a code block."""
    del count
    wanted = f"Edit the file: {case.instruction}\nAnswer with the whole file after the edit, in one code block."
    reading = _asked(session, case, wanted, lambda said: _CLOSED.search(said) is not None)
    block = _BLOCK.search(reading.said)
    reading.applied, reading.text = block is not None, f"{block[1]}\n" if block else case.text
    return reading


def blocks(session: Session, case: Case, count: int) -> Reading:
    """Search and replace, in the format that Aider asks for; a text that is searched must occur exactly once."""
    del count
    wanted = (
        f"Edit the file: {case.instruction}\nAnswer with one or more blocks of this form, and nothing else:\n"
        "<<<<<<< SEARCH\nlines as they are in the file\n=======\nlines as they are to be\n>>>>>>> REPLACE\n"
    )
    reading = _asked(session, case, wanted, lambda _said: False)
    text, found = case.text, _SEARCHED.findall(reading.said)
    for old, new in found:
        if not old.strip() or text.count(old) != 1:
            return reading
        text = text.replace(old, new)
    reading.applied, reading.text = text != case.text, text
    return reading


SIDES: dict[str, Side] = {"ours": ours, "whole": whole, "blocks": blocks}


def _asked(session: Session, case: Case, wanted: str, enough: Callable[[str], bool]) -> Reading:
    content = f"File `{case.file}`:\n```{case.language}\n{case.text}\n```\n{wanted}"
    prompt = session.engine.render_chat([Message("system", _SYSTEM), Message("user", content)])
    said: list[str] = []
    began, usage = time.monotonic(), Usage()

    def take(chunk: Chunk) -> bool:
        nonlocal usage
        said.append(chunk.text)
        usage = chunk.usage
        return enough("".join(said))

    session.engine.generate(Request(prompt=prompt, max_tokens=TOKENS), take)
    return Reading(
        id=case.id,
        side="",
        model="",
        applied=False,
        text=case.text,
        said="".join(said),
        seconds=time.monotonic() - began,
        evaluated=usage.evaluated_tokens,
        generated=usage.generated_tokens,
    )


class Spent:
    """Adds up the tokens of several drafts."""

    def __init__(self) -> None:
        self._last = Usage()
        self.evaluated = self.generated = 0

    def take(self, _what: str, usage: Usage) -> None:
        """One more report of a draft under way."""
        if usage.generated_tokens < self._last.generated_tokens or usage.evaluated_tokens < self._last.evaluated_tokens:
            self._last = Usage()
        self.evaluated += usage.evaluated_tokens - self._last.evaluated_tokens
        self.generated += usage.generated_tokens - self._last.generated_tokens
        self._last = usage
