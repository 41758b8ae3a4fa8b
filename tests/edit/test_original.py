"""A file's bytes: what is not replaced stays as it is, whatever its encoding and line endings."""

from __future__ import annotations

import codecs
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.edit.original import Original, Splice, read, root_of
from codeassist.errors import UsageError
from codeassist.text import MAX_FILE_BYTES, decode
from tests.repository import repository

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
_ENCODINGS = {
    "utf-8": b"",
    "latin-1": b"",
    "utf-8-sig": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


def of_bytes(data: bytes, path: str = "a.py") -> Original:
    return Original(path, data, decode(data, path))


def spliced(data: bytes, *splices: tuple[int, int, str]) -> bytes | None:
    edit = of_bytes(data).spliced([Splice(*each) for each in splices])
    assert edit.before == data
    return edit.after


def test_new_lines_end_as_their_neighbours_do() -> None:
    data = b"one\r\ntwo\nthree\rfour"
    text = "one\ntwo\nthree\nfour"
    behind_one = text.index("\n")
    assert spliced(data, (behind_one, behind_one, "\nnew")) == b"one\r\nnew\r\ntwo\nthree\rfour"
    assert spliced(data, (behind_one + 1, behind_one + 1, "new\n")) == b"one\r\nnew\r\ntwo\nthree\rfour"
    behind_two = text.index("three")
    assert spliced(data, (behind_two, behind_two, "a\nb\n")) == b"one\r\ntwo\na\nb\nthree\rfour"
    assert spliced(data, (0, 0, "first\n")) == b"first\r\none\r\ntwo\nthree\rfour"
    assert spliced(data, (len(text), len(text), "\nlast\n")) == b"one\r\ntwo\nthree\rfour\rlast\r"


def test_lines_that_a_replacement_has_again_keep_their_ends() -> None:
    data = b"def f():\r\n    a = 1\n    b = 2\r\n    return a\n"
    text = data.decode().replace("\r\n", "\n")
    assert spliced(data, (0, len(text) - 1, "def f():\n    a = 1\n    new = 3\n    b = 2\n    return new")) == (
        b"def f():\r\n    a = 1\n    new = 3\n    b = 2\r\n    return new\n"
    )


def test_a_file_of_one_kind_of_ending_gets_no_other() -> None:
    assert spliced(b"a\r\nb", (3, 3, "\nc")) == b"a\r\nb\r\nc"
    assert spliced(b"a\rb\r", (2, 3, "x\ny")) == b"a\rx\ry\r"
    assert spliced(b"a\nb\n", (2, 2, "x\r\ny\rz\n")) == b"a\nx\ny\nz\nb\n"


def test_no_two_ends_become_one() -> None:
    assert decode(spliced(b"a\rb\n\nc\r\n", (2, 3, "")) or b"", "a").text == "a\n\n\nc\n"


def test_a_file_that_is_made() -> None:
    edit = Original("new/a.py", None, decode(b"", "")).spliced([Splice(0, 0, "one\ntwo\n")])
    assert (edit.path, edit.before, edit.after) == ("new/a.py", None, b"one\ntwo\n")


def test_several_splices_in_any_order() -> None:
    data = b"zero\r\none\ntwo\r\n"
    splices = [(9, 12, "2"), (0, 4, "0"), (5, 5, "half\n"), (12, 12, "!")]
    assert spliced(data, *splices) == b"0\r\nhalf\r\none\n2!\r\n"


def test_what_is_equal_changes_no_byte() -> None:
    data = b"a\r\nb\nc\rd"
    original = of_bytes(data)
    assert original.spliced([]).after == data
    assert original.spliced([Splice(0, 7, "a\nb\nc\nd")]).after == data
    assert original.spliced([Splice(2, 3, "b"), Splice(5, 5, "")]).after == data


@pytest.mark.parametrize("splices", [[(0, 2, "x"), (1, 3, "y")], [(0, 9, "")], [(2, 1, "")]])
def test_splices_that_cannot_be(splices: list[tuple[int, int, str]]) -> None:
    with pytest.raises(ValueError, match="overlap"):
        spliced(b"abc", *splices)


def test_a_character_that_the_encoding_lacks() -> None:
    with pytest.raises(UsageError, match=r"a\.py is latin-1, which has no '→' \(U\+2192\)"):
        spliced("é = 1\n".encode("latin-1"), (0, 0, "# →\n"))
    with pytest.raises(UsageError, match="utf-8"):
        spliced(b"a = 1\n", (0, 0, "\ud800"))


def test_no_edit_makes_another_encoding_of_a_file() -> None:
    with pytest.raises(UsageError, match="read as something else"):
        spliced("é".encode("latin-1"), (0, 1, "Ã©"))
    assert spliced("é".encode("latin-1"), (0, 1, "e")) == b"e"
    with pytest.raises(UsageError):
        spliced(b"a", (0, 0, "\ufeff"))


_PIECE = st.text(st.sampled_from("ab é\n"), max_size=6)


@given(
    st.sampled_from(sorted(_ENCODINGS)),
    st.lists(st.tuples(st.text("xyzé", max_size=3), st.sampled_from(["\n", "\r\n", "\r"])), max_size=9),
    st.sampled_from(["", "end", "é"]),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12), _PIECE), max_size=3),
)
def test_lines_outside_keep_their_bytes(
    encoding: str, lines: list[tuple[str, str]], last: str, wanted: list[tuple[int, int, str]]
) -> None:
    raw = "".join(line + end for line, end in lines) + last
    codec = encoding.removesuffix("-sig")
    data = _ENCODINGS[encoding] + raw.encode(codec)
    original = of_bytes(data)
    if codec != "latin-1":
        assert original.source.encoding == codec
    splices, at = [], 0
    for place, size, text in sorted(wanted):
        start = min(max(at, place), len(original.text))
        at = min(start + size, len(original.text))
        splices.append(Splice(start, at, text))
    try:
        after = original.spliced(splices).after
    except UsageError:
        assert codec == "latin-1"
        return
    assert after is not None
    expected = original.text
    for each in reversed(splices):
        expected = expected[: each.start] + each.text + expected[each.end :]
    assert decode(after, "a.py").text == expected
    assert after.startswith(_ENCODINGS[encoding])
    changing = [each for each in splices if original.text[each.start : each.end] != each.text]
    if not changing:
        assert after == data
        return
    # Whole lines before the first place that changes, and behind the last one.
    old = _LINE.findall(data[len(_ENCODINGS[encoding]) :].decode(original.source.encoding))
    new = _LINE.findall(after[len(_ENCODINGS[encoding]) :].decode(original.source.encoding))
    above = original.text.count("\n", 0, changing[0].start)
    assert new[:above] == old[:above]
    bare = any(one.endswith("\r") and other == "\n" for one, other in zip(new, [*new[1:], ""], strict=True))
    if not (bare or "\r" in "".join(old).replace("\r\n", "")):
        below = len(old) - original.text.count("\n", 0, changing[-1].end) - 1
        assert below <= 0 or new[-below:] == old[-below:]


def test_reading(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"a/b.py": b"x = 1\r\n", "c.py": "y"})
    (root / "link.py").symlink_to("a/b.py")
    found = read(root, "a/b.py")
    assert (found.path, found.data, found.text) == ("a/b.py", b"x = 1\r\n", "x = 1\n")
    assert read(root, "./a/../a//b.py") == read(root, str(root / "a/b.py")) == read(root, "link.py") == found


def test_reading_by_a_root_that_is_a_link(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"a.py": "x"})
    (tmp_path / "other").symlink_to(root)
    assert read(tmp_path / "other", str(tmp_path / "other/a.py")).path == "a.py"


def test_what_is_not_read(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"a.py": "x", "b.bin": b"\0\1", "d/e.py": "x"})
    outside = tmp_path / "outside.py"
    outside.write_text("secret")
    (root / "out.py").symlink_to(outside)
    (root / "folder").symlink_to(tmp_path)
    (root / "config").symlink_to(".git/config")
    (root / "gone.py").symlink_to("../none.py")
    (root / "loop.py").symlink_to("loop.py")
    os.mkfifo(root / "pipe.py")
    (root / "big.py").write_bytes(b"#" * (MAX_FILE_BYTES + 1))
    reasons = {
        "out.py": "outside",
        "folder/outside.py": "outside",
        "../outside.py": "outside",
        "d/../../outside.py": "outside",
        str(outside): "outside",
        "gone.py": "outside",
        ".git/config": "git's own",
        ".GIT/config": "git's own",
        "config": "git's own",
        "d/.git": "git's own",
        "d": "not a regular file",
        "": "not a regular file",
        "pipe.py": "not a regular file",
        "b.bin": "binary",
        "big.py": "over 16 MiB",
        "none.py": "does not exist",
        "loop.py": "loop|levels",
        "a.py/b": "cannot read|directory",
        "a\0b": "path|null",
    }
    for path, reason in reasons.items():
        with pytest.raises(UsageError, match=reason):
            read(root, path)
    for path in set(reasons) - {"none.py"}:
        with pytest.raises(UsageError, match=reasons[path]):
            read(root, path, missing=True)


def test_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"a.py": "x"})
    (root / "dangling.py").symlink_to("later/b.py")
    found = read(root, "new/folder/b.py", missing=True)
    assert (found.path, found.data, found.text) == ("new/folder/b.py", None, "")
    assert read(root, "dangling.py", missing=True).path == "later/b.py"


def test_a_text_of_an_editor() -> None:
    found = Original.of_text("a.py", "é\r\nb")
    assert (found.data, found.text, found.source.newline) == (b"\xc3\xa9\r\nb", "é\nb", "\r\n")
    with pytest.raises(UsageError, match="halves"):
        Original.of_text("a.py", "\ud800")


def test_roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "r", {"a/b.py": "x"})
    plain = tmp_path / "plain"
    (plain / "sub").mkdir(parents=True)
    (plain / "sub" / "c.py").write_text("x")
    (tmp_path / "link").symlink_to(root)
    for place in (root, root / "a", root / "a/b.py", root / "a/new.py", tmp_path / "link/a/b.py"):
        assert root_of(place) == root.resolve()
    monkeypatch.chdir(tmp_path / "r")
    assert root_of(plain / "sub/c.py") == (plain / "sub").resolve()
    assert root_of(plain / "sub") == (plain / "sub").resolve()
    monkeypatch.chdir(plain)
    assert root_of(plain / "sub/c.py") == plain.resolve()
    assert root_of(Path("sub/new.py")) == plain.resolve()


def test_a_link_out_of_a_tree_is_outside_of_it(tmp_path: Path) -> None:
    root, other = repository(tmp_path / "repo", {"a.py": "x = 1\n", "sub/b.py": "y = 1\n"}), tmp_path / "other"
    other.mkdir()
    (other / "c.py").write_text("z = 1\n", encoding="utf-8")
    (root / "c.py").symlink_to(other / "c.py")
    (root / "other").symlink_to(other)
    (root / "inside").symlink_to("sub")
    (tmp_path / "same").symlink_to(root)
    for name in ("c.py", "other/c.py"):
        place = root / name
        assert root_of(place) == root.resolve()
        with pytest.raises(UsageError, match="is outside of"):
            read(root_of(place), str(place))
    for place in (root / "inside/b.py", tmp_path / "same/a.py", tmp_path / "same/inside/b.py", root / "other/../a.py"):
        assert root_of(place) == root.resolve()
    assert root_of(root / "../other/c.py") == other.resolve()
