"""What a command has the model write, of a document's text as the editor has it. Blocking; nothing is written.

Imported when it is first asked: what edits need, no other request does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from codeassist.edit.aim import aimed
from codeassist.edit.draft import Draft, Outcome, choose
from codeassist.edit.original import Original
from codeassist.edit.pipeline import Desk, Order, drafts
from codeassist.edit.presets import doc, fix
from codeassist.edit.presets.mending import Mending
from codeassist.edit.presets.test import Tests
from codeassist.edit.target import Named
from codeassist.engine.api import Usage
from codeassist.lsp.edit_actions import DOC, EDIT, TEST
from codeassist.lsp.looking import looking
from codeassist.lsp.progress import Watch
from codeassist.lsp.tasks import Task
from codeassist.lsp.textedits import Lines
from codeassist.review.finding import Finding
from codeassist.session import Session
from codeassist.terminal import one_line

_TITLE = 200


class Drafted(NamedTuple):
    """What the model made of a task. `kept`: lines of the task's text that it is only right beside."""

    outcome: Outcome
    kept: tuple[Lines, ...]


def draft(environ: Mapping[str, str], session: Session, task: Task, watch: Watch, *, context: bool) -> Drafted:
    """The first draft that holds.

    Raises:
        UsageError: there is nothing to be edited there, or it does not fit the model's context.
        EngineError: the engine failed.
        CancelledError: nobody waits any more.
    """
    original = Original.of_text(task.path, task.text)
    with looking(environ, task.root, watch, wanted=context and task.on_disk) as index:
        desk = Desk(session, index, watch.cancelled, _telling(watch.say))
        made, kept = _made(desk, task, original)
        title = one_line(task.title, _TITLE)
        return Drafted(choose(task.root, title, made, None, watch.cancelled, consensus=task.command == EDIT), kept)


def _made(desk: Desk, task: Task, original: Original) -> tuple[Iterator[Draft], tuple[Lines, ...]]:
    """Drafts of a task, and the lines that they are only right beside."""
    if task.command == DOC:
        return doc.drafts(desk, original, Named(task.path, task.first, task.last)), (Lines(task.first, task.last),)
    if task.command == TEST:
        tests = Tests(desk, task.root, original, Named(task.path, task.first, task.last))
        return tests.drafts(None), (Lines(task.first, task.last),)  # nobody has said that what is written may run
    if task.command == EDIT:
        order = Order(task.instruction, aimed(original, Named(task.path, task.first, task.last), task.instruction))
        return drafts(desk, order), _lines(order)
    order = fix.order_of(original, task.finding or _finding(task))
    if task.finding is None:
        return drafts(desk, order), _lines(order)
    mending = Mending(task.root, task.finding, task.old, desk.session.settings.review, desk.cancelled)
    return fix.mended(desk, original, mending), _lines(order)


def _lines(order: Order) -> tuple[Lines, ...]:
    return tuple(Lines(*each.lines) for each in order.targets)


def _finding(task: Task) -> Finding:
    """A diagnostic of another server, as if a check had found it."""
    told = task.complaint
    message = told.message if told is not None else ""
    rule = (told.source if told is not None else "") or "diagnostic"
    return Finding(rule=rule, severity="high", path=task.path, line=task.first, end_line=task.last, message=message)


def _telling(say: Callable[[str], None]) -> Callable[[str, Usage], None]:
    """Tells what is going on, whenever that is something else."""
    last = ""

    def progress(what: str, _usage: Usage) -> None:
        nonlocal last
        if what != last:
            last = what
            say(what)

    return progress
