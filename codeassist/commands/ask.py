"""`codeassist ask "…" [--file P …]`."""

from __future__ import annotations

import select
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from codeassist import text
from codeassist.chat.ask import ask
from codeassist.chat.conversation import Answer
from codeassist.chat.documents import Document
from codeassist.commands.markdown import MarkdownStream
from codeassist.commands.output import Waiting, read_stdin, say, write_json
from codeassist.errors import UsageError
from codeassist.session import Session, open_session
from codeassist.terminal import write_text

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
) -> int:
    """Print the answer as it comes, then the places it speaks of."""
    if not question.strip():
        raise UsageError("the question is empty", 'for example: codeassist ask "what does this do?" --file FILE')
    named = [Document(file, text.read_source(Path(file)).text) for file in files if file != "-"]
    documents = [*named, *_piped(asked_for=not files or "-" in files)]
    with Waiting("reading") as waiting, open_session(environ, model=model, notice=waiting.notice) as session:
        if as_json:
            write_json(ask(session, question, documents, lambda _piece: None, max_tokens))
            return 0
        answer = stream(session, question, documents, waiting, max_tokens)
    for path in answer.truncated:
        say(f"{path} was cut to fit the model's context")
    return 0


def stream(
    session: Session, question: str, documents: Sequence[Document], waiting: Waiting, max_tokens: int | None = None
) -> Answer:
    """Answer on standard output: rendered on a terminal, plain in a pipe; citations last."""
    if not sys.stdout.isatty():
        answer = ask(session, question, documents, write_text, max_tokens)
        sys.stdout.write("\n")
    else:
        answer = _rendered(session, question, documents, waiting, max_tokens)
    if answer.citations:
        sys.stdout.write("\n")
        for each in answer.citations:
            write_text(f"{each.path}:{each.start}" + (f"-{each.end}" if each.end != each.start else "") + "\n")
    sys.stdout.flush()
    return answer


def _rendered(
    session: Session, question: str, documents: Sequence[Document], waiting: Waiting, max_tokens: int | None
) -> Answer:
    shown: list[MarkdownStream] = []

    def on_text(piece: str) -> None:
        if not shown:
            waiting.end()
            shown.append(MarkdownStream().__enter__())
        shown[0].write(piece)

    try:
        return ask(session, question, documents, on_text, max_tokens)
    finally:
        for each in shown:
            each.__exit__(None, None, None)


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
