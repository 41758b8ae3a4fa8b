"""`codeassist chat`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

from codeassist.chat.saved import ChatStore, Saved, new_head
from codeassist.commands.chat_commands import perform
from codeassist.commands.chatting import Chat
from codeassist.commands.interruption import interruptible
from codeassist.commands.output import Waiting, say
from codeassist.commands.repository import repository, root_of
from codeassist.context.index import Cancel, never
from codeassist.errors import CodeassistError, MissingError, UsageError
from codeassist.paths import user_paths
from codeassist.session import open_session
from codeassist.terminal import one_line, write_error, write_text

_TITLE = 60  # characters of a first question
_LINE_BYTES = 1024 * 1024  # of a question that is piped in


def run(
    environ: Mapping[str, str],
    files: Sequence[str],
    *,
    model: str | None = None,
    max_tokens: int | None = None,
    no_context: bool = False,
    resume: bool = False,
    chat_id: str = "",
) -> int:
    """Answer one question after another: typed on a terminal, or a line each from a pipe."""
    if chat_id and not resume:
        raise UsageError(f"unexpected argument {chat_id}", f"codeassist chat --resume {chat_id}")
    state = user_paths(environ).state
    store = ChatStore(state / "chats")
    root = root_of(environ, Path.cwd())
    saved = _resumed(store, root, chat_id) if resume else None
    with (
        Waiting("starting") as waiting,
        open_session(environ, model=model, notice=waiting.notice, chat=True) as session,
        nullcontext() if no_context else repository(environ, root, waiting.notice) as index,
    ):
        session.engine.info()  # a model that is missing is told before a question is typed
        chat = Chat(session, index, store, saved.head if saved else new_head(root), max_tokens)
        if saved:
            chat.resume(saved)
            say(f"resumed {saved.head.id}: {len(saved.exchanges)} questions")
        for file in files:
            chat.add(file)
        waiting.end()
        if sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty():
            return _typed(chat, state)
        return _piped(chat)


def list_chats(environ: Mapping[str, str]) -> int:
    """Print the conversations about this repository, the latest first."""
    root = root_of(environ, Path.cwd())
    chats = list(ChatStore(user_paths(environ).state / "chats").of(root))
    for saved in chats:
        first = saved.exchanges[0].question if saved.exchanges else ""
        write_text(f"{saved.head.id}  {len(saved.exchanges):3}  {one_line(first, _TITLE)}\n")
    if not chats:
        say("no chats about this repository yet")
    return 0


def _resumed(store: ChatStore, root: Path, chat_id: str) -> Saved:
    if chat_id:
        return store.find(chat_id)
    latest = next(store.of(root), None)
    if latest is None:
        raise MissingError("there is no chat about this repository to resume", "begin one: codeassist chat")
    return latest


def _typed(chat: Chat, state: Path) -> int:
    """Questions from a person."""
    from codeassist.commands.chat_terminal import questions

    if chat.index is None:
        say("no repository is looked at: /add shows files")
    say("Ask about the code; /help lists the commands, Ctrl-D leaves.")
    for line in questions(chat, state):
        if line is None:
            say("Ctrl-D or /exit leaves")
            continue
        try:
            with interruptible() as stopped:
                if not _entered(chat, line, stopped):
                    break
            if stopped():
                say("(stopped)")
        except KeyboardInterrupt:
            say("(stopped)")
        except CodeassistError as error:
            write_error(error.message, error.hint)
    return 0


def _piped(chat: Chat) -> int:
    """Questions from a program, a line each; the exit code is that of the last failure."""
    code, asked = 0, False
    for line in _lines():
        question = not line.startswith("/")
        if asked and question:
            write_text("\n")
        asked = asked or question
        try:
            if not _entered(chat, line, never):
                break
        except CodeassistError as error:
            write_error(error.message, error.hint)
            code = error.exit_code
    return code


def _entered(chat: Chat, line: str, cancel: Cancel) -> bool:
    """Do what a line says, or answer it; False ends the chat."""
    entered = line.strip()
    if entered.startswith("/"):
        return perform(chat, entered)
    if entered:
        chat.ask(entered, cancel)
    return True


def _lines() -> Iterator[str]:
    """The lines of standard input that hold something."""
    while sys.stdin is not None and (data := sys.stdin.buffer.readline(_LINE_BYTES)):
        line = data.decode("utf-8", "replace").strip()
        if line:
            yield line
