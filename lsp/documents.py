"""The open documents: text as the editor has it, kept by its own notifications.

Only LF, CRLF and CR end a line; positions count code units of the negotiated encoding. (pygls keeps documents too,
and misplaces edits around form feed, U+2028, NEL, past-the-end and CRLF positions.)
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lsprotocol import types

from codeassist.completion.decoding import Place
from codeassist.context.languages import language_for, languages
from codeassist.text import Units, column_of, index_of, line_ending, split_lines

_NEWLINE = re.compile(r"\r\n|\r")
_HALF = re.compile("[\ud800-\udfff]")
_ALIASES = {"javascriptreact": "javascript"}  # language ids of editors: ours


@dataclass(frozen=True)
class Spot:
    """A position that exists in a document: 0-based line and index into it, in characters."""

    line: int
    index: int


class Document:
    """One open document. `revision` grows with every change, whatever versions the client counts.

    `path` tells its language too; `file` is its file on disk, None if it is not of one.
    """

    def __init__(self, uri: str, language_id: str, version: int, text: str, units: Units) -> None:
        self.uri = uri
        self.language_id = language_id
        self.version = version
        self.revision = 0
        self.path = _path_of(uri, language_id)
        self.file = _file_of(uri)
        self.edited = Spot(0, 0)  # the end of the last change
        self._units = units
        self._lines = split_lines(text)

    @property
    def text(self) -> str:
        """The whole text, as the editor has it."""
        return "".join(self._lines)

    def digest(self) -> str:
        """A SHA-256 of the text, by which a client can tell that both have the same."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    def change(self, changes: list[types.TextDocumentContentChangeEvent], version: int | None) -> None:
        """Apply the changes of one notification, in order."""
        for each in changes:
            if isinstance(each, types.TextDocumentContentChangePartial):
                self._splice(each.range, each.text)
            else:
                self._lines = split_lines(each.text)
                self.edited = Spot(len(self._lines) - 1, len(self._lines[-1]))
        self.revision += 1
        if version is not None:
            self.version = version

    def spot(self, position: types.Position) -> Spot:
        """The place of a position; past the end of a line or of the document is at that end."""
        if position.line >= len(self._lines):
            return Spot(len(self._lines) - 1, len(self._lines[-1]))
        line = max(0, position.line)
        return Spot(line, index_of(self._lines[line], position.character if position.line >= 0 else 0, self._units))

    def position(self, spot: Spot) -> types.Position:
        """A place as the client counts."""
        return types.Position(spot.line, column_of(self._lines[spot.line], spot.index, self._units))

    def before_on_line(self, spot: Spot) -> str:
        """The text of the place's line up to it."""
        return self._lines[spot.line][: spot.index]

    def after_on_line(self, spot: Spot) -> str:
        """The text of the place's line from it on, without the line's ending."""
        line = self._lines[spot.line]
        return line[spot.index : len(line) - len(line_ending(line))]

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its ending; "" if there is no such line."""
        line = self._lines[number - 1] if 1 <= number <= len(self._lines) else ""
        return line[: len(line) - len(line_ending(line))]

    def ending(self, number: int) -> str:
        """How a line, counted from 1, ends; as most do, where it has no ending or there is no such line."""
        line = self._lines[number - 1] if 1 <= number <= len(self._lines) else ""
        return line_ending(line) or self.newline

    def offset(self, spot: Spot) -> int:
        """The index of a place into the text with LF newlines."""
        above = self._lines[: spot.line]
        return sum(len(line) - len(line_ending(line)) + 1 for line in above) + spot.index

    def stretch(self, first: int, last: int) -> types.Range:
        """Lines, counted from 1 and both included, without the blanks around their text."""
        first, last = (max(1, min(number, len(self._lines))) for number in (first, last))
        above, below = self.line(first), self.line(last)
        start, end = Spot(first - 1, len(above) - len(above.lstrip())), Spot(last - 1, len(below.rstrip()))
        return types.Range(self.position(start), self.position(max(start, end, key=lambda it: (it.line, it.index))))

    def whole(self, first: int, last: int) -> types.Range:
        """Lines, counted from 1 and both included, with the last one's ending; `last` = `first` - 1 is before them."""
        start, end = (Spot(line, 0) if line < len(self._lines) else self.end() for line in (first - 1, last))
        return types.Range(self.position(start), self.position(end))

    def sound(self) -> str:
        """The whole text with LF newlines, as it can be encoded."""
        return _sound(self.text)

    def whole_characters(self) -> bool:
        """Whether `sound()` has the same characters: none of the text is half of one."""
        return _HALF.search(self.text) is None

    def end(self) -> Spot:
        """The place after the last character."""
        return Spot(len(self._lines) - 1, len(self._lines[-1]))

    def place(self, spot: Spot, inserted: str = "", until: Spot | None = None) -> Place:
        """What the completer works on: as if `inserted` stood between a place and another of its line."""
        line, last = self._lines[spot.line], until or spot
        before = "".join(self._lines[: spot.line]) + line[: spot.index] + inserted
        after = line[last.index :] + "".join(self._lines[spot.line + 1 :])
        return Place(self.path, _sound(before), _sound(after))

    @property
    def newline(self) -> str:
        """The most frequent newline; LF where there is none."""
        text = self.text
        if "\r" not in text:
            return "\n"
        crlf = text.count("\r\n")
        counts = {"\r\n": crlf, "\n": text.count("\n") - crlf, "\r": text.count("\r") - crlf}
        return max(counts, key=lambda kind: counts[kind])

    def _splice(self, where: types.Range, text: str) -> None:
        start, end = self.spot(where.start), self.spot(where.end)
        if (end.line, end.index) < (start.line, start.index):
            start, end = end, start
        # One line more on each side: the change may join a CR and an LF to one ending, or part them.
        first, last = max(0, start.line - 1), min(len(self._lines), end.line + 2)
        above = "".join(self._lines[first : start.line]) + self._lines[start.line][: start.index] + text
        below = self._lines[end.line][end.index :] + "".join(self._lines[end.line + 1 : last])
        fresh = split_lines(above + below)
        if last < len(self._lines):
            fresh.pop()  # the empty line after the last ending: the text goes on
        self._lines[first:last] = fresh
        edited = split_lines(above)
        line = min(first + len(edited) - 1, len(self._lines) - 1)
        self.edited = Spot(line, min(len(edited[-1]), len(self._lines[line])))


class Documents:
    """All open documents, by URI. Used from the event loop only."""

    def __init__(self) -> None:
        self.units: Units = "utf-16"
        self._open: dict[str, Document] = {}

    def open(self, item: types.TextDocumentItem) -> Document:
        """The editor shows a document."""
        document = Document(item.uri, item.language_id, item.version, item.text, self.units)
        self._open[item.uri] = document
        return document

    def all(self) -> list[Document]:
        """Every open document."""
        return list(self._open.values())

    def get(self, uri: str) -> Document | None:
        """A document, if it is open."""
        return self._open.get(uri)

    def close(self, uri: str) -> None:
        """The editor has put a document away."""
        self._open.pop(uri, None)


def choose_units(offered: Sequence[str] | None) -> Units:
    """The position encoding: code points where the client can, as they need no conversion; else what it likes best."""
    known: dict[str, Units] = {"utf-8": "utf-8", "utf-16": "utf-16", "utf-32": "utf-32"}
    usable = [known[each] for each in offered or [] if each in known]
    if "utf-32" in usable:
        return "utf-32"
    return usable[0] if usable else "utf-16"


def _file_of(uri: str) -> Path | None:
    """The file that a URI names."""
    scheme, name = _name_of(uri, "surrogateescape")
    return Path(name) if scheme == "file" and name.startswith("/") else None


def _name_of(uri: str, errors: str = "replace") -> tuple[str, str]:
    """The scheme and the path; `errors`: what becomes of bytes that are no text."""
    try:
        parts = urlsplit(uri)
        return parts.scheme, unquote(parts.path, errors=errors).replace("\0", "")
    except ValueError:
        return "", ""


def _path_of(uri: str, language_id: str) -> Path:
    """The file that a document is, or will be; an extension is added where only the editor knows the language."""
    path = Path(_name_of(uri)[1] or "untitled")
    language = languages().get(_ALIASES.get(language_id, language_id))
    if language is not None and language_for(path) is None:
        path = path.parent / ((path.name or "untitled") + language.extensions[0])
    return path


def language_names(document: Document) -> tuple[str, ...]:
    """What a document's language is called: by the editor, and here."""
    language = language_for(document.path)
    return (document.language_id, language.id) if language else (document.language_id,)


def _sound(text: str) -> str:
    """Text with LF newlines that can be encoded: a lone surrogate, possible in JSON, becomes U+FFFD."""
    if "\r" in text:
        text = _NEWLINE.sub("\n", text)
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
