"""`codeassist ask "…" [--file P …] [--image P …]`."""

from __future__ import annotations

import select
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from codeassist import text
from codeassist.chat.answering import Answer, Listener
from codeassist.chat.ask import ask
from codeassist.chat.documents import Document
from codeassist.chat.images import check_sight, read_images
from codeassist.commands import answers
from codeassist.commands.output import Waiting, read_stdin, say, write_json
from codeassist.commands.repository import repository
from codeassist.context.index import Index
from codeassist.errors import UsageError
from codeassist.session import open_session

STDIN = "<stdin>"
_IDLE_PIPE_SECONDS = 1.0


def run(
    environ: Mapping[str, str],
    question: str,
    files: Sequence[str],
    *,
    as_json: bool = False,
    model: str | None = None,
    max_tokens: int | None = None,
    no_context: bool = False,
    images: Sequence[str] = (),
) -> int:
    """Print the answer as it comes, then the places it speaks of.

    What is asked about is the files, the images and what is piped in; without any, the repository around the current
    directory.
    """
    if not question.strip():
        raise UsageError("the question is empty", 'for example: codeassist ask "what does this do?" --file FILE')
    named = [Document(file, text.read_source(Path(file)).text) for file in files if file != "-"]
    pictures = read_images(images)
    documents = [*named, *_piped(asked_for="-" in files or not (files or images))]
    with (
        Waiting("reading") as waiting,
        open_session(environ, model=model, notice=waiting.notice, chat=True) as session,
        _searched(environ, waiting, wanted=not (documents or pictures or no_context)) as index,
    ):
        if pictures:
            check_sight(session.manifest)

        def answering(listener: Listener) -> Answer:
            return ask(session, question, documents, listener, max_tokens, index, pictures)

        if as_json:
            write_json(answers.quietly(answering, waiting))
        else:
            answers.show(answering, waiting)
    return 0


@contextmanager
def _searched(environ: Mapping[str, str], waiting: Waiting, *, wanted: bool) -> Iterator[Index | None]:
    """The repository to look at, if one is wanted and there is one."""
    if not wanted:
        yield None
        return
    with repository(environ, Path.cwd(), waiting.notice) as index:
        yield index
    if index is None:
        say("there is no repository here: this was answered without code")


def _piped(*, asked_for: bool) -> list[Document]:
    """Standard input as a document, when something is piped in.

    Beside files, a pipe that nobody writes to (a parent's, left open) is not waited for.
    """
    if sys.stdin is None or sys.stdin.isatty():
        return []
    if not select.select([sys.stdin], [], [], _IDLE_PIPE_SECONDS)[0]:
        if not asked_for:
            say("nothing came on standard input; --file - waits for it")
            return []
        say("waiting for standard input; </dev/null goes without it")
    source = read_stdin()
    return [Document(STDIN, source.text)] if source.text.strip() else []
