"""Drafts of an edit: they are made one after the other, and the first that holds is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.consensus import agree, likest
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


def choose(
    root: Path,
    title: str,
    drafts: Iterable[Draft],
    checking: Checking | None,
    cancelled: Cancelled,
    *,
    consensus: bool = False,
) -> Outcome:
    """Take the first draft that holds and passes the check; drafts are made as they are pulled.

    `consensus`: where there is no check, several that hold are compared: one is taken as soon as two agree, else in the
    end the one that the others are most like.
    Of those that fail, one that only the check refuses is better than one that does not hold, which is better than
    nothing; of equals the first.

    Raises:
        CancelledError: `cancelled` said so before one was taken.
    """
    choosing = _Choosing(root, title, checking, cancelled, consensus=consensus and checking is None)
    for draft in drafts:
        _go_on(cancelled)
        taken = choosing.take(draft)
        if taken is not None:
            return choosing.outcome(taken)
    _go_on(cancelled)
    return choosing.outcome(likest(choosing.held) if choosing.held else None)


class _Choosing:
    """What is known of the drafts so far."""

    def __init__(
        self, root: Path, title: str, checking: Checking | None, cancelled: Cancelled, *, consensus: bool
    ) -> None:
        self._root = root
        self._title = title
        self._checking = checking
        self._cancelled = cancelled
        self._consensus = consensus
        self._reasons: list[str] = []
        self._checks: list[Checked] = []
        self._best: ChangeSet | None = None
        self._best_reason, self._worth = "", 0
        self._refused: set[tuple[FileEdit, ...]] = set()
        self.held: list[ChangeSet] = []

    def take(self, draft: Draft) -> ChangeSet | None:
        """Look at one more draft; the one to take, once that can be told."""
        files = tuple(each for each in draft.files if each.after != each.before)
        if files and files in self._refused:
            return None
        change = ChangeSet(self._root, self._title, files)
        reason, worth = self._complaint(change, draft.reason)
        if reason:
            self._refused.add(files)
            self._reasons.append(reason)
            if files and worth > self._worth:
                self._best, self._best_reason, self._worth = change, reason, worth
            return None
        if not self._consensus:
            return change
        same = next((each for each in self.held if agree(each, change)), None)
        self.held.append(change)
        return same

    def outcome(self, taken: ChangeSet | None) -> Outcome:
        """The outcome if that draft is taken; None: none is."""
        reasons, checks = tuple(self._reasons), tuple(self._checks)
        if taken is not None:
            return Outcome(taken, True, reasons, checks)
        return Outcome(self._best, False, reasons, checks, self._best_reason)

    def _complaint(self, change: ChangeSet, reason: str) -> tuple[str, int]:
        """Why a draft is refused, "" if it is not; and what it is worth then."""
        reason = reason or ("" if change.files else _NOTHING)
        if reason or self._checking is None:
            return reason, 1
        checked = self._checking(change)
        _go_on(self._cancelled)
        self._checks.append(checked)
        return _complaint(checked), 2


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
