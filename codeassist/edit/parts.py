"""The definitions of a text as stretches of it, with what belongs to each: decorators, attributes, `export`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from codeassist.context.captures import Captures, Found, capture
from codeassist.context.languages import Language, broken_places, encode, language_for, parsable, parse_within
from codeassist.context.scope import Offsets, body_of
from codeassist.context.tags import named

if TYPE_CHECKING:
    import tree_sitter

LONGEST = 2_000_000  # characters of a text that is parsed
BROKEN_NODES = 20_000  # of a broken tree that are looked at
_REMEMBERED = 200_000
_PARSE_SECONDS = 2.0
_ATTRIBUTES = 50  # above a definition
BOUND = frozenset({"constant", "variable"})


class Part(NamedTuple):
    """A definition.

    Attributes:
        name: its own; `container`: the names around it, "" at the top level.
        start, end: characters, with its wrapper and attributes; `head`: where the definition itself begins.
        body: where its body begins, -1 if it has none.
        kind: as in languages.toml, or what tags call it ("constant").
        type: the node's.
        broken: there is a place in it that does not parse.
    """

    name: str
    container: str
    kind: str
    start: int
    head: int
    body: int
    end: int
    type: str
    broken: bool

    @property
    def full_name(self) -> str:
        """With what is around it."""
        return f"{self.container}.{self.name}" if self.container else self.name


@dataclass(frozen=True)
class Syntax:
    """A text that was parsed. `places` turns bytes of the tree into characters."""

    language: Language
    text: str
    tree: tree_sitter.Tree
    parts: tuple[Part, ...] = ()
    places: Offsets = field(default_factory=lambda: Offsets(b""))
    captures: Captures = field(default_factory=lambda: Captures(b""))

    @property
    def broken(self) -> int:
        """How many places do not parse."""
        return broken_places(self.tree, BROKEN_NODES)

    def innermost(self, start: int, end: int) -> Part | None:
        """The smallest definition that holds a stretch."""
        around = [each for each in self.parts if each.start <= start and end <= each.end]
        return min(around, key=lambda each: each.end - each.start, default=None)

    def definitions(self) -> list[Part]:
        """Without constants and variables."""
        return [each for each in self.parts if each.kind not in BOUND]

    def tokens(self, start: int, end: int) -> Iterator[str]:
        """The tokens between two characters, without comments."""
        first, last = len(encode(self.text[:start])), len(encode(self.text[:end]))
        cursor, data = self.tree.walk(), self.captures.data
        while True:
            node = cursor.node
            if node is None or node.start_byte >= last:
                return
            if node.end_byte > first and "comment" not in node.type:
                if node.child_count == 0:
                    yield data[node.start_byte : node.end_byte].decode("utf-8", "replace").strip()
                elif node.start_byte < first:
                    if cursor.goto_first_child_for_byte(first) is not None:
                        continue
                elif cursor.goto_first_child():
                    continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return

    def outermost(self) -> list[Part]:
        """The definitions that are in no other."""
        found: list[Part] = []
        for each in self.definitions():
            if not found or each.start >= found[-1].end:
                found.append(each)
        return found


def syntax(language: Language | None, text: str) -> Syntax | None:
    """Parse a text; None where that cannot be done, or not in time."""
    if language is None or len(text) > LONGEST:
        return None
    return _remembered(language, text) if len(text) <= _REMEMBERED else _parsed(language, text)


@lru_cache(maxsize=8)  # a file is looked at again for each draft
def _remembered(language: Language, text: str) -> Syntax | None:
    return _parsed(language, text)


def _parsed(language: Language, text: str) -> Syntax | None:
    tree = parse_within(language, text, _PARSE_SECONDS)
    if tree is None:
        return None
    data = encode(text)
    found, at = capture(language, tree, data), Offsets(data)
    raw = [_raw(language, found, *each) for each in named(found)]
    known = {place: at[place] for place in sorted({place for each in raw for place in each[3:7]} - {-1})}
    known[-1] = -1
    parts = [
        each._replace(start=known[each.start], head=known[each.head], body=known[each.body], end=known[each.end])
        for each in raw
    ]
    return Syntax(language, text, tree, tuple(sorted(parts, key=lambda each: (each.start, -each.end))), at, found)


def syntax_of(path: str, text: str) -> Syntax | None:
    """As `syntax`, by a file's name."""
    return syntax(language_for(path), text)


def is_blanked(code: Syntax) -> bool:
    """Whether the parser was not shown all of a text, since it would have taken too long: thousands of signs."""
    blanks = code.text.count(" ") + code.text.count("\0")
    return parsable(code.language, code.text).count(b" ") != blanks


def _raw(language: Language, found: Captures, one: Found, name: str, container: str) -> Part:
    """A definition by bytes."""
    node = one.node
    outer = one.wrapper if one.wrapper is not None and len(found.wrapped[one.wrapper.id]) == 1 else node
    body = body_of(language, node)
    start = min([outer.start_byte, *(each.start_byte for each in _attributes(found, outer))])
    text = found.data[outer.start_byte : outer.end_byte]
    end = outer.start_byte + len(text.rstrip())  # some nodes hold the end of their line
    place = body.start_byte if body is not None else -1
    return Part(name, container, one.kind, start, node.start_byte, place, end, node.type, outer.has_error)


def _attributes(found: Captures, node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """What stands right before a definition as nodes of their own, and belongs to it."""
    first = node
    for _ in range(_ATTRIBUTES):
        row = first.start_point.row
        each = found.above.get(row)
        if each is None or each.end_byte > first.start_byte:
            each = found.above.get(row - 1)
        if each is None or each.start_byte >= first.start_byte:
            return
        yield each
        first = each
