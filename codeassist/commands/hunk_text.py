"""The lines of a hunk as text: for those who read them on a terminal, and for an editor."""

from __future__ import annotations

from collections.abc import Sequence

from codeassist.edit.change import FileEdit
from codeassist.errors import UsageError
from codeassist.terminal import sanitise
from codeassist.text import decode

_MARK = "\ufeff"
_TAB = 4


def encoding_of(edit: FileEdit) -> str:
    """The encoding of a file that changes."""
    try:
        return decode(edit.before or edit.after or b"", edit.path).encoding
    except UsageError:  # it is none
        return "latin-1"


def texts(lines: Sequence[bytes], encoding: str) -> list[str]:
    """Lines with their ends, decoded."""
    return [line.decode(encoding, "replace") for line in lines]


def bodies(lines: Sequence[str]) -> list[str]:
    """Lines without their ends, and without a byte order mark."""
    return [line.removesuffix("\n").removesuffix("\r").removeprefix(_MARK) for line in lines]


def ends(line: str) -> tuple[str, str]:
    """What `bodies` leaves out: before and behind."""
    behind = "\r\n" if line.endswith("\r\n") else line[-1:] if line.endswith(("\n", "\r")) else ""
    return _MARK if line.startswith(_MARK) else "", behind


def shown(lines: Sequence[str], *, returns: bool) -> list[str]:
    """Lines as a terminal may show them; `returns`: also the carriage return of one that ends with CRLF."""
    kept = [line.removesuffix("\n") if returns else line.removesuffix("\n").removesuffix("\r") for line in lines]
    return [sanitise(line.removeprefix(_MARK)).replace("\n", " ").expandtabs(_TAB) for line in kept]
