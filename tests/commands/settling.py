"""Settles an outcome as commands do, without a model; also on a terminal: `python -m tests.commands.settling SPEC`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from codeassist.commands.editing import Wish, settle
from codeassist.commands.failure import report
from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.draft import Checked, Outcome
from codeassist.errors import CodeassistError


class Spec(msgspec.Struct):
    """An outcome, and how it is wanted. `files`: (path, before, after); `wish`: what differs from the default."""

    root: str
    files: list[tuple[str, bytes | None, bytes | None]] = []
    title: str = "do it"
    holds: bool = True
    reasons: tuple[str, ...] = ()
    reason: str = ""
    checks: tuple[Checked, ...] = ()
    wish: dict[str, Any] = {}


DEFAULT = Wish(
    apply=False,
    dry_run=False,
    check="",
    check_seconds=60.0,
    drafts=4,
    side_by_side=False,
    as_json=False,
    model=None,
    no_context=False,
)


def outcome_of(spec: Spec) -> Outcome:
    """What the drafts came to."""
    files = tuple(FileEdit(*each) for each in spec.files)
    change = ChangeSet(Path(spec.root).resolve(), spec.title, files) if files else None
    return Outcome(change, spec.holds, spec.reasons, spec.checks, spec.reason)


def settled(spec: Spec) -> int:
    """The exit code, as behind the command line's error boundary."""
    wish = DEFAULT._replace(**spec.wish)
    try:
        return settle(os.environ, outcome_of(spec), wish)
    except CodeassistError as error:
        return report(error, as_json=wish.as_json)


def main(arguments: Sequence[str]) -> int:
    """Settle what a file says."""
    return settled(msgspec.json.decode(Path(arguments[0]).read_bytes(), type=Spec))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
