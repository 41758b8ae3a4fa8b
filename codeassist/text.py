"""Decoding of source files, newlines, and positions in lines.

Positions given by people are 1-based lines and 1-based columns counted in code points, as in
`FILE --at LINE:COL`. A line ends at LF, CRLF or CR and nowhere else: form feed, NEL and U+2028 are
ordinary characters, as they are for compilers and for the language server protocol. Columns of that
protocol count code units of a negotiated encoding, from 0: `index_of` and `column_of` convert them.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from codeassist.errors import UsageError

MAX_FILE_BYTES = 16 * 1024 * 1024
Units = Literal["utf-8", "utf-16", "utf-32"]
_NEWLINE = re.compile(r"\r\n|\n|\r")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
_LAST_OF_BMP, _LAST_OF_TWO, _LAST_OF_ONE = 0xFFFF, 0x7FF, 0x7F
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class SourceText:
    """A decoded file. `text` has LF newlines only and no byte order mark."""

    text: str
    encoding: str
    newline: str  # the file's most frequent newline: what is written back
    bom: bool


def decode(data: bytes, name: str) -> SourceText:
    """Decode a source file: by its byte order mark, else UTF-8, else Latin-1.

    Raises:
        UsageError: the file is binary (it holds NUL bytes), or is not what its byte order mark says.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                text = data[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise UsageError(
                    f"{name} begins like {encoding} but is not: {error.reason}", "give a text file"
                ) from error
            if "\0" in text:
                raise UsageError(f"{name} is a binary file", "give a text file")
            return _normalise(text, encoding, bom=True)
    if b"\0" in data:
        raise UsageError(f"{name} is a binary file", "give a text file")
    try:
        return _normalise(data.decode("utf-8"), "utf-8", bom=False)
    except UnicodeDecodeError:
        return _normalise(data.decode("latin-1"), "latin-1", bom=False)


def _normalise(text: str, encoding: str, *, bom: bool) -> SourceText:
    counts: dict[str, int] = {"\n": 0}
    for match in _NEWLINE.finditer(text):
        counts[match.group()] = counts.get(match.group(), 0) + 1
    newline = max(counts, key=lambda kind: counts[kind])
    return SourceText(_NEWLINE.sub("\n", text), encoding, newline, bom)


def read_source(path: Path, max_bytes: int = MAX_FILE_BYTES) -> SourceText:
    """Read and decode a file.

    Raises:
        UsageError: it does not exist, is no regular file, cannot be read, is binary or over `max_bytes`.
    """
    try:
        if not path.exists():
            raise UsageError(f"{path} does not exist", "check the path")
        if not path.is_file():
            raise UsageError(f"{path} is not a regular file", "give a text file")
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot read {path}: {reason}", "check the path and its permissions") from error
    if len(data) > max_bytes:
        raise UsageError(f"{path} is over {max_bytes // 2**20} MiB", "give a smaller file")
    return decode(data, str(path))


def parse_position(position: str) -> tuple[int, int]:
    """`"LINE:COL"` as 1-based numbers.

    Raises:
        UsageError: it is not two positive whole numbers.
    """
    match = re.fullmatch(r"([0-9]{1,9}):([0-9]{1,9})", position, re.ASCII)
    if match is None or int(match[1]) == 0 or int(match[2]) == 0:
        raise UsageError(f"{position!r} is not a position", "give LINE:COL, both from 1, for example --at 12:5")
    return int(match[1]), int(match[2])


def offset_of(text: str, line: int, column: int) -> int:
    """The index into `text` (LF newlines) of a 1-based line and column; the column after the last is allowed.

    Raises:
        UsageError: the position is outside the text.
    """
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        raise UsageError(
            f"line {line} is outside the file, which has {len(lines)} line{'s' if len(lines) != 1 else ''}",
            f"give --at with a line from 1 to {len(lines)}",
        )
    width = len(lines[line - 1])
    if not 1 <= column <= width + 1:
        raise UsageError(
            f"column {column} is outside line {line}, which has {width} character{'s' if width != 1 else ''}",
            f"give --at {line}:COL with a column from 1 to {width + 1}",
        )
    return sum(len(each) + 1 for each in lines[: line - 1]) + column - 1


def split_lines(text: str) -> list[str]:
    """The lines of a text, each with its own ending; the last one has none and may be empty."""
    lines = _LINE.findall(text)
    if not lines or lines[-1][-1] in "\r\n":
        lines.append("")
    return lines


def index_of(line: str, column: int, units: Units) -> int:
    """The index into a line at a 0-based column in code units.

    A column inside a character is at its start; one past the end, or negative, is at that end of the line.
    """
    width = len(line) - len(line_ending(line))
    if units == "utf-32" or line.isascii():
        return max(0, min(column, width))
    for index in range(width):
        column -= _units(line[index], units)
        if column < 0:
            return index
    return width


def column_of(line: str, index: int, units: Units) -> int:
    """The 0-based column in code units at an index into a line."""
    if units == "utf-32" or line.isascii():
        return index
    return sum(_units(char, units) for char in line[:index])


def line_ending(line: str) -> str:
    """What ends a line: LF, CRLF, CR or nothing."""
    if line.endswith("\r\n"):
        return "\r\n"
    return line[-1] if line.endswith(("\n", "\r")) else ""


def _units(char: str, units: Units) -> int:
    """How many code units a character takes; a lone surrogate as many as its range."""
    code = ord(char)
    if units == "utf-16":
        return 2 if code > _LAST_OF_BMP else 1
    return 1 + (code > _LAST_OF_ONE) + (code > _LAST_OF_TWO) + (code > _LAST_OF_BMP)
