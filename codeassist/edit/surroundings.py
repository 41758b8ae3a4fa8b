"""What the model is shown beside the code that it writes again: the file around it, what it uses, where it is used."""

from __future__ import annotations

from dataclasses import dataclass

from codeassist.context.budget import Counter
from codeassist.context.gather import Gatherer
from codeassist.context.here import Here
from codeassist.context.index import Index
from codeassist.context.languages import language_for
from codeassist.context.tags import Tag, tags
from codeassist.edit.callers import calls
from codeassist.edit.picking import own_name
from codeassist.edit.target import Target
from codeassist.engine.api import Engine
from codeassist.terminal import sanitise

_CALLERS, _CALLING_FILES = 4, 20
_WIDTH = 240  # characters of a line
_GAP = "…"


@dataclass(frozen=True)
class Around:
    """Texts for a prompt; each may be "".

    Attributes:
        file: the file with the target in it; bodies that do not matter are left out if it is long. "" if the target is
            all there is.
        elsewhere: definitions of the repository that the target uses, and code like it.
        callers: lines that call it, each with its place.
    """

    file: str = ""
    elsewhere: str = ""
    callers: str = ""


def around(engine: Engine, index: Index | None, target: Target, file_tokens: int, context_tokens: int) -> Around:
    """Gather for a target, the file in at most `file_tokens`, the rest in about `context_tokens`.

    Raises:
        EngineError: the engine failed to count tokens.
    """
    counter = Counter(engine)
    file, whole = _file(target, file_tokens, counter)
    if index is None or context_tokens <= 0:
        return Around(file)
    return Around(file, _elsewhere(engine, index, target, context_tokens, whole=whole), _callers(index, target))


def _file(target: Target, room: int, counter: Counter) -> tuple[str, bool]:
    """The file, with as many bodies left out as it takes to fit; what is near the target, if that is not enough.

    And whether that is all of it.
    """
    text = target.original.text
    if target.form == "file":
        return text.removesuffix("\n"), True
    if not (text[: target.start] + text[target.end :]).strip():
        return "", True
    lines = text.removesuffix("\n").split("\n")
    first, last = target.lines
    kept = set(range(1, len(lines) + 1))
    costs = dict(zip(sorted(kept), counter.count([_shown(line) + "\n" for line in lines]), strict=True))
    language = language_for(target.original.path)
    known = tags(language, text).definitions if language is not None else ()
    for body in _bodies(known, first, last):
        if sum(costs[number] for number in kept) <= room:
            break
        kept -= set(body)
    distance = sorted(kept, key=lambda number: max(first - number, number - last, 0))
    left = room
    for count, number in enumerate(distance):
        left -= costs[number]
        if left < 0 and not first <= number <= last:
            kept = set(distance[:count])
            break
    return _with_gaps(lines, kept), len(kept) == len(lines)


def _bodies(definitions: tuple[Tag, ...], first: int, last: int) -> list[range]:
    """The bodies of definitions that do not hold the target, the furthest first."""
    bodies = [range(each.body_line, each.end_line + 1) for each in definitions if each.body_line <= each.end_line]
    others = [body for body in bodies if body.stop <= first or body.start > last]
    return sorted(others, key=lambda body: -max(first - body.stop, body.start - last))


def _with_gaps(lines: list[str], kept: set[int]) -> str:
    shown: list[str] = []
    before = 0
    for number in sorted(kept):
        if number != before + 1:
            indent = lines[number - 2][: len(lines[number - 2]) - len(lines[number - 2].lstrip())]
            shown.append(f"{indent}{_GAP}")
        shown.append(_shown(lines[number - 1]))
        before = number
    if before < len(lines):
        shown.append(_GAP)
    return "\n".join(shown)


def _shown(line: str) -> str:
    """A line as it is shown: inert, and no longer than that it can be read."""
    return sanitise(line[:_WIDTH]) + (_GAP if len(line) > _WIDTH else "")


def _elsewhere(engine: Engine, index: Index, target: Target, budget: int, *, whole: bool) -> str:
    """What completions are shown at the end of the target, without what the file's own text shows."""
    text = target.original.text
    shown = (target.end, len(text) - target.end) if whole else (len(target.text), 0)
    here = Here(target.original.path, text[: target.end], text[target.end :], language_for(target.original.path), shown)
    return "\n".join(Gatherer(index, engine).gather(here, budget).texts).rstrip("\n")


def _callers(index: Index, target: Target) -> str:
    """A few lines in which the target's name is called, one of each other file."""
    found: dict[str, str] = {}
    for call in calls(index, own_name(target), _CALLING_FILES):
        other = call.path != target.original.path and call.path.isprintable()
        if other and call.path not in found and len(call.text) <= _WIDTH:
            found[call.path] = f"{call.path}:{call.line}: {sanitise(call.text.strip())}"
            if len(found) == _CALLERS:
                break
    return "\n".join(found.values())
