"""`codeassist test PATH::NAME`: it runs what the model wrote, so it asks first."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from codeassist.commands.drafting import drafting
from codeassist.commands.editing import Wish, settle
from codeassist.commands.output import say
from codeassist.edit.change import ChangeSet
from codeassist.edit.checking import Bench
from codeassist.edit.draft import Checked, Outcome
from codeassist.edit.original import read
from codeassist.edit.presets.frameworks import frameworks, is_installed
from codeassist.edit.presets.test import Run, Tests
from codeassist.edit.target import named
from codeassist.errors import MissingError
from codeassist.privacy.confined import command as confined
from codeassist.terminal import interactive, one_line

_CONFINED = "in a copy of the tree, without the network; they can write nowhere else"
_FREE = "in a copy of the tree; on this system nothing else confines them"
_SHOWN = 300


def run(environ: Mapping[str, str], place: str, wish: Wish, *, strict: bool = False) -> int:
    """Write tests of a definition; those that run and pass are kept.

    They run in a copy of the tree, confined where the kernel can do that, and only if a person says so: on a terminal
    it is asked, elsewhere `--apply` and `--check` say so.

    Raises:
        UsageError: there is nothing of the kind, or no framework for it.
        MissingError: there is no model, or the framework is not installed.
        EngineError: the engine failed, or no draft holds.
    """
    where = named(place)
    with drafting(environ, Path(where.path), wish._replace(check="")) as work, Bench(work.root) as bench:
        original = read(work.root, str(Path(where.path).absolute()))
        tests = Tests(work.desk, work.root, original, where._replace(path=original.path))
        line = wish.check or tests.command(["NAME"])
        allowed = _allowed(line, wish)
        if allowed and not wish.check and not is_installed(tests.framework, work.root, tests.path):
            raise MissingError(f"{tests.framework} cannot be run: {line}", "install it, or give --check CMD")

        def running(change: ChangeSet, command: str) -> Checked:
            work.notice(f"running tests: {command}")
            writes = frameworks()[tests.framework].writes
            checked = bench.check(change, confined(command, writes), work.desk.cancelled, wish.check_seconds)
            if f"No module named {tests.framework}" in checked.output:
                raise MissingError(f"{tests.framework} is not installed for {line}", "install it, or give --check CMD")
            return replace(checked, command=command)

        runner: Run | None = running if allowed else None
        drafts = tests.drafts(runner, wish.check, wish.drafts, strict=strict and allowed)
        outcome = work.decide(f"test {place}", drafts)
        told = work.told()
    return settle(environ, _checked(outcome, tests), wish, {**told, "tests": _tell(tests, outcome, ran=allowed)})


def _allowed(line: str, wish: Wish) -> bool:
    """Whether what the model writes may be run."""
    if wish.check or wish.apply:
        return True
    how = _CONFINED if sys.platform == "linux" else _FREE
    if wish.as_json or not interactive():
        say(f"not run: --apply or --check allows it; tests run {how}")
        return False
    sys.stderr.write(f"{one_line(line, _SHOWN)}\nrun what the model writes, {how}? [y/N] ")
    sys.stderr.flush()
    answer = sys.stdin.readline().strip().lower()
    if answer not in ("y", "yes"):
        say("not run")
    return answer in ("y", "yes")


def _checked(outcome: Outcome, tests: Tests) -> Outcome:
    """The outcome with the last run of the draft that was taken."""
    runs = tests.trials[-1].checks[-1:] if tests.trials else []
    return replace(outcome, checks=tuple(runs)) if outcome.holds else outcome


def _tell(tests: Tests, outcome: Outcome, *, ran: bool) -> dict[str, object]:
    """What became of the tests, for programs; people are told of those that were taken out."""
    last = tests.trials[-1] if tests.trials else None
    kept = [each.name for each in last.kept] if last is not None else []
    if last is not None and outcome.holds:
        for what, names in (("it failed", last.failed), ("it passes with an emptied body", last.idle)):
            for name in names:
                say(f"taken out: {one_line(name, _SHOWN)} ({what})")
    return {
        "framework": tests.framework,
        "path": tests.path,
        "ran": ran,
        "kept": kept,
        "failed": last.failed if last is not None else [],
        "idle": last.idle if last is not None else [],
    }
