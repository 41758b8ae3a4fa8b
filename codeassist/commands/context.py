"""`codeassist context FILE --at L:C`."""

from __future__ import annotations

from collections.abc import Mapping

from codeassist.commands.complete import here, surroundings_of
from codeassist.commands.output import Waiting, say, write_json
from codeassist.completion.pipeline import plan
from codeassist.context.chunk import Gathered
from codeassist.errors import MissingError
from codeassist.session import open_session
from codeassist.terminal import write_text


def run(
    environ: Mapping[str, str],
    file: str,
    at: str,
    *,
    stdin_path: str = "",
    as_json: bool = False,
    model: str | None = None,
) -> int:
    """Print what a completion at the place would be shown of the repository, byte for byte."""
    place = here(file, at, stdin_path)
    with (
        Waiting("looking around") as waiting,
        open_session(environ, model=model, notice=waiting.notice) as session,
        surroundings_of(environ, session, place, waiting) as surroundings,
    ):
        if not surroundings.known(place.path):
            raise MissingError(f"{place.path} is in no repository", "git init there, or run: codeassist index")
        gathered = plan(session, place, surroundings).gathered
    if as_json:
        write_json(gathered)
    else:
        _show(gathered)
    return 0


def _show(gathered: Gathered) -> None:
    """Each chunk under a line that says where it is from, and why."""
    for chunk in gathered.chunks:
        size = len(chunk.text.encode("utf-8", "surrogatepass"))
        lines = f"{chunk.start}-{chunk.end}" if chunk.end != chunk.start else f"{chunk.start}"
        write_text(f"── {chunk.path}:{lines}  {chunk.reason}  {chunk.tokens} tokens, {size} bytes\n{chunk.text}")
    count = len(gathered.chunks)
    say(f"{count} chunk{'s' * (count != 1)}, {gathered.tokens} of {gathered.budget} tokens")
