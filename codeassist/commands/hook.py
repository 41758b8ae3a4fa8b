"""`codeassist hook install|uninstall|run`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from codeassist import config
from codeassist.commands.output import say
from codeassist.errors import CancelledError, CodeassistError, UsageError
from codeassist.hooks import place
from codeassist.hooks.installing import install as install_hooks
from codeassist.hooks.installing import uninstall as uninstall_hooks
from codeassist.hooks.limit import limit
from codeassist.hooks.script import BEFORE, NAMES
from codeassist.terminal import write_error

PRE_COMMIT, PREPARE = NAMES
IDS = {PRE_COMMIT: "codeassist-review", PREPARE: "codeassist-commit-msg"}  # as in .pre-commit-hooks.yaml
_CHECKS_SECONDS = 20.0  # for a review, besides what the model may take
_DRAFT_SECONDS = 20.0
_ENDING_SECONDS = 5.0  # for a draft to be given up by itself


def install(environ: Mapping[str, str], *, commit_msg: bool = False, force: bool = False) -> int:
    """Install the hooks of the repository here."""
    names = NAMES if commit_msg else (PRE_COMMIT,)
    where = place.find(environ, Path.cwd())
    for path, chained in install_hooks(where, names, sys.executable or "", force=force):
        say(f"installed {_shown(path)}")
        if chained:
            say(f"  what was there is {path.name}{BEFORE} now, and runs first")
    say(f"  git commit --no-verify leaves hooks out, SKIP={IDS[PRE_COMMIT]} this one")
    return 0


def uninstall(environ: Mapping[str, str]) -> int:
    """Take the hooks of the repository here away, and put back what was there before."""
    removed = uninstall_hooks(place.find(environ, Path.cwd()))
    for path, restored in removed:
        say(f"{'restored what was' if restored else 'removed'} {_shown(path)}{' before' if restored else ''}")
    if not removed:
        say("no hook of codeassist is installed here")
    return 0


def run(environ: Mapping[str, str], name: str, arguments: Sequence[str]) -> int:
    """Do the work of a hook; 1 if it stops the commit, which only findings of a review do.

    Raises:
        UsageError: there is no such hook, or git would call it otherwise.
        MissingError: there is no repository here.
    """
    if name not in IDS:
        raise UsageError(f"there is no hook {name} of codeassist", f"use one of: {', '.join(NAMES)}")
    if IDS[name] in [each.strip() for each in environ.get("SKIP", "").split(",")]:
        say(f"codeassist: {IDS[name]} is left out (SKIP)")
        return 0
    place.find(environ, Path.cwd())
    try:
        return _review(environ) if name == PRE_COMMIT else _prepare(environ, arguments)
    except CancelledError:
        raise
    except CodeassistError as error:
        write_error(f"{IDS[name]} was passed over: {error.message}", error.hint)
        return 0


def _review(environ: Mapping[str, str]) -> int:
    from codeassist.commands import review
    from codeassist.hooks.warming import warm

    settings = config.load(environ).settings.review
    with limit(settings.budget_seconds + _CHECKS_SECONDS, "the review"):
        if settings.model:
            warm(environ)
        code = review.run(environ, review.Asked(staged=True, hook=True))
    if code == 1:
        say(
            "the commit was stopped: mend that, or say in a comment why it is right (codeassist: ignore[rule] reason);"
            " git commit --no-verify leaves hooks out"
        )
    return code


def _prepare(environ: Mapping[str, str], arguments: Sequence[str]) -> int:
    from codeassist.commands import commit_msg

    if not arguments:
        raise UsageError("the hook needs the file of the message", f"codeassist hook run {PREPARE} FILE [SOURCE [SHA]]")
    file, source = Path(arguments[0]), arguments[1] if len(arguments) > 1 else ""
    with limit(_DRAFT_SECONDS + _ENDING_SECONDS, "the draft of a message"):
        commit_msg.prepare(environ, file, source, seconds=_DRAFT_SECONDS)
    return 0


def _shown(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
