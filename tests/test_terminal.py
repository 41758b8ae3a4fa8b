from __future__ import annotations

import io
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codeassist.terminal import console, interactive, one_line, sanitise, write_error, write_text

BIDIRECTIONAL = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb", "a\nb"),
        ("safe\rEVIL", "safe\\x0dEVIL"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x1b]52;c;ZXZpbA==\x07", "\\x1b]52;c;ZXZpbA==\\x07"),
        ("\x1b]0;title\x1b\\", "\\x1b]0;title\\x1b\\"),
        ("\x9b31m\x9d52;c;x\x9c", "\\x9b31m\\x9d52;c;x\\x9c"),
        ("a\x00\x08\x7f\x85b", "a\\x00\\x08\\x7f\\x85b"),
        ("if a \u202e{\u2066// \u2069\u200f\u061c", "if a \\u202e{\\u2066// \\u2069\\u200f\\u061c"),
        ("\ud800\udcff", "\\ud800\\udcff"),
        ("a\u2028b\u2029", "a\\u2028b\\u2029"),
        ("é𝒳👩‍👩‍👧 中", "é𝒳👩‍👩‍👧 中"),
    ],
)
def test_sanitise(text: str, shown: str) -> None:
    assert sanitise(text) == shown


ANY_CHARACTER = st.characters(exclude_categories=["Cn"])  # surrogates too


@given(st.text(ANY_CHARACTER))
@example("".join(map(chr, range(0x100))))
@example("".join(map(chr, (*range(0x2000, 0x2070), 0x61C, 0xD800, 0xDFFF))))
def test_sanitised_text_is_inert(text: str) -> None:
    clean = sanitise(text)
    assert [c for c in clean if unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n"] == []
    assert [c for c in clean if unicodedata.bidirectional(c) in BIDIRECTIONAL or c in "\u200e\u200f\u061c"] == []
    assert sanitise(clean) == clean
    assert clean.encode().decode() == clean


def test_a_terminal_gets_inert_text_and_a_pipe_the_same_bytes() -> None:
    text = "é\x1b[31m\r\n\u202e𝒳\n"
    terminal = Terminal()
    write_text(text, terminal)
    assert terminal.getvalue() == sanitise(text)

    pipe = io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="\r\n")
    pipe.write("before\n")
    write_text(text, pipe)
    assert pipe.buffer.getvalue() == b"before\r\n" + text.encode()

    plain = io.StringIO()
    write_text(text, plain)
    assert plain.getvalue() == text


@given(st.binary(max_size=60))
def test_a_pipe_is_byte_true(data: bytes) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    write_text(data.decode("utf-8", "surrogateescape"), stream)
    assert stream.buffer.getvalue() == data


@given(st.text(ANY_CHARACTER))
@example("\ud800\udc80\udcff\udfff")
def test_a_pipe_takes_any_text(text: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    write_text(text, stream)
    assert isinstance(stream.buffer.getvalue(), bytes)


def test_standard_output_is_the_default(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    write_text("a\r\n")
    assert capsysbinary.readouterr().out == b"a\r\n"


def test_write_error_is_two_lines(capsys: pytest.CaptureFixture[str]) -> None:
    write_error("bad\n\x1b[0m thing", "do\r\nthis")
    write_error("only what")
    assert capsys.readouterr().err == "codeassist: bad \\x1b[0m thing\n  do this\ncodeassist: only what\n"


@given(st.text(ANY_CHARACTER), st.integers(1, 40))
def test_one_line_is_bounded(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1


def test_console_interprets_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    console().print("[red]a[/x] :smile: 12")
    console(stderr=True).print("[b]")
    assert capsys.readouterr() == ("[red]a[/x] :smile: 12\n", "[b]\n")


def test_interactive(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not interactive()
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert interactive()
    monkeypatch.setattr(sys, "stdin", None)
    assert not interactive()
