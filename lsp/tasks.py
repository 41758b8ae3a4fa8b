"""From a command's argument and the document to what is to be done: the lines, the definition, the instruction."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from codeassist.edit.original import root_of
from codeassist.errors import UsageError
from codeassist.lsp.arguments import Argument, Complaint
from codeassist.lsp.documents import Document
from codeassist.lsp.edit_actions import DOC, EDIT, EXPLAIN, FIX, TEST, instruction_of
from codeassist.lsp.findings import Reviewed
from codeassist.lsp.noted import Noted
from codeassist.lsp.symbols import Selection, Symbol
from codeassist.review.finding import Finding
from codeassist.terminal import one_line

_NAMED = 60  # characters of a name or an instruction in a sentence
_NOTHING = Noted("", ())


class NoInstructionError(UsageError):
    """Neither the command nor a comment says what is to be changed."""


@dataclass(frozen=True)
class Task:
    """What is to be done, and where.

    Attributes:
        command: one of the commands that edit.
        root: the top of the working tree; `path` is the file's below it.
        on_disk: the document is of a file: there may be a repository to be looked at.
        text: the document's, with LF newlines, without the comments that gave the instruction.
        note: these comments.
        first, last: lines of that text, from 1, both included.
        symbol: the definition around; its lines are those of the document.
        instruction: in the person's words; "" of other commands than `codeassist.edit`.
        complaint: what is to be fixed.
        finding: of our own review, where that is what is to be fixed; `old`: what it compared with.
        title: what is done, for a progress.
    """

    command: str
    root: Path
    path: str
    on_disk: bool
    text: str
    note: Noted
    first: int
    last: int
    symbol: Symbol | None
    instruction: str
    complaint: Complaint | None
    finding: Finding | None
    old: str | None
    title: str


def task(
    command: str,
    argument: Argument,
    document: Document,
    chosen: Selection,
    symbol: Symbol | None,
    reviewed: Reviewed | None,
) -> Task:
    """Read a command.

    Raises:
        UsageError: an instruction, a definition or a diagnostic is needed and there is none.
    """
    instruction, note = (
        _instruction(argument, chosen, symbol) if command == EDIT else (argument.instruction.strip(), _NOTHING)
    )
    if command in (DOC, TEST) and symbol is None:
        raise UsageError("there is no definition here", "put the cursor into one")
    if command == FIX and argument.diagnostic is None:
        raise UsageError("needs a diagnostic", "ask for the code actions of one")
    first, last = chosen.lines
    if symbol is not None and (command in (DOC, TEST) or (command == EDIT and chosen.empty)):
        first, last = symbol.first, symbol.last
    root, path = located(document)
    finding = _finding(argument.diagnostic, reviewed)
    old = reviewed.snapshot.files[0].old if reviewed is not None and reviewed.snapshot.files else None
    return Task(
        command=command,
        root=root,
        path=path,
        on_disk=document.file is not None,
        text=note.without(chosen.text),
        note=note,
        first=note.shifted(first),
        last=max(note.shifted(first), note.shifted(last)),
        symbol=symbol,
        instruction=instruction if command == EDIT else "",
        complaint=argument.diagnostic,
        finding=msgspec.structs.replace(finding, path=path, line=first, end_line=last) if finding is not None else None,
        old=old,
        title=title(command, named(chosen, symbol), instruction, argument.diagnostic),
    )


def _instruction(argument: Argument, chosen: Selection, symbol: Symbol | None) -> tuple[str, Noted]:
    """What the person wants, and the comments that say so: the edit takes them away.

    Raises:
        NoInstructionError: nothing says it.
    """
    note = instruction_of(chosen, symbol)
    instruction = argument.instruction.strip() or note.instruction
    if not instruction:
        raise NoInstructionError(
            "needs an instruction", "write it above the code: a comment codeassist: make this iterative"
        )
    another = note.instruction != one_line(instruction, len(note.instruction) + 1)
    return instruction, _NOTHING if another else note  # another one was given: the comment stays


def _finding(told: Complaint | None, reviewed: Reviewed | None) -> Finding | None:
    return (
        reviewed.finding(told.fingerprint) if told is not None and told.fingerprint and reviewed is not None else None
    )


def title(command: str, name: str, instruction: str = "", complaint: Complaint | None = None) -> str:
    """What a command does, for a progress. `name`: of what it does it to."""
    told = one_line(instruction or (complaint.message if complaint is not None else ""), _NAMED)
    shown = one_line(name, _NAMED)
    said = {
        EDIT: f"editing {shown}: {told}",
        DOC: f"documenting {shown}",
        TEST: f"writing tests for {shown}",
        FIX: f"fixing: {told}",
        EXPLAIN: f"explaining {shown}",
    }
    return said[command]


def named(chosen: Selection, symbol: Symbol | None) -> str:
    """What is selected, in a word or two."""
    if symbol is not None and chosen.empty:
        return symbol.name
    first, last = chosen.lines
    return f"lines {first} to {last}" if last > first else f"line {first}"


def located(document: Document) -> tuple[Path, str]:
    """The root and the path below it of a document's file; without one it is a file that is nowhere."""
    if document.file is None:
        return Path("/"), document.path.name
    place = Path(os.path.realpath(document.file))
    root = root_of(place.parent)
    return root, place.relative_to(root).as_posix()
