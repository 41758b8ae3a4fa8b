"""Reviews one file as an editor has it: its text against that of the last commit. Blocking; nothing is written."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from codeassist import config
from codeassist.config import ReviewSettings
from codeassist.context.roots import git_root
from codeassist.errors import UsageError
from codeassist.git import listed
from codeassist.git.committed import committed
from codeassist.lsp.findings import Reviewed
from codeassist.review import pipeline
from codeassist.review.change import Snapshot
from codeassist.review.checks import RULES
from codeassist.review.configuration import configured
from codeassist.review.model import ModelReviewer
from codeassist.review.rule import Around
from codeassist.review.snapshot import of_text
from codeassist.session import Session, open_index
from codeassist.text import MAX_FILE_BYTES, decode

_ALONE = ("merge-marker", "syntax-introduced", "invisible", "secret")


def review(
    environ: Mapping[str, str],
    file: Path,
    text: str,
    revision: int,
    cancelled: Callable[[], bool],
    session: Session | None = None,
) -> Reviewed:
    """Review a document's text (LF newlines) against the file's in the last commit, by checks.

    With `session` its model looks at it too. What git ignores is not reviewed; outside of any repository that git
    trusts only what is wrong in every file is told.

    Raises:
        CancelledError: `cancelled` said so.
        ConfigError: the settings cannot be used.
    """
    place = Path(os.path.realpath(file))
    loaded = config.load(environ)
    found = git_root(place.parent)
    root = found.path if found is not None else place.parent
    path = place.relative_to(root).as_posix()
    kept = listed(root, [path]) if found is not None else None
    if kept == []:
        return Reviewed(revision, Snapshot(root, "working", path, ()), ())
    change = of_text(root, path, _committed(root, path) if kept else None, text)
    rules = configured(root, loaded) if kept else alone(loaded.settings.review)
    with contextlib.ExitStack() as stack:
        index = open_index(environ, place.parent) if kept else None
        if index is not None:
            stack.enter_context(index)
        reviewer = None
        if session is not None and rules.model and kept:
            reviewer = ModelReviewer(session.engine, session.manifest, session.verdicts)
        report = pipeline.review(change, Around(index, rules, cancelled), reviewer, rules.budget_seconds)
    return Reviewed(revision, change, report.findings, report.notices, report.masked)


def alone(settings: ReviewSettings) -> ReviewSettings:
    """The settings for a file outside of any repository: where all of it counts as new, most checks would be noise."""
    return msgspec.structs.replace(settings, disable=tuple(name for name in RULES if name not in _ALONE))


def _committed(root: Path, path: str) -> str | None:
    data = committed(root, path, MAX_FILE_BYTES)
    if data is None:
        return None
    try:
        return decode(data, path).text
    except UsageError:
        return None
