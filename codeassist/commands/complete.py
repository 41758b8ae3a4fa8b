"""`codeassist complete FILE --at LINE:COL`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from codeassist import text
from codeassist.commands.output import Waiting, read_stdin, write_json
from codeassist.completion.decoding import Place
from codeassist.completion.pipeline import Completion, complete
from codeassist.errors import UsageError
from codeassist.session import open_session
from codeassist.terminal import write_text


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
) -> int:
    """Print the text to insert at the place, and nothing else."""
    place = _place(file, at, stdin_path)
    with Waiting("completing") as waiting, open_session(environ, model=model, notice=waiting.notice) as session:
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


def _place(file: str, at: str, stdin_path: str) -> Place:
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
