"""Shows an answer while it is written: rendered on a terminal, plain in a pipe; the places it cites last."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from codeassist.chat.answering import Answer, Listener
from codeassist.chat.citations import lines_of
from codeassist.commands.markdown import MarkdownStream
from codeassist.commands.output import Waiting, say
from codeassist.context.chunk import Shown
from codeassist.context.index import Cancel, never
from codeassist.engine.api import Usage
from codeassist.terminal import one_line, write_text

Answering = Callable[[Listener], Answer]
_NAMED = 3  # files, while they are read


def show(answering: Answering, waiting: Waiting, cancel: Cancel = never) -> Answer:
    """Show an answer on standard output, and say on standard error what was cut."""
    rendered = _Rendered(waiting) if sys.stdout.isatty() else None
    reading = _Reading(waiting)
    listener = Listener(rendered.write if rendered else write_text, reading.progress, reading.sources, cancel)
    try:
        answer = answering(listener)
    finally:
        if rendered:
            rendered.end()
    if not rendered:
        sys.stdout.write("\n")
    if answer.citations:
        sys.stdout.write("\n")
        for each in answer.citations:
            write_text(f"{_on_one_line(each.path)}:{lines_of(each)}\n")
    sys.stdout.flush()
    for path in answer.truncated:
        say(f"{path} was cut to fit the model's context")
    return answer


def quietly(answering: Answering, waiting: Waiting) -> Answer:
    """An answer for a program: nothing is shown but what is waited for."""
    reading = _Reading(waiting)
    return answering(Listener(lambda _piece: None, reading.progress, reading.sources))


def _on_one_line(path: str) -> str:
    """A path that cannot pretend to be two."""
    return path if path.isprintable() else one_line(path)


class _Rendered:
    """Markdown on the terminal, begun with the first text."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self._stream: MarkdownStream | None = None

    def write(self, piece: str) -> None:
        """Show one more piece."""
        if self._stream is None:
            self._waiting.end()
            self._stream = MarkdownStream().__enter__()
        self._stream.write(piece)

    def end(self) -> None:
        """Nothing more comes."""
        if self._stream is not None:
            self._stream.__exit__(None, None, None)


class _Reading:
    """Says what the model reads, and how far it is."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self._what = "reading"

    def sources(self, shown: Sequence[Shown]) -> None:
        """The places of the repository that it reads."""
        paths = list(dict.fromkeys(each.path for each in shown))
        if paths:
            more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
            self._what = f"reading {', '.join(paths[:_NAMED])}{more}"
            self._waiting.notice(self._what)

    def progress(self, usage: Usage) -> None:
        """How far it is."""
        if usage.prompt_tokens and not usage.generated_tokens:
            done = usage.cached_tokens + usage.evaluated_tokens
            self._waiting.notice(f"{self._what}: {done} of {usage.prompt_tokens} tokens")
