"""A diff on a terminal: with line numbers and colours, one column or two; everything of a file is inert text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, NamedTuple

from codeassist.commands import hunk_text
from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.hunk import Hunk, counts, hunks
from codeassist.terminal import console, one_line

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_STYLES = {" ": "dim", "-": "red", "+": "green"}
_CHANGED = "bold underline"  # words of a line
_COLOURED, _LONGEST = 40_000, 1_000  # characters of a hunk and of a line that are coloured: lexers are not bounded
_WORDS, _LINES = 200, 40  # of a line and of a change, that are compared
_ALIKE = 0.5
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_UNENDED = "\\ no newline at the end"


class _Row(NamedTuple):
    """A line of one side: its number, from 1; what becomes of it; what is shown."""

    number: int
    sign: str
    code: Text


def show_diff(change: ChangeSet, *, side_by_side: bool = False, stderr: bool = False) -> None:
    """All of a change."""
    view = DiffView(side_by_side=side_by_side, stderr=stderr)
    for edit, parts in zip(change.files, hunks(change), strict=True):
        view.file(edit, parts)
        for each in parts:
            view.hunk(edit, each)


@dataclass(frozen=True)
class DiffView:
    """Shows the files and hunks of a change one by one."""

    side_by_side: bool = False
    stderr: bool = False

    def file(self, edit: FileEdit, parts: Sequence[Hunk]) -> None:
        """The line above a file's hunks."""
        from rich.text import Text

        what = "new file" if edit.before is None else "deleted" if edit.after is None else ""
        added, removed = counts(parts)
        head = Text.assemble(
            (one_line(edit.path), "bold"), f"  +{added} −{removed}", (f"  {what}" if what else "", "italic")
        )
        console(stderr=self.stderr).print(head)

    def hunk(self, edit: FileEdit, hunk: Hunk) -> None:
        """The lines of a hunk."""
        old, new = _sides(edit, hunk)
        table = _beside(old, new, hunk) if self.side_by_side else _unified(old, new, hunk)
        screen = console(stderr=self.stderr)
        screen.print(table, soft_wrap=False)
        screen.print()


def _sides(edit: FileEdit, hunk: Hunk) -> tuple[list[_Row], list[_Row]]:
    """Each line of a hunk's old and new ones, coloured; what differs in a line that is nearly the same, marked."""
    encoding = hunk_text.encoding_of(edit)
    before, after = hunk_text.texts(hunk.old, encoding), hunk_text.texts(hunk.new, encoding)
    alike = all(line.endswith("\r\n") for line in (*before, *after) if line.endswith("\n"))
    old, new = (_coloured(hunk_text.shown(side, returns=not alike), edit.path) for side in (before, after))
    for one in hunk.stretches:
        pairs = zip(old[one.old : one.old_end], new[one.new : one.new_end], strict=False)
        for left, right in islice(pairs, _LINES):
            _mark_words(left, right)
    removed = {line for one in hunk.stretches for line in range(one.old, one.old_end)}
    added = {line for one in hunk.stretches for line in range(one.new, one.new_end)}
    return (
        _rows(old, before, removed, hunk.start, "-"),
        _rows(new, after, added, hunk.new_start, "+"),
    )


def _rows(codes: Sequence[Text], lines: Sequence[str], touched: set[int], start: int, sign: str) -> list[_Row]:
    rows: list[_Row] = []
    for index, (code, line) in enumerate(zip(codes, lines, strict=True)):
        if index not in touched:
            code.stylize("dim")
        if not line.endswith("\n"):
            code.append(f"  {_UNENDED}", "dim italic")
        rows.append(_Row(start + index + 1, sign if index in touched else " ", code))
    return rows


def _coloured(lines: Sequence[str], path: str) -> list[Text]:
    """Lines in the colours of their language, where that is cheap."""
    from rich.text import Text

    plain = [Text(line) for line in lines]
    if not lines or sum(map(len, lines)) > _COLOURED or max(map(len, lines)) > _LONGEST:
        return plain
    from rich.syntax import Syntax

    lexer = Syntax.guess_lexer(path.rpartition("/")[2])
    if lexer == "default":
        return plain
    syntax = Syntax("", lexer, theme="ansi_dark", background_color="default")
    found = list(syntax.highlight("\n".join(lines)).split("\n", allow_blank=True))[: len(lines)]
    same = [each.plain for each in found] == list(lines)  # a lexer may drop blank lines at the ends
    return found if same else plain


def _mark_words(old: Text, new: Text) -> None:
    """Mark what differs between two lines that are mostly alike."""
    left, right = _WORD.findall(old.plain), _WORD.findall(new.plain)
    if max(len(left), len(right)) > _WORDS:
        return
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind != "equal":
            old.stylize(_CHANGED, *_span(left, start, end))
            new.stylize(_CHANGED, *_span(right, new_start, new_end))


def _span(words: Sequence[str], start: int, end: int) -> tuple[int, int]:
    begin = sum(map(len, words[:start]))
    return begin, begin + sum(map(len, words[start:end]))


def _blocks(
    old: Sequence[_Row], new: Sequence[_Row], hunk: Hunk
) -> Iterator[tuple[bool, Sequence[_Row], Sequence[_Row]]]:
    """The lines of both sides, what is the same and what differs (True) in turn."""
    at, new_at = 0, 0
    for one in hunk.stretches:
        yield False, old[at : one.old], new[new_at : one.new]
        yield True, old[one.old : one.old_end], new[one.new : one.new_end]
        at, new_at = one.old_end, one.new_end
    yield False, old[at:], new[new_at:]


def _table(old: Sequence[_Row], new: Sequence[_Row], columns: str) -> Table:
    """A table of columns: "n" the numbers of lines, "s" signs, "c" code."""
    from rich.table import Table

    table = Table.grid(padding=(0, 1), expand=True)
    width = len(str(max((each.number for each in (*old[-1:], *new[-1:])), default=0)))
    for each in columns:
        if each == "n":
            table.add_column(justify="right", width=max(3, width), style="dim")
        elif each == "s":
            table.add_column(width=1)
        else:
            table.add_column(ratio=1, overflow="fold")
    return table


def _unified(old: Sequence[_Row], new: Sequence[_Row], hunk: Hunk) -> Table:
    table = _table(old, new, "nnsc")
    for differs, before, after in _blocks(old, new, hunk):
        if not differs:
            for left, right in zip(before, after, strict=True):
                table.add_row(str(left.number), str(right.number), "", right.code)
            continue
        for each in before:
            table.add_row(str(each.number), "", _signed(each), each.code)
        for each in after:
            table.add_row("", str(each.number), _signed(each), each.code)
    return table


def _beside(old: Sequence[_Row], new: Sequence[_Row], hunk: Hunk) -> Table:
    table = _table(old, new, "nscnsc")
    for _, before, after in _blocks(old, new, hunk):
        for pair in zip_longest(before, after):
            cells: list[str | Text] = []
            for each in pair:
                cells += [str(each.number), _signed(each), each.code] if each else ["", "", ""]
            table.add_row(*cells)
    return table


def _signed(row: _Row) -> Text:
    from rich.text import Text

    return Text(row.sign, f"bold {_STYLES[row.sign]}")
