from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.errors import UsageError
from codeassist.text import SourceText, decode, offset_of, parse_position, read_source


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", SourceText("", "utf-8", "\n", bom=False)),
        (b"a\r\nb\r\nc\n", SourceText("a\nb\nc\n", "utf-8", "\r\n", bom=False)),
        (b"a\rb\rc", SourceText("a\nb\nc", "utf-8", "\r", bom=False)),
        (b"a\r\nb\nc\n", SourceText("a\nb\nc\n", "utf-8", "\n", bom=False)),
        (b"a\r\r\nb", SourceText("a\n\nb", "utf-8", "\r", bom=False)),
        (codecs.BOM_UTF8 + "é\r\n".encode(), SourceText("é\n", "utf-8", "\r\n", bom=True)),
        (codecs.BOM_UTF16_LE + "𝒳\n".encode("utf-16-le"), SourceText("𝒳\n", "utf-16-le", "\n", bom=True)),
        (codecs.BOM_UTF16_BE + "𝒳\r".encode("utf-16-be"), SourceText("𝒳\n", "utf-16-be", "\r", bom=True)),
        (codecs.BOM_UTF32_LE + "𝒳".encode("utf-32-le"), SourceText("𝒳", "utf-32-le", "\n", bom=True)),
        (codecs.BOM_UTF32_BE + "𝒳".encode("utf-32-be"), SourceText("𝒳", "utf-32-be", "\n", bom=True)),
        ("naïve\n".encode("latin-1"), SourceText("naïve\n", "latin-1", "\n", bom=False)),
        (b"a\x0cb\x0bc\n", SourceText("a\x0cb\x0bc\n", "utf-8", "\n", bom=False)),
        ("a\u2028b\u2029c\x85d".encode(), SourceText("a\u2028b\u2029c\x85d", "utf-8", "\n", bom=False)),
    ],
)
def test_decode(data: bytes, expected: SourceText) -> None:
    assert decode(data, "a.py") == expected


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x7fELF\0\0", "a.py is a binary file"),
        (codecs.BOM_UTF8 + b"a\0", "a.py is a binary file"),
        (codecs.BOM_UTF16_LE + b"a\0\0\0", "a.py is a binary file"),
        (codecs.BOM_UTF8 + b"\xff", "begins like utf-8 but is not"),
        (codecs.BOM_UTF16_LE + b"a", "begins like utf-16-le but is not"),
    ],
)
def test_what_is_no_text(data: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        decode(data, "a.py")


@pytest.mark.parametrize(
    ("position", "expected"), [("1:1", (1, 1)), ("12:5", (12, 5)), ("999999999:1", (999_999_999, 1)), ("01:1", (1, 1))]
)
def test_parse_position(position: str, expected: tuple[int, int]) -> None:
    assert parse_position(position) == expected


@pytest.mark.parametrize(
    "position", ["", "1", "0:1", "1:0", "-1:1", "1:1:1", "a:b", "1:1 ", "1:1\n", "١:١", "9999999999:1"]
)
def test_what_is_no_position(position: str) -> None:
    with pytest.raises(UsageError, match="not a position") as caught:
        parse_position(position)
    assert "LINE:COL" in caught.value.hint


TEXT = decode("def f():\r\n\treturn '𝒳é'\r\na\x0cb\u2028c\r\n".encode(), "a.py").text


@pytest.mark.parametrize(
    ("line", "column", "rest_of_line"),
    [
        (1, 1, "def f():"),
        (1, 9, ""),
        (2, 1, "\treturn '𝒳é'"),
        (2, 2, "return '𝒳é'"),
        (2, 10, "𝒳é'"),
        (2, 11, "é'"),
        (2, 13, ""),
        (3, 2, "\x0cb\u2028c"),
        (3, 5, "c"),
        (4, 1, ""),
    ],
)
def test_offset_of(line: int, column: int, rest_of_line: str) -> None:
    assert TEXT[offset_of(TEXT, line, column) :].split("\n")[0] == rest_of_line


@pytest.mark.parametrize(
    ("line", "column", "message", "hint"),
    [
        (5, 1, "line 5 is outside the file, which has 4 lines", "from 1 to 4"),
        (1, 10, "column 10 is outside line 1, which has 8 characters", "from 1 to 9"),
        (4, 2, "column 2 is outside line 4, which has 0 characters", "from 1 to 1"),
        (0, 1, "line 0 is outside", "from 1 to 4"),
        (1, 0, "column 0 is outside", "from 1 to 9"),
    ],
)
def test_offset_outside(line: int, column: int, message: str, hint: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        offset_of(TEXT, line, column)
    assert hint in caught.value.hint


@given(st.text(alphabet="ab\t\n\x0c\u2028𝒳é", max_size=40), st.data())
def test_offset_of_counts_code_points(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    before = text[:offset]
    line, column = before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
    assert offset_of(text, line, column) == offset


@given(st.binary(max_size=100))
def test_any_bytes_decode_or_are_a_named_error(data: bytes) -> None:
    try:
        text = decode(data, "a").text
    except UsageError:
        return
    assert not {"\r", "\0"}.intersection(text)


def test_read_source(tmp_path: Path) -> None:
    file = tmp_path / "ä\n.py"
    file.write_bytes(b"a\r\n")
    assert read_source(file) == SourceText("a\n", "utf-8", "\r\n", bom=False)
    assert read_source(file, max_bytes=3).text == "a\n"
    with pytest.raises(UsageError, match="is over 0 MiB"):
        read_source(file, max_bytes=2)


def test_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    (tmp_path / "loop").symlink_to("loop")
    for path, said in (
        (tmp_path / "none", "does not exist|cannot read"),
        (tmp_path / "loop", "does not exist|cannot read"),
        (tmp_path / ("x" * 300), "cannot read .*name too long|does not exist"),
        (tmp_path / "nul\0", "does not exist|cannot read"),
        (tmp_path, "not a regular file"),
        (fifo, "not a regular file"),
    ):
        with pytest.raises(UsageError, match=said) as caught:
            read_source(path)
        assert caught.value.hint

    file = tmp_path / "a"
    file.write_text("a")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UsageError, match=r"cannot read .*: Permission denied"):
        read_source(file)
