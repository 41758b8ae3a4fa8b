"""What a line of a chat that begins with a slash does."""

from __future__ import annotations

import glob
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from codeassist.commands.chatting import Chat
from codeassist.commands.output import say
from codeassist.errors import UsageError
from codeassist.terminal import one_line, write_text


class Command(NamedTuple):
    """`run` takes the chat and the arguments; False ends the chat."""

    arguments: str
    help: str
    run: Callable[[Chat, list[str]], bool]


def perform(chat: Chat, line: str) -> bool:
    """Do what the line says; False ends the chat.

    Raises:
        UsageError: there is no such command, or its arguments are wrong.
    """
    name, _, rest = line.partition(" ")
    command = COMMANDS.get(name)
    if command is None:
        raise UsageError(f"there is no command {name}", "/help lists them")
    try:
        arguments = shlex.split(rest)
    except ValueError as error:
        raise UsageError(f"{name}: {error}", "quote names with blanks: 'my file.py'") from error
    if bool(arguments) != bool(command.arguments):
        raise UsageError(f"{name} takes {command.arguments or 'nothing'}", "/help lists the commands")
    return command.run(chat, arguments)


def _add(chat: Chat, arguments: list[str]) -> bool:
    for argument in arguments:
        for path in _matching(argument):
            say(f"added {chat.add(path)}")
    return True


def _matching(argument: str) -> list[str]:
    """The file of that name, else those that a pattern matches."""
    if Path(argument).exists():
        return [argument]
    return sorted(glob.glob(argument, recursive=True)) or [argument]  # noqa: PTH207  it may be absolute


def _drop(chat: Chat, arguments: list[str]) -> bool:
    for argument in arguments:
        if not chat.drop(argument):
            raise UsageError(f"{argument} was not added", f"added: {', '.join(chat.files()) or 'nothing'}")
        say(f"dropped {argument}")
    return True


def _context(chat: Chat, _arguments: list[str]) -> bool:
    parts, size = chat.conversation.held()
    for part in parts:
        write_text(f"{part.tokens:6}  {one_line(part.what)}\n")
    total = sum(part.tokens for part in parts)
    gone = chat.conversation.first
    write_text(f"{total:6}  of {size} tokens ({total / size:.0%})\n")
    if gone:
        write_text(f"        without the oldest {gone} of {len(chat.conversation.turns)} questions\n")
    return True


def _clear(chat: Chat, _arguments: list[str]) -> bool:
    chat.clear()
    say("begun anew; the files stay")
    return True


def _help(_chat: Chat, _arguments: list[str]) -> bool:
    for name, command in COMMANDS.items():
        write_text(f"{f'{name} {command.arguments}':16} {command.help}\n")
    write_text("Alt-Enter begins a new line, Ctrl-R searches your questions, Ctrl-C stops an answer, Ctrl-D leaves.\n")
    return True


def _exit(_chat: Chat, _arguments: list[str]) -> bool:
    return False


COMMANDS = {
    "/add": Command("PATH…", "Show files with every question.", _add),
    "/drop": Command("PATH…", "Show them no longer.", _drop),
    "/context": Command("", "What the next prompt holds, in tokens.", _context),
    "/clear": Command("", "Begin anew; files stay.", _clear),
    "/help": Command("", "These lines.", _help),
    "/exit": Command("", "Leave; codeassist chat --resume goes on.", _exit),
}
