"""The user's own check (`--check "pytest -q"`), run on a copy of the working tree with a change in it."""

from __future__ import annotations

from codeassist.edit.change import ChangeSet
from codeassist.edit.draft import Cancelled, Checked

SECONDS = 60.0


def check(change: ChangeSet, command: str, cancelled: Cancelled, seconds: float = SECONDS) -> Checked:
    """Run a shell command at the top of a copy of the tree with the change applied; the tree itself is not touched.

    Raises:
        MissingError: the copy cannot be made.
    """
    raise NotImplementedError
