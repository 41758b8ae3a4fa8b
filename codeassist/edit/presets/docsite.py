"""Where the documentation of a definition is, or comes to be; and what of a file is documented already."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from codeassist import toml
from codeassist.context.captures import Captures, Found, capture, last_row
from codeassist.context.languages import Language, encode, parse_within
from codeassist.context.scope import body_of

if TYPE_CHECKING:
    import tree_sitter

_SECONDS = 1.0
_COMMENTS = 400  # above a definition


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of docforms.toml, which says what each field means."""

    languages: tuple[str, ...]
    place: Literal["inside", "above"]
    sign: str = ""
    signs: tuple[str, ...] = ()
    markup: str
    documenting: str = ""
    module: Literal["top", ""] = ""
    module_sign: str = ""


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    form: tuple[Form, ...]


@dataclass(frozen=True)
class Site:
    """A definition with the place of its documentation. Offsets are bytes of `encode(text)`.

    Attributes:
        name: its own; "" of a file.
        start, end: the documentation that is there; where it would come, if they are the same.
        fresh: the place is inside the body's own line, which has to be broken for it.
        node: the definition; None of a file.
        outer: where it begins, with its attributes, and ends.
    """

    name: str
    kind: str
    start: int
    end: int
    node: tree_sitter.Node | None
    outer: tuple[int, int]
    container: str = ""
    fresh: bool = False


@cache
def forms() -> dict[str, Form]:
    """The rows of docforms.toml by the languages they are for.

    Raises:
        ConfigError: a field is missing, unknown or of the wrong type.
    """
    table = toml.load_data(Path(__file__).with_name("docforms.toml"), _Table, "edit/presets/docforms.toml")
    return {language: row for row in table.form for language in row.languages}


class Sites:
    """The definitions of one text. `tree` is None where it cannot be parsed in time."""

    def __init__(self, language: Language, text: str) -> None:
        self.language = language
        self.text = text
        self.form = forms()[language.id]
        self.data = encode(text)
        self.tree = parse_within(language, text, _SECONDS)
        self._found = capture(language, self.tree, self.data) if self.tree is not None else Captures(self.data)

    def all(self) -> Iterator[Site]:
        """Every definition that can have documentation, in the order of the text."""
        for one in sorted(self._found.definitions.values(), key=lambda one: (one.node.start_byte, -one.node.end_byte)):
            if one.name and one.kind not in ("constant", "variable", "impl"):
                site = self._site(one)
                if site is not None:
                    yield site

    def at(self, start: int, end: int) -> Site | None:
        """The outermost definition within these bytes, which begins where they do or nearest to it."""
        inside = [each for each in self.all() if each.node is not None and start <= each.node.start_byte]
        inside = [each for each in inside if each.node is not None and each.node.end_byte <= end]
        return min(inside, key=lambda each: (each.outer[0], -each.outer[1]), default=None)

    def module(self) -> Site | None:
        """The file itself; None in a language whose files have no documentation."""
        if not self.form.module or self.tree is None:
            return None
        return self._python_module() if self.form.place == "inside" else self._top()

    def raw(self, site: Site) -> str:
        """The documentation that is there, as it is written."""
        return self.data[site.start : site.end].decode("utf-8", "replace")

    def _site(self, one: Found) -> Site | None:
        wrapper = one.wrapper
        alone = wrapper is not None and len(self._found.wrapped[wrapper.id]) == 1
        outer = wrapper if wrapper is not None and alone else one.node
        return self._inside(one, outer) if self.form.place == "inside" else self._above(one, outer)

    def _inside(self, one: Found, outer: tree_sitter.Node) -> Site | None:
        body = body_of(self.language, one.node)
        if body is None or one.kind not in ("function", "class"):
            return None
        around = (outer.start_byte, outer.end_byte)
        first = next((child for child in body.children if child.type != "comment"), None)
        if first is not None and _is_string(first):
            return Site(one.name, one.kind, first.start_byte, first.end_byte, one.node, around, one.container)
        colon = [child for child in one.node.children if child.type == ":" and child.end_byte <= body.start_byte]
        if not colon:
            return None
        place = colon[-1].end_byte
        fresh = body.start_point.row == colon[-1].end_point.row
        if not fresh:
            line_end = self.data.find(b"\n", place)
            place = line_end if line_end >= 0 else len(self.data)
        return Site(one.name, one.kind, place, place, one.node, around, one.container, fresh)

    def _above(self, one: Found, outer: tree_sitter.Node) -> Site | None:
        begin = self.data.rfind(b"\n", 0, outer.start_byte) + 1
        if self.data[begin : outer.start_byte].strip():
            return None  # something else is on its line
        row, first = outer.start_point.row, outer.start_byte
        comments: list[tree_sitter.Node] = []
        while len(comments) < _COMMENTS:
            attribute, comment = self._found.above.get(row - 1), self._found.comments.get(row - 1)
            if attribute is not None and not comments:
                row, first = attribute.start_point.row, attribute.start_byte
            elif comment is not None and self._documents(comment):
                comments.append(comment)
                row = comment.start_point.row
                if comment.start_point.row != last_row(comment):
                    break  # a block is all of it
            else:
                break
        start = comments[-1].start_byte if comments else first
        end = self._trimmed(comments[0]) if comments else first
        return Site(one.name, one.kind, start, end, one.node, (start, outer.end_byte), one.container)

    def _trimmed(self, comment: tree_sitter.Node) -> int:
        """Where a comment ends, without the newline that some grammars take in."""
        return comment.start_byte + len(self.data[comment.start_byte : comment.end_byte].rstrip(b"\r\n"))

    def _documents(self, comment: tree_sitter.Node) -> bool:
        begin = self.data.rfind(b"\n", 0, comment.start_byte) + 1
        alone = not self.data[begin : comment.start_byte].strip()
        return alone and re.match(self.form.documenting, self._found.text(comment, 200)) is not None

    def _python_module(self) -> Site | None:
        root = self.tree.root_node if self.tree is not None else None
        children = [] if root is None else [each for each in root.children[:_COMMENTS] if each.type != "comment"]
        if children and _is_string(children[0]):
            start, end = children[0].start_byte, children[0].end_byte
            return Site("", "module", start, end, None, (0, len(self.data)))
        place = _after_comments(self.data, (b"#",))
        return Site("", "module", place, place, None, (0, len(self.data)))

    def _top(self) -> Site:
        """After a shebang, a licence and directives; a block or lines that a blank line follows document the file."""
        place = 0
        lines = self.data.split(b"\n", _COMMENTS)[:_COMMENTS]
        if lines[0].startswith((b"#!", b"<?php")):
            place = len(lines[0]) + 1
        for row, comment in sorted(self._found.comments.items()):
            if self.data[place : comment.start_byte].strip():
                break
            text = self._found.text(comment, 4_000)
            if self._is_licence(text) or not self._documents(comment):
                place = min(len(self.data), self._trimmed(comment) + 1)
                continue
            last = self._run(row)
            end = self._trimmed(self._found.comments[last])
            if not self._belongs_to_next(end):
                return Site("", "module", comment.start_byte, end, None, (0, len(self.data)))
            break
        place = min(place, len(self.data))
        return Site("", "module", place, place, None, (0, len(self.data)))

    def _run(self, row: int) -> int:
        """The row of the last comment of those without a gap from one on."""
        while (following := self._found.comments.get(row + 1)) is not None and self._documents(following):
            row += 1
        return row

    def _belongs_to_next(self, end: int) -> bool:
        """Whether code follows a comment on the next line: but for a package's clause, it documents that."""
        following = self.data[end:].lstrip(b"\r")[:200]
        return not re.match(rb"\n[ \t]*(?:\n|package\b|\Z)", following) and bool(following.strip())

    @staticmethod
    def _is_licence(text: str) -> bool:
        return re.search(r"(?i)copyright|licen[cs]e|spdx-", text) is not None


def _is_string(node: tree_sitter.Node) -> bool:
    if node.type != "expression_statement" or node.named_child_count != 1:
        return False
    only = node.named_children[0]
    prefix = (only.text or b"")[:3].lower().partition(b'"')[0].partition(b"'")[0]
    return only.type == "string" and not set(prefix) & set(b"bft")


def _after_comments(data: bytes, signs: tuple[bytes, ...]) -> int:
    """Where the first line begins that is neither a comment nor, between comments, blank."""
    place = offset = 0
    for line in data.split(b"\n", _COMMENTS)[:_COMMENTS]:
        offset += len(line) + 1
        if line.startswith(signs):
            place = offset
        elif line.strip():
            break
    return min(place, len(data))
