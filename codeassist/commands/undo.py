"""`codeassist undo`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from codeassist.commands.output import as_text, say, write_json
from codeassist.edit.journal.journal import Entry, Journal, Undone
from codeassist.edit.original import root_of
from codeassist.errors import CancelledError, ConflictError
from codeassist.paths import user_paths
from codeassist.terminal import interactive, one_line, write_error, write_text


def run(
    environ: Mapping[str, str], entry: str, *, yes: bool = False, merge: bool = False, as_json: bool = False
) -> int:
    """Take back an edit; on a terminal its diff is shown first, and a person asked.

    Raises:
        UsageError: there is no such edit, or it is undone already.
        ConflictError: later changes overlap and `merge` does not let both be written; a file changed in between.
        MissingError: a file cannot be written.
        CancelledError: Ctrl-C at the question.
    """
    state, root = user_paths(environ).state, root_of(Path.cwd())
    with Journal.open(state, root) as journal:
        for notice in journal.notices:
            say(notice)
        found, undone = journal.undoing(entry)
    asked = sys.stdout is not None and sys.stdout.isatty() and interactive() and not as_json
    refusal = _refusal(found, undone, merge=merge, asked=asked)
    if refusal and as_json:
        write_json(_plain(found, undone, done=False))
        write_error(refusal.message, refusal.hint)
        return refusal.exit_code
    if refusal:
        raise refusal
    if asked and not (yes and (merge or not undone.conflicts)) and not _agreed(found, undone):
        say("kept")
        return 0
    with Journal.open(state, root) as journal:  # it was not locked while a person read
        journal.undo(found, undone)
    if as_json:
        write_json(_plain(found, undone, done=True))
    else:
        _tell(found, undone)
    return 0


def _refusal(entry: Entry, undone: Undone, *, merge: bool, asked: bool) -> ConflictError | None:
    """Why it is not taken back without a word from the person; None if it may be."""
    if not undone.conflicts or (undone.change.files and (merge or asked)):
        return None
    marked = {each.path for each in undone.change.files}.intersection(undone.conflicts)
    hint = f"codeassist undo {entry.id} --merge writes both with conflict markers" if marked else "change them by hand"
    if undone.change.files and not marked:
        hint = f"codeassist undo {entry.id} --merge takes back the others"
    return ConflictError(f"later changes overlap in {_names(undone.conflicts)}", f"nothing was changed; {hint}")


def _names(paths: tuple[str, ...]) -> str:
    shown = ", ".join(paths[:3])
    return f"{shown} and {len(paths) - 3} more" if len(paths) > 3 else shown


def _agreed(entry: Entry, undone: Undone) -> bool:
    from codeassist.commands.diff_view import show_diff

    show_diff(undone.change)
    question = f"undo {entry.id} ({one_line(entry.title, 60)})?"
    if undone.conflicts:
        marked = {each.path for each in undone.change.files}.intersection(undone.conflicts)
        stay = [each for each in undone.conflicts if each not in marked]
        if marked:
            say(f"later changes overlap in {_names(tuple(sorted(marked)))}: both would be there, with conflict markers")
        if stay:
            say(f"changed since, and left as they are: {_names(tuple(stay))}")
        question = f"undo {entry.id} so?"
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    try:
        return sys.stdin.readline().strip().lower() in {"y", "yes"}
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        raise CancelledError("interrupted", "nothing was changed") from None


def _tell(entry: Entry, undone: Undone) -> None:
    lines = [f"undone {entry.id}: {one_line(entry.title, 80)}"]
    for each in undone.change.files:
        what = "with conflict markers" if each.path in undone.conflicts else ""
        what = "removed" if each.after is None else "made again" if each.before is None else what
        lines.append("  " + one_line(each.path) + (f" ({what})" if what else ""))
    written = {each.path for each in undone.change.files}
    lines += [f"  {one_line(each)} (stays: it was changed since)" for each in undone.conflicts if each not in written]
    write_text("".join(f"{line}\n" for line in lines))


def _plain(entry: Entry, undone: Undone, *, done: bool) -> dict[str, object]:
    return {
        "schema": 1,
        "id": entry.id,
        "undone": done,
        "files": [as_text(each.path) for each in undone.change.files],
        "conflicts": [as_text(each) for each in undone.conflicts],
    }
