"""`codeassist edit`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from codeassist.commands.drafting import Drafting, drafting
from codeassist.commands.editing import Wish, settle
from codeassist.commands.output import say
from codeassist.edit.aim import aimed
from codeassist.edit.original import Original, read
from codeassist.edit.pipeline import Order, drafts
from codeassist.edit.target import Named, Target, named, overlapping
from codeassist.errors import UsageError
from codeassist.terminal import one_line

_EXAMPLE = 'for example: codeassist edit "return early if it is empty" PATH::NAME'


def run(
    environ: Mapping[str, str],
    instruction: str,
    places: Sequence[str],
    wish: Wish,
    *,
    insert: bool = False,
    whole: bool = False,
) -> int:
    """Have places changed as an instruction says; without a place, those that the repository has for it.

    Raises:
        UsageError: a place is wrong, or nothing fits the instruction.
        MissingError: there is no model, or the check cannot be run.
        EngineError: the engine failed, or no draft holds.
    """
    if not instruction.strip():
        raise UsageError("the instruction is empty", _EXAMPLE)
    if insert and whole:
        raise UsageError("--insert and --whole are two things", "give one of them")
    given = [_place(each, insert=insert, whole=whole) for each in places]
    with drafting(environ, Path(given[0].path if given else "."), wish) as work:
        if given:
            targets = _targets(work.root, given, instruction, insert=insert, whole=whole)
        else:
            targets = _found(work, instruction, wish)
        if not targets:
            say("nothing was changed")
            return 0
        order = Order(instruction, targets)
        outcome = work.decide(instruction, drafts(work.desk, order, wish.drafts), consensus=True)
        told = work.told()
    return settle(environ, outcome, wish, told)


def _place(argument: str, *, insert: bool, whole: bool) -> Named:
    """Read a place, and see that it goes with what is wanted of it."""
    place = named(argument)
    if insert and place.start:
        raise UsageError(f"{argument} names lines, --insert needs none", "give PATH, or PATH::NAME to come behind that")
    if whole and (place.start or place.name):
        raise UsageError(f"{argument} is a part of a file, --whole takes all of it", f"give {place.path}")
    return place


def _targets(root: Path, places: Sequence[Named], instruction: str, *, insert: bool, whole: bool) -> list[Target]:
    """What is to be written again, in the order of the places."""
    originals: dict[str, Original] = {}
    found: list[Target] = []
    for place in places:
        new = not (place.start or place.name)  # a file that is to be made has no parts yet
        original = read(root, str(Path(place.path).absolute()), missing=new)
        original = originals.setdefault(original.path, original)
        found += aimed(original, place, instruction, insert=insert, whole=whole)
    if overlapping(found):
        raise UsageError("the places overlap", "name each part once")
    return found


def _found(work: Drafting, instruction: str, wish: Wish) -> list[Target]:
    """The places that the repository has for an instruction, shown before the model runs; none if a person says no."""
    from codeassist.edit.planning import plan

    index = work.desk.index
    if index is None:
        raise UsageError("no place is named, and there is no repository to look in", _EXAMPLE)
    planned = plan(work.root, index, instruction)
    if not planned:
        raise UsageError("nothing in the repository fits the instruction", f"name the place; {_EXAMPLE}")
    say("codeassist would edit:")
    for target, reason in planned:
        sys.stderr.write(f"  {one_line(_shown(target), 200)} ({one_line(reason, 200)})\n")
    if wish.asks:
        sys.stderr.write("go on? [Y/n] ")
        sys.stderr.flush()
        answer = sys.stdin.readline()
        if not answer or answer.strip().lower()[:1] not in {"", "y"}:
            return []
    sys.stderr.flush()
    return [each.target for each in planned]


def _shown(target: Target) -> str:
    path = target.original.path
    if target.name:
        return f"{path}::{target.name}"
    first, last = target.lines
    return path if target.form == "file" else f"{path}:{first}-{last}"
