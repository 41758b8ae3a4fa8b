"""What edits and presets have in common: their options, the diff and the question, the document for programs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import NamedTuple

from codeassist.commands import edit_report
from codeassist.commands.output import say, write_json
from codeassist.edit.change import ChangeSet
from codeassist.edit.draft import Outcome
from codeassist.errors import UnwritableError, UsageError
from codeassist.terminal import interactive, one_line, write_error, write_text

_NOTHING: Mapping[str, object] = {}


class Wish(NamedTuple):
    """How an edit is wanted. `check`: a shell command, "" for none."""

    apply: bool
    dry_run: bool
    check: str
    check_seconds: float
    drafts: int
    side_by_side: bool
    as_json: bool
    model: str | None
    no_context: bool

    @property
    def asks(self) -> bool:
        """Whether a person is asked before something is written: on a terminal, unless it is said."""
        shown = sys.stdout is not None and sys.stdout.isatty() and interactive()
        return shown and not (self.apply or self.dry_run or self.as_json)


def consistent(wish: Wish) -> None:
    """See that a wish does not contradict itself.

    Raises:
        UsageError: it does.
    """
    if wish.apply and wish.dry_run:
        raise UsageError("--apply writes, --dry-run does not", "give one of them")


def settle(environ: Mapping[str, str], outcome: Outcome, wish: Wish, extra: Mapping[str, object] = _NOTHING) -> int:
    """Show what came of a request, ask, apply through the journal; the exit code.

    `extra`: further fields of the JSON document.

    Raises:
        UsageError: the wish contradicts itself.
        EngineError: no draft holds (the best one has been shown as a diff): nothing was changed.
        ConflictError, MissingError: it cannot be applied; nothing was changed.
        CancelledError: Ctrl-C at the question; nothing was changed.
    """
    consistent(wish)
    change = outcome.change
    if change is None or not outcome.holds:
        return _refuse(outcome, wish, extra)
    if wish.as_json:
        entry = _applied(environ, change) if wish.apply else ""
        try:
            write_json(edit_report.document(outcome, entry, extra))
        except (OSError, UnwritableError):
            if entry:
                edit_report.tell_applied(change, entry)
            raise
        return 0
    edit_report.tell_drafts(outcome)
    if wish.asks:
        return _ask(environ, outcome, change, wish)
    _show(change, wish)
    if wish.apply:
        edit_report.tell_applied(change, _applied(environ, change))
    elif not wish.dry_run:
        say("nothing was written; --apply writes it")
    return 0


def _ask(environ: Mapping[str, str], outcome: Outcome, change: ChangeSet, wish: Wish) -> int:
    from codeassist.commands.hunk_choice import choose_hunks

    chosen = choose_hunks(environ, change, side_by_side=wish.side_by_side)
    if not chosen.files:
        say("nothing was changed")
        return 0
    if outcome.checks and chosen != change:
        say("note: the check was of the whole, not of what you chose")
    edit_report.tell_applied(chosen, _applied(environ, chosen))
    return 0


def _applied(environ: Mapping[str, str], change: ChangeSet) -> str:
    """Write a change set; its id in the journal."""
    from codeassist.edit.journal.journal import Journal
    from codeassist.paths import user_paths

    with Journal.open(user_paths(environ).state, change.root) as journal:
        for notice in journal.notices:
            say(notice)
        return journal.apply(change)


def _show(change: ChangeSet, wish: Wish, *, stderr: bool = False) -> None:
    """The diff: for people on a terminal, a patch elsewhere, its bytes as they are."""
    stream = sys.stderr if stderr else sys.stdout
    if stream is not None and stream.isatty():
        from codeassist.commands.diff_view import show_diff

        show_diff(change, side_by_side=wish.side_by_side, stderr=stderr)
    else:
        from codeassist.edit.patch import patch_of

        write_text(patch_of(change).decode("utf-8", "surrogateescape"), stream)


def _refuse(outcome: Outcome, wish: Wish, extra: Mapping[str, object]) -> int:
    """No draft holds. The best is shown on standard error, where no program takes it for one that does."""
    error = edit_report.refusal(outcome)
    if wish.as_json:
        told = {"message": one_line(error.message), "hint": one_line(error.hint), "exit_code": error.exit_code}
        write_error(error.message, error.hint)
        write_json({**edit_report.document(outcome, "", extra), "error": told})
        return error.exit_code
    if outcome.change is not None:
        _show(outcome.change, wish, stderr=True)
        for each in outcome.checks[-1:]:
            edit_report.tell_check(each)
        say(f"not applied: {outcome.reason}")
    raise error
