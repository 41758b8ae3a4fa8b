"""What a file defines, refers to and imports, from its syntax tree and the language's query (queries/*.scm)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from codeassist.context.captures import Captures, Found, capture, last_row
from codeassist.context.languages import Language, encode, parse_within
from codeassist.context.scope import body_of
from codeassist.context.usepaths import use_paths

if TYPE_CHECKING:
    import tree_sitter

_PARSE_SECONDS = 2.0  # of the processor; a million characters of ordinary code take a tenth
_NAME, _PATH, _SIGNATURE, _DOC = 100, 200, 200, 160  # characters
_BYTES_READ = 2000  # of a signature, a docstring or a comment, before it is shortened
_COMMENTS = 200  # looked at above a definition
_DELIMITERS = re.compile(r"""^[a-zA-Z]{0,3}("{3}|'{3}|["'])|("{3}|'{3}|["'])$""")
_COMMENT_SIGNS = re.compile(r"^[ \t]*(?:/\*+!?|//[/!]?|\*+(?!/)|#+!?)?[ \t]?|[ \t]*\*+/[ \t]*$", re.MULTILINE)
_MARKUP = re.compile(r"</?[a-zA-Z][^<>\n]{0,80}>")
_QUOTES = re.compile(r"^[\"'`]|[\"'`]$")
_TEMPLATE = re.compile(r"<[^<>]*>")
_BOUND_AGAIN = ("constant", "variable")  # kinds of which the first of a name counts
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
    tree = parse_within(language, text, _PARSE_SECONDS)
    if tree is None:
        return Tags()
    found = capture(language, tree, data)
    return Tags(
        definitions=tuple(_definitions(language, found)),
        references=_references(found),
        imports=tuple(_imports(found)),
    )


def _references(found: Captures) -> dict[str, int]:
    names = ((name.decode("utf-8", "replace").lstrip(":")[:_NAME], count) for name, count in found.used().items())
    return {name: count for name, count in names if name and (name[0].isalpha() or name[0] in "_$")}


def _imports(found: Captures) -> list[Import]:
    modules = [(node, _QUOTES.sub("", found.text(node, _PATH)), names) for node, names in found.modules.values()]
    for node in found.paths.values():
        if node.id not in found.modules:
            modules += [(node, *each) for each in use_paths(found.text(node, _BYTES_READ)).items()]
    modules.sort(key=lambda each: each[0].start_byte)
    return [
        Import(module, tuple(dict.fromkeys(names)), node.start_point.row + 1)
        for node, module, names in modules
        if module
    ]


def named(found: Captures) -> Iterator[tuple[Found, str, str]]:
    """Definitions in the order of the text, those around others first; each with its own name and its container."""
    around: list[tuple[int, int, str]] = []  # (end, the node's id, names from the outermost on)
    for one in sorted(found.definitions.values(), key=lambda one: (one.node.start_byte, -one.node.end_byte)):
        while around and around[-1][0] < one.node.end_byte:
            around.pop()
        inside = [each for each in around[-2:] if one.wrapper is None or each[1] != one.wrapper.id]
        *before, name = _TEMPLATE.sub("", one.name).split("::") if "operator" not in one.name else (one.name,)
        container = ".".join(filter(None, [one.container or (inside[-1][2] if inside else ""), *before]))[:_PATH]
        name = name[:_NAME]
        around.append((one.node.end_byte, one.node.id, f"{container}.{name}"[:_PATH] if container else name))
        if name:
            yield one, name, container


def _definitions(language: Language, found: Captures) -> Iterator[Tag]:
    constants: set[tuple[str, str]] = set()
    for one, name, container in named(found):
        if not (one.kind in _BOUND_AGAIN and (container, name) in constants):
            constants.add((container, name))
            yield _tag(language, found, one, name, container)


def _tag(language: Language, found: Captures, one: Found, name: str, container: str) -> Tag:
    outer = one.wrapper if one.wrapper is not None and len(found.wrapped[one.wrapper.id]) == 1 else one.node
    first, comments = _above(found, outer.start_point.row)
    last = last_row(outer)
    end, row = _head_end(language, one.node)
    start = (outer if outer.start_point.row == one.node.start_point.row else one.node).start_byte
    head = _one_line(found.data[start : min(end, start + _BYTES_READ)].decode("utf-8", "replace"), _SIGNATURE)
    return Tag(
        name=name,
        container=container,
        kind=one.kind,
        start_line=first + 1,
        end_line=last + 1,
        body_line=min(row, last) + 2,
        signature=f"{head} … {name}" if one.kind == "type" and name not in head else head,
        doc=_documentation(found, one.doc, comments),
    )


def _head_end(language: Language, node: tree_sitter.Node) -> tuple[int, int]:
    """The byte where a definition's head ends, and the last row that holds something of it or opens the body."""
    body = body_of(language, node)
    if body is None:
        return node.end_byte, last_row(node)
    end, row = body.start_byte, body.start_point.row
    for child in node.children:
        if child.start_byte >= body.start_byte:
            break
        if child.end_byte > body.start_byte:
            return body.start_byte, body.start_point.row
        if "comment" not in child.type:
            end, row = child.end_byte, child.end_point.row
    return end, row


def _above(found: Captures, row: int) -> tuple[int, list[tree_sitter.Node]]:
    """The row where what belongs to the definition at `row` begins, and the comments right above, the last one first.

    Attributes belong to it; comments do not, they document it.
    """
    first = row
    comments: list[tree_sitter.Node] = []
    while len(comments) < _COMMENTS:
        if (attribute := found.above.get(row - 1)) is not None:
            first = row = attribute.start_point.row
        elif (comment := found.comments.get(row - 1)) is not None and _begins_line(found.data, comment):
            comments.append(comment)
            row = comment.start_point.row
        else:
            break
    return first, comments


def _begins_line(data: bytes, node: tree_sitter.Node) -> bool:
    return not data[node.start_byte - node.start_point.column : node.start_byte].strip()


def _documentation(found: Captures, inside: tree_sitter.Node | None, above: list[tree_sitter.Node]) -> str:
    """The first paragraph, without the signs around it and its markup."""
    text = _DELIMITERS.sub("", found.text(inside, _BYTES_READ)) if inside is not None else ""
    if not text.strip():
        text = "\n".join(found.text(comment, _BYTES_READ).rstrip("\n") for comment in reversed(above))
        text = _COMMENT_SIGNS.sub("", text)
    paragraph = _PARAGRAPH_END.split(_MARKUP.sub("", text).strip(), maxsplit=1)[0]
    return _one_line(paragraph, _DOC)


def _one_line(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
