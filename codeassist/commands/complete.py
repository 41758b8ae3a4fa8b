"""`codeassist complete FILE --at LINE:COL`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from codeassist import text
from codeassist.commands.output import Waiting, read_stdin, write_json
from codeassist.completion.decoding import Place
from codeassist.completion.pipeline import Completion, complete
from codeassist.completion.surroundings import Surroundings
from codeassist.errors import UsageError
from codeassist.session import Session, open_index, open_session
from codeassist.terminal import write_text

_INDEX_SECONDS = 5.0


def run(
    environ: Mapping[str, str],
    file: str,
    at: str,
    *,
    stdin_path: str = "",
    as_json: bool = False,
    max_tokens: int | None = None,
    model: str | None = None,
    name: str = "",
    context: bool = True,
) -> int:
    """Print the text to insert at the place, and nothing else."""
    place = here(file, at, stdin_path)
    with Waiting("completing") as waiting, open_session(environ, model=model, notice=waiting.notice) as session:
        if context:
            with surroundings_of(environ, session, place, waiting) as surroundings:
                completion = complete(session, place, max_tokens, name, surroundings)
        else:
            completion = complete(session, place, max_tokens, name)
    show(completion, as_json=as_json)
    return 0


def show(completion: Completion, *, as_json: bool) -> None:
    """Print a completion."""
    if as_json:
        write_json(completion)
        return
    write_text(completion.text)
    if sys.stdout.isatty() and completion.text and not completion.text.endswith("\n"):
        sys.stdout.write("\n")


@contextmanager
def surroundings_of(
    environ: Mapping[str, str], session: Session, place: Place, waiting: Waiting
) -> Iterator[Surroundings]:
    """The repository around a place, its index brought up to date as far as a few seconds allow; the rest is done by
    the next command."""
    budget = session.settings.completion.context_tokens
    surroundings = Surroundings(lambda folder: open_index(environ, folder), session.engine, budget, waiting.notice)
    until = time.monotonic() + _INDEX_SECONDS
    try:
        surroundings.refresh(place.path, cancel=lambda: time.monotonic() > until)
        yield surroundings
    finally:
        surroundings.close()


def here(file: str, at: str, stdin_path: str) -> Place:
    """Where to complete, read from the file or, for `-`, from standard input."""
    line, column = text.parse_position(at)
    if file == "-":
        if not stdin_path:
            raise UsageError("standard input needs a name, to know its language", "give --stdin-path PATH")
        path = Path(stdin_path)
        source = read_stdin()
    else:
        path = Path(file)
        source = text.read_source(path)
    offset = text.offset_of(source.text, line, column)
    return Place(path, source.text[:offset], source.text[offset:], source.newline)
