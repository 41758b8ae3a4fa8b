"""What edits and presets have in common: their options, the diff and the question, the document for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from codeassist.edit.draft import Outcome


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


def settle(environ: Mapping[str, str], outcome: Outcome, wish: Wish) -> int:
    """Show what came of a request, ask, apply through the journal; the exit code.

    Raises:
        EngineError: no draft holds (the best one has been shown as a diff): nothing was changed.
    """
    raise NotImplementedError
