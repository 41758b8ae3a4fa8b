"""The line that questions are typed into: history with search, several lines, completion of commands and paths."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.filters import is_searching
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from codeassist.commands.chat_commands import COMMANDS
from codeassist.commands.chatting import Chat
from codeassist.paths import private_directory

_HISTORY_BYTES = 256 * 1024
_PATHS = 50  # that are proposed


def questions(chat: Chat, state: Path) -> Iterator[str | None]:
    """The lines that a person enters until they leave; None where Ctrl-C was pressed and nothing was typed."""
    file = _history(state)
    prompt: PromptSession[str] = PromptSession(
        history=FileHistory(str(file)) if file else None,
        completer=_Completer(chat),
        complete_while_typing=False,
        key_bindings=_keys(),
        multiline=True,
        prompt_continuation="… ",
    )
    while True:
        try:
            yield prompt.prompt("› ")
        except KeyboardInterrupt:
            yield None
        except EOFError:
            return


def _history(state: Path) -> Path | None:
    """The file of earlier inputs, private and bounded; None if it cannot be kept."""
    file = private_directory(state) / "chat_history"
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
        file.chmod(0o600)
        data = file.read_bytes()
        if len(data) > _HISTORY_BYTES:
            kept = data[-_HISTORY_BYTES // 2 :]
            file.write_bytes(kept[kept.find(b"\n\n#") + 1 :])
    except OSError:
        return None
    return file


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter", filter=~is_searching)
    def _enter(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add("c-c", filter=~is_searching)
    def _interrupt(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=KeyboardInterrupt)

    return keys


class _Completer(Completer):
    """Commands; after /add files of the repository, or of the disk where there is none; after /drop those added."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._disk = PathCompleter(expanduser=False)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What may follow the cursor."""
        line = document.text_before_cursor
        name, blank, _ = line.partition(" ")
        word = line.rpartition(" ")[2]
        if not blank and line.startswith("/"):
            for each, command in COMMANDS.items():
                if each.startswith(line):
                    yield Completion(each, -len(line), display_meta=command.help)
        elif name == "/drop":
            yield from _matching(self._chat.files(), word)
        elif name == "/add" and self._chat.index is not None:
            yield from _matching([each.path for each in self._chat.index.files()], word)
        elif name == "/add":
            yield from self._disk.get_completions(Document(word), complete_event)


def _matching(paths: Iterable[str], word: str) -> list[Completion]:
    """Paths that begin with a word, then those that hold it; none that could write to the terminal."""
    shown = [each for each in paths if each.isprintable() and word in each]
    best = sorted(shown, key=lambda each: (not each.startswith(word), each))[:_PATHS]
    return [Completion(shlex.quote(each), -len(word), display=each) for each in best]
