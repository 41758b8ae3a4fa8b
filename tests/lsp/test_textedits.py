"""Edits between two texts: applied as an editor does, in every encoding and newline, they give the second one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from codeassist.lsp.documents import Document
from codeassist.lsp.textedits import Lines, Piece, moved, pieces, text_edits
from codeassist.text import Units, split_lines

URI = "file:///project/a.py"
LINES = ["a", "b", "", "  é😀", "\x0c\u2028x", "c"]
lines = st.lists(st.sampled_from(LINES), max_size=8)
endings = st.sampled_from(["\n", "\r\n", "\r"])
mixed = st.lists(st.tuples(st.sampled_from(LINES), endings), max_size=8)


def opened(text: str, units: Units = "utf-16") -> Document:
    return Document(URI, "python", 0, text, units)


def applied(document: Document, edits: list[types.TextEdit]) -> str:
    """As an editor does: all edits are of the document as it was."""
    copy = Document(URI, "python", 0, document.text, document._units)
    for each in sorted(edits, key=lambda it: (it.range.start.line, it.range.start.character), reverse=True):
        copy.change([types.TextDocumentContentChangePartial(each.range, each.new_text)], 1)
    return copy.text


def joined(found: list[str], *, ended: bool) -> str:
    return "\n".join(found) + ("\n" if ended and found else "")


@settings(max_examples=300, deadline=None)
@given(mixed, st.sampled_from(["", "end"]), lines, st.booleans(), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_the_edits_give_the_new_text(
    rows: list[tuple[str, str]], rest: str, new: list[str], ended: bool, units: Units
) -> None:
    document = opened("".join(text + ending for text, ending in rows) + rest, units)
    before, after = document.sound(), joined(new, ended=ended)
    result = applied(document, text_edits(document, pieces(before, after)))
    assert re.sub("\r\n?", "\n", result) == after


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 9), st.data())
def test_other_lines_keep_their_endings(count: int, data: st.DataObject) -> None:
    rows = [(f"line {number}", data.draw(endings)) for number in range(count)]
    document = opened("".join(text + ending for text, ending in rows))
    line = data.draw(st.integers(0, count - 1))
    new = [text for text, _ in rows]
    new[line : line + 1] = ["x", "y"]
    result = split_lines(applied(document, text_edits(document, pieces(document.sound(), joined(new, ended=True)))))
    ending = rows[line][1]
    wanted = [text + end for text, end in rows]
    wanted[line : line + 1] = [f"x{ending}", f"y{ending}"]
    assert result == [*wanted, ""]


def test_only_what_differs_is_edited() -> None:
    before = "import a\n\n\ndef f():\n    one\n    two\n    three\n"
    after = "import a\nimport b\n\n\ndef f():\n    one\n    2\n    three\n"
    assert pieces(before, after) == [Piece(Lines(2, 1), "import b\n"), Piece(Lines(6, 6), "    2\n")]


BEFORE = "a\nb\nc\nd\ne\n"


@pytest.mark.parametrize(
    ("now", "shift"),
    [
        (BEFORE, 0),
        ("a\nb\nc\nd\nE\n", 0),
        ("A\nb\nc\nd\ne\n", 0),
        ("new\na\nb\nc\nd\ne\n", 1),
        ("a\nnew\nnew\nb\nc\nd\ne\n", 2),
        ("b\nc\nd\ne\n", -1),
        ("a\nB\nc\nd\ne\n", None),
        ("a\nb\nC\nd\ne\n", None),
        ("a\nb\nc\nnew\nd\ne\n", None),
        ("a\nb\nc\ne\n", None),
        ("", None),
    ],
)
def test_an_edit_moves_along_with_its_target_or_is_given_up(now: str, shift: int | None) -> None:
    found = pieces(BEFORE, BEFORE.replace("c", "x"))
    result = moved(found, [Lines(2, 4)], BEFORE, now)
    if shift is None:
        assert result is None
    else:
        assert result == [Piece(Lines(3 + shift, 3 + shift), "x\n")]
        assert applied(opened(now), text_edits(opened(now), result)) == now.replace("c", "x")


@pytest.mark.parametrize(
    ("now", "stands"),
    [("new\n" + BEFORE, True), ("a\nnew\nb\nc\nd\ne\n", False), ("a\nB\nc\nd\ne\n", False), ("A\nb\nc\nd\ne\n", False)],
)
def test_an_insertion_needs_its_neighbours(now: str, stands: bool) -> None:
    found = pieces(BEFORE, BEFORE.replace("b\n", "x\nb\n"))
    assert found == [Piece(Lines(2, 1), "x\n")]
    assert (moved(found, [], BEFORE, now) is not None) == stands


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=6), lines, lines, st.booleans())
def test_what_a_person_typed_elsewhere_stays(target: list[str], above: list[str], below: list[str], more: bool) -> None:
    before = joined(["top", "(", *target, ")", "bottom"], ended=True)
    after = before.replace(joined(["(", *target, ")"], ended=False), "(\nnew\n)")
    now = joined([*above, "top", *above, "(", *target, ")", *below, "bottom", *(below if more else [])], ended=True)
    kept = Lines(2, 3 + len(target))
    result = moved(pieces(before, after), [kept], before, now)
    assert result is not None
    document = opened(now)
    assert applied(document, text_edits(document, result)) == now.replace(
        joined(["(", *target, ")"], ended=False), "(\nnew\n)"
    )
