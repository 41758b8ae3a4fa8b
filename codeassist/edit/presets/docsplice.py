"""Puts documentation into a file, and shows that the code of the file is the same as before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from codeassist.context.languages import Language, broken_places, encode, parse_within
from codeassist.edit.original import Splice
from codeassist.edit.presets.docrender import Conventions, rendered
from codeassist.edit.presets.docsite import Site, Sites
from codeassist.edit.presets.documentation import Documentation

if TYPE_CHECKING:
    import tree_sitter

_SECONDS = 1.0
_MOST_TOKENS = 400_000


def splice(sites: Sites, site: Site, doc: Documentation, how: Conventions) -> Splice:
    """The documentation in its place: of what is there already, else where it belongs."""
    data = sites.data
    start, end, before, after = site.start, site.end, "", ""
    indent = _indent(sites, site)
    if start == end and site.node is None:
        before, after = _around_top(sites, site, how)
    elif start == end and sites.form.place == "inside":
        before = f"\n{indent}"
        after = f"\n{indent}" if site.fresh else "\n" if site.kind == "class" and not _blank(data, end) else ""
        if site.fresh:
            rest = data[end:]
            end += len(rest) - len(rest.lstrip(b" \t"))
    elif start == end:
        after = f"\n{indent}"
    text = before + rendered(doc, how, indent) + after
    return Splice(_characters(data, start), _characters(data, end), text)


def same_code(language: Language, before: str, after: str, put: Splice) -> bool:
    """Whether two texts have the same code, and what was put into the second one is only documentation."""
    old, new = parse_within(language, before, _SECONDS), parse_within(language, after, _SECONDS)
    if old is None or new is None or broken_places(new) > broken_places(old):
        return False
    head = len(encode(before[: put.start]))
    was = (head, head + len(encode(before[put.start : put.end])))
    now = (head, head + len(encode(put.text)))
    return _code(language, old, before, was) == _code(language, new, after, now) != None  # noqa: E711


def _code(language: Language, tree: tree_sitter.Tree, text: str, part: tuple[int, int]) -> list[bytes] | None:
    """The tokens outside a part; None if in the part is something else than comments and a string, or there are too
    many."""
    data, found = encode(text), []
    for node in _tokens(tree):
        if part[0] <= node.start_byte and node.end_byte <= part[1] + 1 and node.start_byte < part[1]:
            if "comment" not in node.type and not (language.blocks == "indent" and node.type == "string"):
                return None
        elif "comment" not in node.type:
            found.append(node.type.encode() + b" " + data[node.start_byte : node.end_byte])
        if len(found) > _MOST_TOKENS:
            return None
    return found


def _tokens(tree: tree_sitter.Tree) -> Iterator[tree_sitter.Node]:
    """The leaves of a tree in their order, without recursion; comments and strings are leaves."""
    cursor = tree.walk()
    while True:
        node = cursor.node
        leaf = node is not None and ("comment" in node.type or node.type == "string" or not node.child_count)
        if leaf and node is not None and node.end_byte > node.start_byte:
            yield node
        if (not leaf and cursor.goto_first_child()) or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return


def _indent(sites: Sites, site: Site) -> str:
    """The blanks before documentation in its place."""
    data = sites.data
    if site.node is None:
        return ""
    if sites.form.place == "above" or site.end > site.start:
        line = data[data.rfind(b"\n", 0, site.start) + 1 : site.start]
        if not line.strip(b" \t"):
            return line.decode()
    own = data[data.rfind(b"\n", 0, site.node.start_byte) + 1 : site.node.start_byte]
    own = own[: len(own) - len(own.lstrip(b" \t"))]
    body = next((child for child in site.node.children if child.type == "block"), None)
    if body is not None and not site.fresh:
        line = data[data.rfind(b"\n", 0, body.start_byte) + 1 : body.start_byte]
        if line and not line.strip(b" \t"):
            return line.decode()
    return own.decode() + ("\t" if own.startswith(b"\t") else "    ")


def _around_top(sites: Sites, site: Site, how: Conventions) -> tuple[str, str]:
    """What stands between a file's documentation and what is above and below it."""
    above = sites.data[: site.start]
    last = above.rstrip(b"\n").rpartition(b"\n")[2]
    apart = how.sign and last.startswith((b"//", b"#", b"*", b" *", b"/*", b"<?")) and not last.startswith(b"#!")
    before = "\n" if apart and not above.endswith(b"\n\n") else ""
    if above and not above.endswith(b"\n"):
        before = f"\n{before}"
    if sites.language.id == "go":
        return before, "\n"
    return before, "\n" if _blank(sites.data, site.end - 1) else "\n\n"


def _blank(data: bytes, end: int) -> bool:
    """Whether the line after a place is blank, or there is none."""
    following = data[end + 1 : end + 200]
    return not following or following.partition(b"\n")[0].strip() == b""


def _characters(data: bytes, offset: int) -> int:
    return len(data[:offset].decode("utf-8", "surrogatepass"))
