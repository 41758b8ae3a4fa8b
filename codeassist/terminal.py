"""What reaches the terminal: untrusted text made inert, and the only rich Console.

Text from a model, a file or a repository may hold escape sequences that retitle a window, write the
clipboard (OSC 52) or reorder what is read (bidirectional controls, "Trojan Source", CVE-2021-42574).
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, TextIO

from codeassist.errors import UnwritableError

if TYPE_CHECKING:
    from rich.console import Console

_WIDE = 1000  # columns
_KEPT = "\t\n"
_BIDIRECTIONAL = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)
_CONTROLS = (*range(0x20), *range(0x7F, 0xA0))


def _inert_table() -> dict[int, str]:
    table = {code: f"\\x{code:02x}" for code in _CONTROLS if chr(code) not in _KEPT}
    table |= {code: f"\\u{code:04x}" for code in (*_BIDIRECTIONAL, *range(0xD800, 0xE000), 0x2028, 0x2029)}
    return table


_INERT = _inert_table()
_LONE_SURROGATE = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # those that stand for no undecodable byte


def sanitise(text: str) -> str:
    r"""The text with C0, DEL, C1, bidirectional and surrogate characters shown as `\x1b`-like escapes.

    Tab and newline stay; CRLF becomes LF.
    """
    return text.replace("\r\n", "\n").translate(_INERT)


def write_text(text: str, stream: TextIO | None = None) -> None:
    """Write untrusted text to a stream (standard output): inert on a terminal, as it is in a pipe.

    In a pipe, bytes that a file name or argument could not be decoded from come out as they were.
    """
    target = stream or sys.stdout
    if target is None:  # started with it closed
        raise UnwritableError("there is no standard output", "do not close it")
    if target.isatty():
        target.write(sanitise(text))
    elif hasattr(target, "buffer"):
        target.flush()
        target.buffer.write(_LONE_SURROGATE.sub("\ufffd", text).encode("utf-8", "surrogateescape"))
    else:
        target.write(text)
    target.flush()


def write_error(message: str, hint: str = "") -> None:
    """One line of what went wrong and one of what to do next, on standard error."""
    lines = [f"codeassist: {one_line(message)}"] + ([f"  {one_line(hint)}"] if hint else [])
    sys.stderr.write("\n".join(lines) + "\n")
    sys.stderr.flush()


def one_line(text: str, limit: int = 2000) -> str:
    """Sanitised text on a single line of at most `limit` characters."""
    flat = " ".join(sanitise(text[: limit * 2]).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def console(*, stderr: bool = False, wide: bool = False) -> Console:
    """The rich console; markup and emoji codes in data are not interpreted. `wide`: nothing is cut to a width."""
    from rich.console import Console

    width = _WIDE if wide else None
    return Console(stderr=stderr, width=width, markup=False, emoji=False, highlight=False, soft_wrap=True)


def interactive() -> bool:
    """True if a person can be asked: standard input and standard error are terminals."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
