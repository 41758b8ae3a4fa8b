"""Tells a change in few tokens: small files by their diff, larger ones by their definitions and first lines."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from codeassist.context.budget import even_level
from codeassist.engine.api import Engine
from codeassist.message.facts import FileFacts, Line, folder
from codeassist.terminal import one_line

_FILES = 40  # told one by one
_NAMES = 8
_CHARACTERS_PER_TOKEN = 12  # no text needs more on average: what is tokenised is bounded by it
_LEAST_TOKENS = 30  # of a diff that is worth showing
_LEAST_LINES, _LINE_TOKENS = 3, 12  # of a stretch; of a usual line
_ASIDE_TOKENS = 80  # of a test beside the source that it tests
_LEFT = "(… {} more changed lines)"
_STATUS = {"added": "new", "deleted": "deleted", "renamed": "renamed", "copied": "copied", "typechange": "changed type"}


def summary(engine: Engine, found: Sequence[FileFacts], budget: int) -> str:
    """A text of at most about `budget` tokens: each file with what came, went and changed in it; then the diffs, as
    much of each as there is room. Whatever does not fit is counted."""
    heads = [head(each) for each in found[:_FILES]]
    *sizes, rest = [len(each) + 1 for each in engine.tokenize([*heads, _counted(found)])]
    if len(found) == len(heads) and sum(sizes) <= budget:
        rest = 0
    kept = len(heads)
    while kept > 1 and sum(sizes[:kept]) + rest > budget:  # names of files alone may be too much
        kept -= 1
    others = found[kept:]
    bodies = _bodies(engine, found[:kept], budget - sum(sizes[:kept]) - rest)
    parts = [f"{top}\n{body}".rstrip("\n") for top, body in zip(heads[:kept], bodies, strict=True)]
    return "\n".join([*parts, *([_counted(others)] if others else [])])


def head(each: FileFacts) -> str:
    """One line: the file, what became of it, and the definitions that it is about."""
    name = shown(each.path)
    if each.status in ("renamed", "copied") and each.old_path != each.path:
        name = f"{shown(each.old_path)} -> {name}"
    what = _STATUS.get(each.status, "changed")
    notes = [what, each.withheld] if each.withheld and each.withheld != "deleted" else [what]
    names = [
        f"{verb} {_listed(values)}"
        for verb, values in (("adds", each.added), ("removes", each.removed), ("changes", each.changed))
        if values and not (each.status == "deleted" and verb != "removes")
    ]
    return f"{name} ({', '.join(notes)}){': ' + '; '.join(names) if names else ''}"


def shown(name: str, limit: int = 120) -> str:
    """A path or name on one line, without what a terminal or a prompt could be misled by."""
    return "".join("?" if unicodedata.category(char) == "Cf" else char for char in one_line(name, limit))


def _bodies(engine: Engine, found: Sequence[FileFacts], room: int) -> list[str]:
    """The diffs, the largest cut so that all fit; beside source, little of tests: what is changed is told by it."""
    source = any(each.sort == "source" and each.lines for each in found)
    most = [_ASIDE_TOKENS if source and each.sort == "test" else max(0, room) for each in found]
    characters = max(0, room) * _CHARACTERS_PER_TOKEN
    texts = [_clipped(map(_written, each.lines), characters) for each in found]
    sizes = [len(each) + 1 if text else 0 for each, text in zip(engine.tokenize(texts), texts, strict=True)]
    level = even_level([min(pair) for pair in zip(sizes, most, strict=True)], max(0, room))
    levels = [min(level, each) for each in most]
    whole = [
        size <= limit and not each.left and text.count("\n") + 1 >= len(each.lines)
        for each, text, size, limit in zip(found, texts, sizes, levels, strict=True)
    ]
    return [
        text if fits else _abridged(engine, each, limit)
        for each, text, fits, limit in zip(found, texts, whole, levels, strict=True)
    ]


def _written(line: Line) -> str:
    return f"{line.sign}{line.text}"


def _clipped(lines: Iterable[str], characters: int) -> str:
    kept = []
    for line in lines:
        characters -= len(line) + 1
        if characters < 0:
            break
        kept.append(line)
    return "\n".join(kept)


def _abridged(engine: Engine, each: FileFacts, tokens: int) -> str:
    """The first changed lines of each stretch, so many that they fit, and how many are left."""
    if tokens < _LEAST_TOKENS or not each.lines:
        return ""
    stretches = max(1, sum(line.first for line in each.lines))
    most = max(_LEAST_LINES, tokens // (_LINE_TOKENS * stretches))
    chosen: list[str] = []
    of_stretch = 0
    for line in each.lines:
        of_stretch = 0 if line.first else of_stretch
        if line.sign != " " and of_stretch < most:
            of_stretch += 1
            chosen.append(_written(line))
    candidates = _clipped(chosen, tokens * _CHARACTERS_PER_TOKEN).split("\n")
    kept = 0
    used, *sizes = map(len, engine.tokenize([_LEFT.format(each.size), *candidates]))
    for size in sizes:
        used += size + 1
        if used > tokens:
            break
        kept += 1
    return "\n".join([*candidates[:kept], _LEFT.format(each.size - kept)])


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMES
    listed = ", ".join(shown(each, 60) for each in names[:_NAMES])
    return f"{listed} and {more} more" if more > 0 else listed


def _counted(found: Sequence[FileFacts]) -> str:
    statuses = Counter(_STATUS.get(each.status, "changed") for each in found)
    where = folder([each.path for each in found])
    counts = ", ".join(f"{count} {what}" for what, count in statuses.most_common())
    return f"and {len(found)} more files{' in ' + shown(where) if where else ''} ({counts})"
