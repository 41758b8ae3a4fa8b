"""`codeassist explain PATH[:L1-L2]`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

from codeassist import text
from codeassist.chat.answering import Answer, Listener
from codeassist.chat.explain import Target, explain
from codeassist.commands import answers
from codeassist.commands.output import Waiting, write_json
from codeassist.commands.repository import repository
from codeassist.errors import UsageError
from codeassist.session import open_session

_LINES = re.compile(r"(?s)(.+?):L?([0-9]{1,9})(?:-L?([0-9]{1,9}))?")


def run(
    environ: Mapping[str, str],
    place: str,
    *,
    as_json: bool = False,
    model: str | None = None,
    max_tokens: int | None = None,
    no_context: bool = False,
) -> int:
    """Print what a file does, or lines of it, then the places that this speaks of."""
    target = read_target(place)
    with (
        Waiting("reading") as waiting,
        open_session(environ, model=model, notice=waiting.notice, chat=True) as session,
        nullcontext() if no_context else repository(environ, Path(target.path), waiting.notice) as index,
    ):

        def answering(listener: Listener) -> Answer:
            return explain(session, target, index, listener, max_tokens)

        if as_json:
            write_json(answers.quietly(answering, waiting))
        else:
            answers.show(answering, waiting)
    return 0


def read_target(place: str) -> Target:
    """The file and lines that `PATH[:L1[-L2]]` names; a file whose own name ends so is meant as a whole.

    Raises:
        UsageError: there is no such file, it is empty or binary, or it has no such lines.
    """
    match = None if Path(place).exists() else _LINES.fullmatch(place)
    path = match[1] if match else place
    source = text.read_source(Path(path)).text
    count = source.count("\n") + (not source.endswith("\n"))
    if not source.strip():
        raise UsageError(f"{path} is empty", "give a file with something in it")
    if match is None:
        return Target(path, source, 1, count, whole=True)
    start, end = int(match[2]), int(match[3] or match[2])
    if not 1 <= start <= end <= count:
        lines = f"{count} line{'s' if count != 1 else ''}"
        raise UsageError(f"{place} is no place: {path} has {lines}", f"give lines from 1 to {count}: {path}:1-{count}")
    return Target(path, source, start, end, whole=False)
