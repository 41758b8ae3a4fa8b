"""An edit as programs read it, and what people are told of its drafts."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from codeassist.commands.output import as_text, say
from codeassist.edit.change import ChangeSet
from codeassist.edit.draft import Checked, Outcome
from codeassist.edit.original import root_of
from codeassist.errors import EngineError
from codeassist.terminal import one_line, sanitise

_LINES = 20  # of a check's output that people are shown
_REASONS = 4


class Changed(NamedTuple):
    """A file of a change set, with the lines that come and go."""

    path: str
    added: int
    removed: int
    created: bool


def changed(change: ChangeSet) -> list[Changed]:
    """The files of a change set."""
    from codeassist.edit.hunk import counts, hunks

    return [
        Changed(edit.path, *counts(parts), edit.before is None)
        for edit, parts in zip(change.files, hunks(change), strict=True)
    ]


def document(outcome: Outcome, entry: str, extra: Mapping[str, object]) -> dict[str, object]:
    """The JSON document. `entry`: the journal's id, "" if nothing was applied; `extra`: further fields."""
    from codeassist.edit.patch import patch_text

    change = outcome.change
    return {
        "schema": 1,
        **({"id": entry} if entry else {}),
        "patch": patch_text(change) if change else "",
        "applied": bool(entry),
        "files": [{**each._asdict(), "path": as_text(each.path)} for each in (changed(change) if change else ())],
        "checks": [
            {
                "command": as_text(each.command),
                "passed": each.passed,
                "exit_code": each.exit_code,
                "seconds": round(each.seconds, 3),
                "output": each.output,
            }
            for each in outcome.checks
        ],
        "reasons": list(outcome.reasons),
        **extra,
    }


def refusal(outcome: Outcome) -> EngineError:
    """What is said where no draft holds."""
    count, told = len(outcome.reasons), "; ".join(list(dict.fromkeys(outcome.reasons))[:_REASONS])
    message = f"none of {count} drafts holds: {told}" if count > 1 else f"no draft holds: {told or 'there is none'}"
    advice = "try other words, another place, more --drafts or a larger --model"
    return EngineError(message, f"nothing was changed; {advice}")


def tell_drafts(outcome: Outcome) -> None:
    """Which drafts were passed over, and that the check passed."""
    for number, reason in enumerate(outcome.reasons, start=1):
        say(f"draft {number} was not taken: {reason}")
    for each in outcome.checks[-1:]:
        say(f"passed: {each.command} ({each.seconds:.1f} s)")


def tell_check(checked: Checked) -> None:
    """What a check that failed printed at its end."""
    lines = sanitise(checked.output).rstrip("\n").split("\n")[-_LINES:]
    sys.stderr.write("".join(f"{line}\n" for line in (f"$ {one_line(checked.command)}", *lines)))
    sys.stderr.flush()


def tell_applied(change: ChangeSet, entry: str) -> None:
    """That it is written, and how it is taken back."""
    files = changed(change)
    added, removed = sum(each.added for each in files), sum(each.removed for each in files)
    count = f"{len(files)} file{'s' * (len(files) != 1)}"
    where = "" if root_of(Path.cwd()) == change.root else f", run in {change.root}"
    say(f"applied as {entry}: {count}, +{added} −{removed}; codeassist undo {entry} takes it back{where}")
