"""Where an edit belongs whose place nobody named: a short list of definitions, each with the reason it is on it.

Names and paths of the instruction decide; only where it has none the repository is searched for its words. Where a
signature is to change, the definitions that call it follow: they are shown the new one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from codeassist.context.index import Definition, Index
from codeassist.context.query import parse
from codeassist.context.related import is_test
from codeassist.context.search import Result, search
from codeassist.edit.callers import calls
from codeassist.edit.judging import speaks_of_signature
from codeassist.edit.original import read
from codeassist.edit.picking import own_name
from codeassist.edit.target import Named, Target, overlapping, targets
from codeassist.errors import UsageError

MOST = 6  # targets
_CALLING_FILES = 2_000
_NAMESAKES = 2  # definitions of one name; more of them say nothing
_QUOTED = re.compile(r"[`'\"]([A-Za-z_$][\w$]*)(?:\(\))?[`'\"]|\b([A-Za-z_$][\w$]*)\(\)")
_PATH = re.compile(r"[\w./+-]*\w\.\w{1,8}\b")


class Planned(NamedTuple):
    """A target, and in a few words why it is one."""

    target: Target
    reason: str


def plan(root: Path, index: Index, instruction: str) -> list[Planned]:
    """The targets of an instruction, what is surest first; none where nothing in the repository fits it."""
    found = list(_first(root, _named(index, instruction)))
    if not found:
        found = list(_first(root, _in_files(index, instruction)))
    if not found:
        found = list(_first(root, _searched(index, instruction)))[:1]
    elif speaks_of_signature(instruction):
        callers = _callers(index, [each.target for each in found])
        found = _apart([*found, *_first(root, callers)])
    return found[:MOST]


Place = tuple[Named, str]


def _named(index: Index, instruction: str) -> Iterator[Place]:
    """Definitions that the instruction names as code is named, in quotes, or with brackets."""
    names = [each[-1] for each in parse(instruction).names]
    names += [one or other for one, other in _QUOTED.findall(instruction)]
    for name in dict.fromkeys(names):
        exact = [each for each in index.named([name]) if each.name == name]
        of_code = [each for each in exact if not is_test(each.path)] or exact
        if 0 < len(of_code) <= _NAMESAKES:
            yield from ((_place(each), f"the instruction names {name}") for each in of_code)


def _in_files(index: Index, instruction: str) -> Iterator[Place]:
    """Files that the instruction names."""
    known = [each.path for each in index.files()]
    for word in dict.fromkeys(_PATH.findall(instruction)):
        tail = word.removeprefix("./")
        of_word = [path for path in known if path == tail or path.endswith(f"/{tail}")]
        if len(of_word) == 1:
            yield Named(of_word[0]), "the instruction names this file"


def _searched(index: Index, instruction: str) -> Iterator[Place]:
    """The best definition that the search finds for the instruction's words."""
    for each in search(index, instruction, limit=10):
        if each.symbol and not is_test(each.path):
            yield Named(each.path, each.start, each.end), f"the search finds it: {_shortened(each)}"


def _shortened(result: Result) -> str:
    return " ".join(result.reason.split())[:80]


def _callers(index: Index, changed: list[Target]) -> Iterator[Place]:
    """Definitions of other places whose lines call what changes."""
    for target in changed:
        name = own_name(target)
        for path, found in groupby(calls(index, name, _CALLING_FILES), key=lambda call: call.path):
            defined = [each for each in index.definitions(path) if each.name != name]
            for call in found:
                around = [each for each in defined if each.body_line <= call.line <= each.end_line]
                if around:
                    inner = min(around, key=lambda each: each.end_line - each.start_line)
                    yield _place(inner), f"calls {name}"


def _place(each: Definition) -> Named:
    return Named(each.path, name=f"{each.container}.{each.name}" if each.container else each.name)


def _first(root: Path, places: Iterator[Place]) -> Iterator[Planned]:
    """The places that can be read, as targets; each once."""
    seen: set[tuple[str, int, int]] = set()
    for place, reason in places:
        if len(seen) >= MOST:
            return
        try:
            original = read(root, place.path)
            found = targets(original, place)
        except UsageError:  # it has changed since it was indexed, or has several of that name
            continue
        for target in found:
            key = (original.path, target.start, target.end)
            if key not in seen:
                seen.add(key)
                yield Planned(target, reason)


def _apart(planned: list[Planned]) -> list[Planned]:
    """Without those that overlap one before them."""
    kept: list[Planned] = []
    for each in planned:
        if not overlapping([*(other.target for other in kept), each.target]):
            kept.append(each)
    return kept
