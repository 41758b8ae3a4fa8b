"""One completion, from a place in a file to the text to insert."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from codeassist.completion import saved
from codeassist.completion.anchor import Anchor
from codeassist.completion.candidates import acceptable, beginnings, plausible
from codeassist.completion.decoding import Decoding, Effort, Place
from codeassist.completion.extent import Extent
from codeassist.completion.fits import needed_names
from codeassist.completion.prompt import Planner, Prompt
from codeassist.completion.surroundings import Surroundings
from codeassist.context.chunk import Gathered, Shown
from codeassist.context.languages import Language, language_for
from codeassist.engine.api import Request, Usage
from codeassist.engine.timings import Timings
from codeassist.session import Session

_SPEAKS_FOR_ITSELF = 300  # characters
STALE_LINES = 60  # typed since an anchor: from here on a nearer one is better
_ALTERNATIVES = 5  # likeliest tokens, of which further candidates are made


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """The contract's completion. `context` lists the chunks of the repository that the model was shown."""

    schema: int = 1
    text: str
    finish: str  # "stop", "length", "scope", "filtered" or "cancelled"
    model: str
    confidence: float
    timings: Timings
    context: list[Shown] = []


@dataclass(frozen=True)
class Filled:
    """What is to be inserted, with LF newlines, and what it cost. `first` is when its first text came, 0 if never."""

    text: str
    finish: str
    confidence: float
    usage: Usage
    first: float


def complete(
    session: Session,
    place: Place,
    max_tokens: int | None = None,
    name: str = "",
    surroundings: Surroundings | None = None,
) -> Completion:
    """Complete at a place. Calls with the same `name` share an anchor for as long as it fits: a session of commands.

    Without `surroundings` nothing but the file is looked at.

    Raises:
        EngineError: the engine failed.
    """
    began = time.monotonic()
    planned = plan(session, place, surroundings, name)
    effort = Effort(max_tokens or session.settings.completion.max_tokens)
    filled = fill(planned.planner, place, language_for(place.path), planned.anchor, effort)
    ends_file = place.before.endswith("\n") and not place.after and filled.text and filled.text[-1] != "\n"
    text = filled.text + "\n" if ends_file else filled.text  # the file keeps its last newline
    return Completion(
        text=text.replace("\n", place.newline),
        finish=filled.finish,
        model=session.engine.info().id,
        confidence=filled.confidence,
        timings=Timings.of(filled.usage, began, filled.first or time.monotonic()),
        context=[Shown(each.path, each.start, each.end, each.reason, each.tokens) for each in planned.gathered.chunks],
    )


@dataclass(frozen=True)
class Plan:
    """What a completion will be made from: where its prompt is anchored, and the chunks that stand above."""

    planner: Planner
    anchor: Anchor
    gathered: Gathered


def plan(session: Session, place: Place, surroundings: Surroundings | None = None, name: str = "") -> Plan:
    """Anchor a prompt and look around; nothing is written yet.

    Raises:
        EngineError: the engine failed to count tokens.
    """
    planner = Planner(session.manifest, session.settings.completion, session.engine)
    return Plan(planner, *_anchor(planner, place, session.directory, name, surroundings))


def _anchor(
    planner: Planner, place: Place, directory: Path, name: str, surroundings: Surroundings | None
) -> tuple[Anchor, Gathered]:
    """The anchor of a named session, or a new one, with the chunks that stand above it."""
    before, after, language = place.before, place.after, language_for(place.path)
    head = header(place, language)
    known = saved.load(directory, name, before, after) if name else None
    end = known.start + known.head if known else 0
    if known is not None and before.count("\n", end) <= STALE_LINES:
        # What was gathered when the anchor was set is gathered again, so the prompt begins with the same bytes.
        then = replace(place, before=before[: known.cursor])
        gathered = _gather(surroundings, then, (known.cursor - known.start, known.after))
        return planner.at(before[known.start : end], after[: known.after], known.start, head, gathered.texts), gathered
    anchor = planner.anchor(before, after, language, head)
    gathered = _gather(surroundings, place, anchor.shown(before))
    if gathered.chunks:
        anchor = planner.at(anchor.head, anchor.after, anchor.start, head, gathered.texts)
    if name:
        saved.save(directory, name, anchor, len(before))
    return anchor, gathered


def _gather(surroundings: Surroundings | None, place: Place, shown: tuple[int, int]) -> Gathered:
    return surroundings.gather(place, shown) if surroundings is not None else Gathered()


def fill(planner: Planner, place: Place, language: Language | None, anchor: Anchor, effort: Effort) -> Filled:
    """Write at a place after an anchor that fits it.

    Raises:
        EngineError: the engine failed.
    """
    typed = anchor.typed(place.before, place.after)
    prompt = planner.prompt(anchor, place.before if typed is None else typed, effort.max_tokens)
    first = decode(planner, place, language, prompt, effort)
    done, usage = first.result(), first.usage
    chosen = first
    wanted = effort.candidates and first.extent is Extent.HOLE and done.finish != "cancelled"
    needed = needed_names(place.before, place.after, language) if wanted and language is not None else []
    if wanted and language is not None and not acceptable(place, language, done, needed):
        for begin in beginnings(place, prompt.begin, first, done, needed):
            other = decode(planner, place, language, replace(prompt, begin=begin), effort, hidden=len(prompt.begin))
            usage = _sum(usage, other.usage)
            result = other.result()
            if acceptable(place, language, result, needed) and plausible(other, result.text):
                chosen, done = other, result
                break
    return Filled(done.text, done.finish, chosen.confidence(done.text), usage, first.first)


def _sum(first: Usage, second: Usage) -> Usage:
    """What two requests of one completion cost; the prompt counts once."""
    return msgspec.structs.replace(
        first,
        evaluated_tokens=first.evaluated_tokens + second.evaluated_tokens,
        generated_tokens=first.generated_tokens + second.generated_tokens,
    )


def decode(
    planner: Planner,
    place: Place,
    language: Language | None,
    prompt: Prompt,
    effort: Effort,
    hidden: int | None = None,
) -> Decoding:
    """Run one request until its code is complete. The first `hidden` characters of what is forced are in the file."""
    fim = planner.manifest.fim
    begin = prompt.begin if hidden is None else prompt.begin[:hidden]
    decoding = Decoding(place, language, begin, frozenset(fim.end if fim else ()), effort)
    request = Request(
        prompt=prompt.tokens,
        max_tokens=prompt.max_tokens,
        begin=prompt.begin,
        alternatives=_ALTERNATIVES if effort.candidates and decoding.extent is Extent.HOLE else 0,
        priority=effort.priority,
        session=effort.session,
    )
    planner.engine.generate(request, decoding.take)
    return decoding


def header(place: Place, language: Language | None) -> str:
    """A comment with the file's name, where little else tells the model what it writes.

    In a file that speaks for itself it is left out: it did not help there (single-line infilling with the 0.5B, n=40:
    0.50 with it, 0.55 without).
    """
    if language is not None and len(place.before) + len(place.after) > _SPEAKS_FOR_ITSELF:
        return ""
    name = place.path.name if place.path.is_absolute() else place.path.as_posix()
    name = " ".join(name.encode("utf-8", "replace").decode().split())
    return f"{language.line_comment if language else '#'} {name}\n"
