"""The stretch around the cursor that is parsed on its own: a broken line elsewhere in the file must not count."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from codeassist.completion.filters.brackets import lex, unmatched
from codeassist.completion.filters.compiles import compiles
from codeassist.completion.filters.dedent import HEADER
from codeassist.completion.filters.hole import Hole, width
from codeassist.context.languages import Language, broken_places, parsable, parse

if TYPE_CHECKING:
    import tree_sitter

_STATEMENT = re.compile(r"[ \t]*[A-Za-z@](?!(?<=e)l(?:se|if)\b|(?<=e)xcept\b|(?<=f)inally\b)")
_INNER = re.compile(r"[ \t]*(?:end|fi|done|esac|then|do|else|elif|elsif|when|rescue|ensure)\b")  # not in braces
_LABEL = re.compile(r"[A-Za-z_][\w \t]*:(?!:)")  # `public:`, `out:` stand left of what they are in
_AFTER = 3  # statements after the cursor's own that are parsed with it: the first may need a second (`@cache`, `def`)
_FAR = 8 * 1024  # characters on each side


class Region(NamedTuple):
    """Text before and after the cursor."""

    prefix: str
    suffix: str


def regions(hole: Hole) -> list[Region]:
    """The definition around the cursor and the top-level statement around it, the smaller first, without equal ones.

    What is near, if neither can be told.
    """
    starts = _starts(hole) or [hole.prefix.rfind("\n", 0, max(0, len(hole.prefix) - _FAR)) + 1]
    return list(dict.fromkeys(Region(hole.prefix[start:], hole.suffix[: _end(hole, start)]) for start in starts))


def own_line(hole: Hole) -> Region:
    """The cursor's line."""
    return Region(hole.line, f"{hole.rest}\n")


def _starts(hole: Hole) -> list[int]:
    """Where the innermost `def` or `class` and the top-level statement around the cursor begin.

    Else where the last `def` or `class` before it does, even if it seems to stand in a string: all that is code does,
    where the text begins inside one.
    """
    lexed = lex(hole.language, hole.prefix)
    headers = bool(hole.language and hole.language.blocks == "indent")
    limit = width(hole.line) + 1  # a line that closes the definition's header stands as far left as it does
    found: list[int] = []
    last: list[int] = []
    offset = len(hole.prefix) - len(hole.line)
    while offset > max(0, len(hole.prefix) - _FAR):
        start = hole.prefix.rfind("\n", 0, offset - 1) + 1
        line = hole.prefix[start : offset - 1]
        top = _begins(hole, line) and not line[0].isspace() and (headers or not _LABEL.match(line))
        if top and not lexed.quoted(start):
            return [*found, start]
        if headers and not found and HEADER.match(line):
            found += [start] if width(line) < limit and not lexed.quoted(start) else []
            last = last or [start]
        offset = start
    return found or last


def _begins(hole: Hole, line: str) -> bool:
    """True if a statement begins with a line."""
    words = hole.language is not None and hole.language.blocks in ("end", "shell")
    return _STATEMENT.match(line) is not None and not (words and _INNER.match(line))


def _end(hole: Hole, start: int) -> int:
    """Where, after the cursor, the last of a few statements begins that stand no deeper than the region's first."""
    level = width(hole.prefix[start : start + 200])
    lexed = lex(hole.language, hole.prefix + hole.suffix)
    found: list[int] = []
    offset, decorates = hole.suffix.find("\n") + 1, hole.line.lstrip().startswith("@")
    while 0 < offset < len(hole.suffix) and len(found) < _AFTER:
        end = hole.suffix.find("\n", offset)
        line = hole.suffix[offset : end if end >= 0 else len(hole.suffix)]
        if _begins(hole, line) and width(line) <= level and not lexed.quoted(len(hole.prefix) + offset):
            found += [] if decorates else [offset]
            decorates = line.lstrip().startswith("@")
        offset = end + 1
    near = hole.suffix[:_FAR]
    end = found[-1] if found else len(near) if near == hole.suffix else max(near.rfind("\n\n"), near.find("\n"))
    return min(end, _closed(hole, start))


def _closed(hole: Hole, start: int) -> int:
    """Where, after the cursor, what was open before `start` is closed: a namespace whose inside is not indented."""
    if hole.truncated or hole.language is None or hole.language.blocks == "indent":
        return len(hole.suffix)
    brackets = lex(hole.language, hole.prefix + hole.suffix).brackets
    opened = unmatched(tuple(each for each in brackets if each.offset < start))[1]
    closers = unmatched(tuple(each for each in brackets if each.offset >= len(hole.prefix)))[0]
    if not opened or len(closers) < len(opened):
        return len(hole.suffix)
    return closers[-len(opened)].offset - len(hole.prefix)


class Parsed:
    """A region that is parsed again and again, each time with another text at the cursor.

    After the first, the tree of the text without any is kept: each parse then costs what the inserted text costs.
    """

    def __init__(self, language: Language, region: Region) -> None:
        self._language, self._region = language, region
        self._before, self._after = parsable(language, region.prefix), parsable(language, region.suffix)
        self._tree: tree_sitter.Tree | None = None
        self._known: dict[str, int] = {}

    def errors(self, middle: str) -> int:
        """0 if the region parses with this text at the cursor, 1 if only the interpreter refuses it.

        Else one more than the ERROR and MISSING nodes.
        """
        if middle not in self._known:
            self._known[middle] = self._count(middle)
        return self._known[middle]

    def _count(self, middle: str) -> int:
        count = broken_places(self._with(middle) if self._known else self._first(middle))
        if count or self._language.id != "python":
            return count and count + 1
        return int(not compiles(f"{self._region.prefix}{middle}{self._region.suffix}"))

    def _first(self, middle: str) -> tree_sitter.Tree:
        return parse(self._language, f"{self._region.prefix}{middle}{self._region.suffix}")

    def _with(self, middle: str) -> tree_sitter.Tree:
        import tree_sitter

        if self._tree is None:
            self._tree = self._first("")
        inserted, at = parsable(self._language, middle), len(self._before)
        begin, end = _point(self._before), _point(self._before + inserted)
        tree = self._tree.copy()
        tree.edit(at, at, at + len(inserted), begin, begin, end)
        return tree_sitter.Parser(tree.language).parse(self._before + inserted + self._after, tree)


def _point(data: bytes) -> tuple[int, int]:
    return data.count(b"\n"), len(data) - data.rfind(b"\n") - 1
