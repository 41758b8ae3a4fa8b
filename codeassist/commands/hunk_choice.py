"""Asks a person, hunk by hunk, what is to be applied."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace

from codeassist.commands.diff_view import DiffView
from codeassist.commands.hunk_editor import edited
from codeassist.commands.output import say
from codeassist.context.languages import language_for
from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.hunk import Hunk, hunks, with_hunks
from codeassist.errors import CancelledError, UsageError
from codeassist.terminal import one_line
from codeassist.text import decode

_HELP = """\
y  apply this hunk
n  leave it out
a  apply this one and all that follow
q  leave out this one and all that follow
e  edit it first, in $VISUAL or $EDITOR
?  this list
"""


def choose_hunks(environ: Mapping[str, str], change: ChangeSet, *, side_by_side: bool) -> ChangeSet:
    """What a person wants of a change; nothing, if they leave with Ctrl-D.

    Raises:
        CancelledError: Ctrl-C.
    """
    try:
        chosen = _Questions(environ, change, DiffView(side_by_side=side_by_side)).ask()
        result = with_hunks(change, chosen)
        broken = [each.path for each in result.files if each not in change.files and _breaks(each)]
        if broken and not _agrees(f"with what you chose {one_line(broken[0])} does not parse; apply it so?"):
            return replace(change, files=())
    except EOFError:
        sys.stderr.write("\n")
        return replace(change, files=())
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        raise CancelledError("interrupted", "nothing was changed") from None
    return result


class _Questions:
    def __init__(self, environ: Mapping[str, str], change: ChangeSet, view: DiffView) -> None:
        self._environ = environ
        self._change = change
        self._view = view
        self._of_files = list(zip(change.files, hunks(change), strict=True))
        self._count = sum(len(parts) for _, parts in self._of_files)

    def ask(self) -> list[Hunk]:
        """The hunks that are wanted, as they are wanted."""
        chosen: list[Hunk] = []
        number = 0
        every = False
        for edit, parts in self._of_files:
            if not every:
                self._view.file(edit, parts)
            for hunk in parts:
                number += 1
                answer, wanted = ("y", hunk) if every else self._one(edit, hunk, number)
                if answer == "q":
                    return chosen
                every = every or answer == "a"
                if answer != "n":
                    chosen.append(wanted)
        return chosen

    def _one(self, edit: FileEdit, hunk: Hunk, number: int) -> tuple[str, Hunk]:
        """Ask about one hunk until there is an answer: y, n, a or q."""
        self._view.hunk(edit, hunk)
        what = "this" if self._count == 1 else f"this ({number} of {self._count})"
        while True:
            answer = _read(f"apply {what} to {one_line(edit.path, 200)}? [y,n,a,q,e,?] ")
            if answer in {"y", "n", "a", "q"}:
                return answer, hunk
            if answer != "e":
                sys.stderr.write(_HELP)
                continue
            changed = edited(self._environ, edit, hunk)
            if changed is None:
                continue
            hunk = changed
            self._view.hunk(edit, hunk)
            if any(_breaks(each) for each in with_hunks(self._change, self._with(edit, hunk)).files):
                say(f"with that, {edit.path} does not parse")

    def _with(self, edit: FileEdit, hunk: Hunk) -> list[Hunk]:
        """A file's hunks, one of them rewritten."""
        parts = next(parts for one, parts in self._of_files if one is edit)
        return [hunk if each.start == hunk.start else each for each in parts]


def _agrees(question: str) -> bool:
    return _read(f"{question} [y/N] ") == "y"


def _read(question: str) -> str:
    """What a person answers: the first letter of it."""
    sys.stderr.write(question)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip().lower()[:1]


def _breaks(edit: FileEdit) -> bool:
    """Whether a file has more places that do not parse than before."""
    from codeassist.review.proposal import errors

    language = language_for(edit.path)
    if language is None or edit.after is None:
        return False
    try:
        old, new = (decode(data or b"", edit.path).text for data in (edit.before, edit.after))
    except UsageError:
        return True
    return errors(language, new) > errors(language, old)
