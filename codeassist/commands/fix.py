"""`codeassist fix [FINDING|PATH:L]`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path

from codeassist import config
from codeassist.commands.drafting import Drafting, drafting
from codeassist.commands.editing import Wish, settle
from codeassist.commands.interruption import ending, interruptible
from codeassist.commands.output import Waiting, read_stdin, say, write_json
from codeassist.commands.repository import repository
from codeassist.edit.change import ChangeSet
from codeassist.edit.checking import check
from codeassist.edit.draft import Cancelled, Checked, Draft, choose
from codeassist.edit.original import Original, read, root_of
from codeassist.edit.pipeline import Order
from codeassist.edit.presets import fix as preset
from codeassist.edit.presets.findings import Known, Reviewing, by_fingerprint, by_rule, in_file, is_fingerprint, is_rule
from codeassist.edit.presets.mending import Mending
from codeassist.edit.target import Named, named, targets
from codeassist.errors import CancelledError, UsageError
from codeassist.review.configuration import configured
from codeassist.terminal import one_line

_HINT = "give a finding, PATH:L, or pipe a traceback or a compiler's output into it"
_TITLE = 160


def run(environ: Mapping[str, str], finding: str, wish: Wish) -> int:
    """Mend a finding of a review, what is wrong in a line, or what an output complains of.

    Raises:
        UsageError: nothing is named, or what is named is not there.
        MissingError: there is no model, or the check cannot be run.
        EngineError: the engine failed, or no draft holds.
    """
    with ending():
        if finding in ("", "-"):
            output = _piped(finding, wish)
            return _of_output(environ, output, wish) if output.strip() else _of_check(environ, wish)
        if is_fingerprint(finding) or is_rule(finding):
            return _of_finding(environ, finding, wish)
        return _of_place(environ, named(finding), wish)


def _piped(finding: str, wish: Wish) -> str:
    """What is on standard input; "" where a check is to be run instead.

    Raises:
        UsageError: there is neither.
    """
    terminal = sys.stdin is None or sys.stdin.isatty()
    output = "" if terminal and not finding else read_stdin().text
    if not output.strip() and not wish.check:
        raise UsageError("standard input is empty" if finding or not terminal else "nothing is named", _HINT)
    return output


def _of_output(environ: Mapping[str, str], output: str, wish: Wish) -> int:
    """Mend what a program complains of."""
    here = Path.cwd()
    with drafting(environ, here, wish) as work:
        folder = here.resolve()
        inside = folder.relative_to(work.root).as_posix() if folder.is_relative_to(work.root) else ""
        order = preset.order(work.root, work.desk.index, output, inside)
        target = order.targets[0]
        title = f"fix {target.original.path}:{target.lines[0]}"
        say(f"codeassist would edit {one_line(target.original.path)}{f'::{one_line(target.name)}' * bool(target.name)}")
        outcome = work.decide(title, _drafts(work, order, wish), consensus=True)
        told = work.told()
    return settle(environ, outcome, wish, told)


def _drafts(work: Drafting, order: Order, wish: Wish) -> Iterator[Draft]:
    return preset.tried(work.desk, order, wish.drafts, checked=bool(wish.check))


def _of_check(environ: Mapping[str, str], wish: Wish) -> int:
    """Mend what the check complains of; nothing is done if it passes."""
    checked = _checked(root_of(Path.cwd()), wish)
    if checked.passed:
        if wish.as_json:
            write_json({"schema": 1, "patch": "", "applied": False, "files": [], "checks": [], "reasons": []})
        say(f"the check passes already: {wish.check}")
        return 0
    return _of_output(environ, checked.output, wish)


def _checked(root: Path, wish: Wish) -> Checked:
    """The check's result of the tree as it is, in a copy.

    Raises:
        UsageError: it took too long, so that it says nothing.
        CancelledError: Ctrl-C was pressed.
    """
    with interruptible() as pressed, Waiting(f"checking: {one_line(wish.check, _TITLE)}"):
        checked = check(ChangeSet(root, "", ()), wish.check, pressed, wish.check_seconds)
        if pressed():
            raise CancelledError("interrupted", "nothing was changed")
    if checked.exit_code is None:
        raise UsageError(f"the check took over {wish.check_seconds:.0f} s", "give it more: --check-timeout SECONDS")
    return checked


def _of_finding(environ: Mapping[str, str], argument: str, wish: Wish) -> int:
    """Mend a finding that is named by its fingerprint, or by its rule and a path."""
    place = Path.cwd() if is_fingerprint(argument) else Path(argument.partition("@")[2]).absolute()
    with _reviewing(environ, place, wish) as reviewing:
        known = by_fingerprint(reviewing, argument) if is_fingerprint(argument) else by_rule(reviewing, argument)
    return _mend(environ, reviewing, known, wish)


def _of_place(environ: Mapping[str, str], where: Named, wish: Wish) -> int:
    """Mend what is found in lines; where the checks find nothing, what the model finds there."""
    path = Path(where.path).absolute()
    with _reviewing(environ, path, wish) as reviewing:
        original = read(reviewing.root, str(path))
        start, end = _lines(original, where)
        found = in_file(reviewing, str(path), start, end)
    if found:
        return _mend(environ, reviewing, found[0], wish)
    if not where.start and not where.name:
        raise UsageError(f"the checks find nothing in {one_line(where.path)}", f"name a line: {one_line(where.path)}:L")
    output = ""
    if wish.check:
        checked = _checked(reviewing.root, wish)
        output = "" if checked.passed else checked.output
    with drafting(environ, path, wish) as work:
        order = preset.order_at(original, start, end, output)
        outcome = work.decide(f"fix {original.path}:{start}", _drafts(work, order, wish), consensus=True)
        told = work.told()
    return settle(environ, outcome, wish, told)


def _lines(original: Original, where: Named) -> tuple[int, int]:
    if where.name:
        return targets(original, where._replace(path=original.path))[0].lines
    return (where.start, where.end) if where.start else (1, original.text.count("\n") + 1)


def _mend(environ: Mapping[str, str], reviewing: Reviewing, known: Known, wish: Wish) -> int:
    """Mend a finding: as its check says, if it says how and that holds, else as the model does."""
    found = known.finding
    say(f"{one_line(found.path)}:{found.line}: {one_line(found.message)} [{one_line(found.rule)}]")
    original = read(reviewing.root, found.path)
    mending = Mending(reviewing.root, found, known.old, reviewing.settings, lambda: False)
    title = one_line(f"fix {found.path}:{found.line}: {found.message}", _TITLE)
    fixed = mending.fixed(original)
    if fixed:
        with interruptible() as pressed:
            checking = partial(check, command=wish.check, cancelled=pressed, seconds=wish.check_seconds)
            outcome = choose(reviewing.root, title, fixed, checking if wish.check else None, pressed)
        if outcome.holds:
            return settle(environ, outcome, wish)
    with drafting(environ, reviewing.root / found.path, wish) as work:
        outcome = work.decide(title, preset.mended(work.desk, original, mending, wish.drafts))
        told = work.told()
    return settle(environ, outcome, wish, told)


@contextmanager
def _reviewing(environ: Mapping[str, str], place: Path, wish: Wish) -> Iterator[Reviewing]:
    """The checks of a review around a place, without a model."""
    root = root_of(place)
    settings = configured(root, config.load(environ, model=wish.model))
    with interruptible() as pressed, Waiting("reviewing") as waiting:
        cancelled: Cancelled = pressed
        with nullcontext() if wish.no_context else repository(environ, place, waiting.notice) as index:
            yield Reviewing(environ, root, index, settings, cancelled)
