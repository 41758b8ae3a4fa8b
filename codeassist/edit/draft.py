"""Drafts of an edit: they are made one after the other, and the first that holds is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.errors import CancelledError

Cancelled = Callable[[], bool]


@dataclass(frozen=True)
class Draft:
    """What the model made of a request, in one go.

    Attributes:
        files: what would be changed; none where nothing could be made of what it wrote.
        reason: why it does not hold, in a few words without a full stop; "" if it does.
    """

    files: tuple[FileEdit, ...]
    reason: str = ""


@dataclass(frozen=True)
class Checked:
    """How a draft did in the user's own check. `exit_code` is None where it ran out of time or was cancelled."""

    command: str
    passed: bool
    exit_code: int | None
    seconds: float
    output: str  # its end, decoded and bounded; untrusted


@dataclass(frozen=True)
class Outcome:
    """What came of a request.

    Attributes:
        change: the first draft that holds; else the best one that could be shown; None where there is none.
        holds: whether it does.
        reasons: why each draft before it was not taken, in their order; of the best one too, if none holds.
        checks: the check's results, of each draft that was checked.
        reason: why `change` does not hold; "" if it does.
    """

    change: ChangeSet | None
    holds: bool
    reasons: tuple[str, ...] = ()
    checks: tuple[Checked, ...] = ()
    reason: str = ""


Checking = Callable[[ChangeSet], Checked]
_NOTHING = "it changes nothing"


def choose(root: Path, title: str, drafts: Iterable[Draft], checking: Checking | None, cancelled: Cancelled) -> Outcome:
    """Take the first draft that holds and passes the check; drafts are made as they are pulled.

    Of those that fail, one that only the check refuses is better than one that does not hold, which is better than
    nothing; of equals the first.

    Raises:
        CancelledError: `cancelled` said so before one held.
    """
    reasons: list[str] = []
    checks: list[Checked] = []
    best, best_reason, rank = None, "", 0
    seen: set[tuple[FileEdit, ...]] = set()
    for draft in drafts:
        _go_on(cancelled)
        files = tuple(each for each in draft.files if each.after != each.before)
        if files and files in seen:
            continue
        seen.add(files)
        change = ChangeSet(root, title, files)
        reason = draft.reason or ("" if files else _NOTHING)
        checked = checking(change) if checking and not reason else None
        if checked:
            _go_on(cancelled)
            checks.append(checked)
            reason = _complaint(checked)
        if not reason:
            return Outcome(change, True, tuple(reasons), tuple(checks))
        reasons.append(reason)
        worth = 2 if checked else 1
        if files and worth > rank:
            best, best_reason, rank = change, reason, worth
    _go_on(cancelled)
    return Outcome(best, False, tuple(reasons), tuple(checks), best_reason)


def _go_on(cancelled: Cancelled) -> None:
    if cancelled():
        raise CancelledError("interrupted", "nothing was changed")


def _complaint(checked: Checked) -> str:
    """Why a check does not let a draft through; "" if it does."""
    if checked.passed:
        return ""
    if checked.exit_code is None:
        return f"the check took over {checked.seconds:.0f} s"
    return f"the check fails with exit code {checked.exit_code}"
