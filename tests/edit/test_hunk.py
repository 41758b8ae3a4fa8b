"""Pieces of a change that are taken one by one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.hunk import Hunk, hunks, with_hunks

OLD = [b"line %d\n" % number for number in range(30)]


def changed(**lines: bytes) -> bytes:
    """The old lines with some replaced: `at3=b"…"`."""
    return b"".join(lines.get(f"at{number}", line) for number, line in enumerate(OLD))


def change(*files: FileEdit) -> ChangeSet:
    return ChangeSet(Path("/tree"), "do", files)


def one(before: bytes | None, after: bytes | None) -> tuple[ChangeSet, tuple[Hunk, ...]]:
    whole = change(FileEdit("a", before, after))
    return whole, hunks(whole)[0]


def after(whole: ChangeSet, *chosen: Hunk) -> bytes | None:
    (edit,) = with_hunks(whole, chosen).files
    return edit.after


def test_some_of_three() -> None:
    whole, parts = one(b"".join(OLD), changed(at2=b"two\n", at3=b"", at12=b"12\nand more\n", at29=b"end"))
    first, second, third = parts
    assert [(each.added, each.removed) for each in parts] == [(1, 2), (2, 1), (1, 1)]
    assert after(whole, *parts) == whole.files[0].after
    assert after(whole, second) == changed(at12=b"12\nand more\n")
    assert after(whole, third, first) == changed(at2=b"two\n", at3=b"", at29=b"end")
    assert with_hunks(whole, ()).files == ()


def test_near_changes_are_one() -> None:
    _, parts = one(b"".join(OLD), changed(at2=b"2\n", at9=b"9\n"))
    assert [len(each.stretches) for each in parts] == [2]
    assert (parts[0].start, len(parts[0].old)) == (0, 13)
    _, parts = one(b"".join(OLD), changed(at2=b"2\n", at10=b"10\n"))
    assert [len(each.stretches) for each in parts] == [1, 1]


def test_files_without_a_chosen_hunk_are_left_out() -> None:
    whole = change(FileEdit("a", b"x\n", b"y\n"), FileEdit("b", None, b"y\n"), FileEdit("c", b"x\n", None))
    (first,), (second,), (third,) = hunks(whole)
    assert with_hunks(whole, [second]).files == (whole.files[1],)
    assert with_hunks(whole, [third, first]).files == (whole.files[0], whole.files[2])


@pytest.mark.parametrize(("before", "made"), [(None, b""), (None, b"x"), (b"", None), (b"x\n", None)])
def test_a_file_that_comes_or_goes_is_one_hunk(before: bytes | None, made: bytes | None) -> None:
    whole, parts = one(before, made)
    assert len(parts) == 1
    assert with_hunks(whole, parts) == whole
    assert with_hunks(whole, ()).files == ()


def test_a_hunk_is_rewritten() -> None:
    whole, (first, second) = one(b"".join(OLD), changed(at2=b"two\n", at20=b"twenty\n"))
    mine = first.rewritten([*first.new[:2], b"zwei\r\n", b"drei\n", *first.new[4:]])
    assert (mine.added, mine.removed) == (2, 2)
    assert after(whole, mine, second) == changed(at2=b"zwei\r\n", at3=b"drei\n", at20=b"twenty\n")
    assert with_hunks(whole, [first.rewritten(first.old)]).files == ()


def test_a_file_that_goes_may_stay_in_part() -> None:
    whole, (hunk,) = one(b"x\ny\n", None)
    assert after(whole, hunk.rewritten([b"y\n"])) == b"y\n"


def test_lines_of_wide_characters() -> None:
    """U+010A holds the byte of a newline."""
    before = "\ufeffa\n\u010a\nc\n".encode("utf-16-be")
    whole, (hunk,) = one(before, before.replace("c".encode("utf-16-be"), "d".encode("utf-16-be")))
    assert [each.decode("utf-16-be") for each in hunk.new] == ["\ufeffa\n", "\u010a\n", "d\n"]
    assert after(whole, hunk) == whole.files[0].after


LINE = st.sampled_from([b"a\n", b"b\n", b"\n", b"c\r\n", b"d\xe9\n", b"\x0c\r\n"])
TEXT = st.tuples(st.lists(LINE, max_size=40), st.sampled_from([b"", b"a", b"\r"])).map(
    lambda it: b"".join(it[0]) + it[1]
)


@given(before=TEXT, made=TEXT, data=st.data())
def test_what_is_not_chosen_stays(before: bytes, made: bytes, data: st.DataObject) -> None:
    """With the old lines put back where a hunk was taken, the file is what it was."""
    whole, parts = one(before, made)
    assert all(each.stretches for each in parts)
    assert with_hunks(whole, parts).files == tuple(each for each in whole.files if each.before != each.after)
    chosen = [each for each in parts if data.draw(st.booleans())]
    files = with_hunks(whole, chosen).files
    lines = re.findall(rb"[^\n]*\n|[^\n]+", (files[0].after or b"") if files else before)
    for each in chosen:
        assert lines[each.start : each.start + len(each.new)] == list(each.new)
        lines[each.start : each.start + len(each.new)] = each.old
    assert b"".join(lines) == before


def test_hunks_are_values() -> None:
    _, (hunk,) = one(b"x\n", b"y\n")
    assert replace(hunk, path="b") != hunk
    assert hash(hunk) == hash(replace(hunk))
