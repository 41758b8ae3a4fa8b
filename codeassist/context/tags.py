"""What a file defines, refers to and imports, from its syntax tree and the language's query (queries/*.scm)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from codeassist.context.captures import Captures, Found, capture, last_row, text_of
from codeassist.context.languages import Language, encode, parse
from codeassist.context.scope import body_of

if TYPE_CHECKING:
    import tree_sitter

_NAME, _PATH, _SIGNATURE, _DOC = 100, 200, 200, 160  # characters
_BYTES_READ = 2000  # of a signature, a docstring or a comment, before it is shortened
_COMMENTS = 200  # looked at above a definition
_DELIMITERS = re.compile(r"""^[a-zA-Z]{0,3}("{3}|'{3}|["'])|("{3}|'{3}|["'])$""")
_COMMENT_SIGNS = re.compile(r"^[ \t]*(?:/\*+!?|//[/!]?|\*+(?!/)|#+!?)?[ \t]?|[ \t]*\*+/[ \t]*$", re.MULTILINE)
_MARKUP = re.compile(r"</?[a-zA-Z][^<>\n]{0,80}>")
_PARAGRAPH_END = re.compile(r"\n[ \t]*(?=\n|@)")


class Tag(NamedTuple):
    """A definition. Lines are 1-based, both ends included, with its decorators and the like.

    Attributes:
        name: its own, such as "run".
        container: the names around it, such as "Runner" or "Outer.Inner"; "" at the top level.
        kind: "function", "class", "method", …, as in languages.toml; "constant" or what else the query calls it.
        body_line: the first line that holds nothing but its body; `end_line` + 1 if there is none.
        signature: its head in one line, without its body: "def run(self, limit: int = 3) -> str:"; bounded.
        doc: the first paragraph of its documentation in one line, "" if it has none; bounded.
    """

    name: str
    container: str
    kind: str
    start_line: int
    end_line: int
    body_line: int
    signature: str
    doc: str


class Import(NamedTuple):
    """One imported module or file.

    Attributes:
        module: as the language writes it: "a.b", "..b" (Python), "./x" (JavaScript), "fmt", "crate::a", "dir/x.h".
        names: what is taken from it; empty if the module as a whole, or everything.
        line: 1-based.
    """

    module: str
    names: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Tags:
    """Of one file. `definitions` in the order of the text; `references`: names that are called, used as types,
    inherited from, read as attributes or passed as values, with how often."""

    definitions: tuple[Tag, ...] = ()
    references: Mapping[str, int] = field(default_factory=dict)
    imports: tuple[Import, ...] = ()


def tags(language: Language, text: str) -> Tags:
    """The tags of a file; those that can be told of a broken one. Never raises for what a text holds."""
    data = encode(text)
    found = capture(language, parse(language, text))
    return Tags(
        definitions=tuple(_definitions(language, data, found)),
        references={name.decode("utf-8", "replace")[:_NAME]: count for name, count in found.references.items()},
        imports=tuple(_imports(found)),
    )


def _imports(found: Captures) -> Iterator[Import]:
    for node, names in found.modules.values():
        yield Import(text_of(node)[:_PATH].strip("\"'`"), tuple(dict.fromkeys(names)), node.start_point.row + 1)


def _definitions(language: Language, data: bytes, found: Captures) -> Iterator[Tag]:
    around: list[tuple[int, str]] = []  # (end, names from the outermost on)
    for one in sorted(found.definitions.values(), key=lambda one: (one.node.start_byte, -one.node.end_byte)):
        while around and around[-1][0] < one.node.end_byte:
            around.pop()
        container = one.container or (around[-1][1] if around else "")
        name = one.name[:_NAME]
        around.append((one.node.end_byte, f"{container}.{name}"[:_PATH] if container else name))
        yield _tag(language, data, found, one, container)


def _tag(language: Language, data: bytes, found: Captures, one: Found, container: str) -> Tag:
    outer = one.wrapper if one.wrapper is not None and len(found.wrapped[one.wrapper.id]) == 1 else one.node
    body = body_of(language, one.node)
    first, comment = _above(data, found, outer.start_point.row)
    last = last_row(outer)
    head = outer if outer.start_point.row == one.node.start_point.row else one.node
    end = body.start_byte if body is not None else one.node.end_byte
    return Tag(
        name=one.name[:_NAME],
        container=container,
        kind=one.kind,
        start_line=first + 1,
        end_line=last + 1,
        body_line=_body_row(data, body, last) + 1,
        signature=_one_line(
            data[head.start_byte : min(end, head.start_byte + _BYTES_READ)].decode("utf-8", "replace"), _SIGNATURE
        ),
        doc=_documentation(one.doc, comment),
    )


def _body_row(data: bytes, body: tree_sitter.Node | None, last: int) -> int:
    """The first row that holds nothing but the body."""
    if body is None:
        return last + 1
    before = data[max(0, body.start_byte - body.start_point.column) : body.start_byte]
    return min(body.start_point.row + bool(before.strip()), last + 1)


def _above(data: bytes, found: Captures, row: int) -> tuple[int, list[tree_sitter.Node]]:
    """The row where what belongs to the definition at `row` begins, and the comments right above, the last one first.

    Attributes belong to it; comments do not, they document it.
    """
    first = row
    comments: list[tree_sitter.Node] = []
    while len(comments) < _COMMENTS:
        if (attribute := found.above.get(row - 1)) is not None:
            first = row = attribute.start_point.row
        elif (comment := found.comments.get(row - 1)) is not None and _begins_line(data, comment):
            comments.append(comment)
            row = comment.start_point.row
        else:
            break
    return first, comments


def _begins_line(data: bytes, node: tree_sitter.Node) -> bool:
    return not data[node.start_byte - node.start_point.column : node.start_byte].strip()


def _documentation(inside: tree_sitter.Node | None, above: list[tree_sitter.Node]) -> str:
    """The first paragraph, without the signs around it and its markup."""
    text = _DELIMITERS.sub("", _beginning(inside)) if inside is not None else ""
    if not text.strip():
        text = "\n".join(_beginning(comment).rstrip("\n") for comment in reversed(above))
        text = _COMMENT_SIGNS.sub("", text)
    paragraph = _PARAGRAPH_END.split(_MARKUP.sub("", text).strip(), maxsplit=1)[0]
    return _one_line(paragraph, _DOC)


def _beginning(node: tree_sitter.Node) -> str:
    return (node.text or b"")[:_BYTES_READ].decode("utf-8", "replace")


def _one_line(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
