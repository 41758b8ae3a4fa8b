"""A change set as a patch in git's format, which `git apply` takes (git-diff, "Generating patch text with -p")."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from codeassist.edit.change import ChangeSet, FileEdit
from codeassist.edit.hunk import Hunk, hunks
from codeassist.git.process import run

_UNENDED = b"\n\\ No newline at end of file\n"
_ESCAPES = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r", 34: b'\\"', 92: b"\\\\"}
_CHUNK = 52  # bytes on a line of a binary patch


def patch_of(change: ChangeSet) -> bytes:
    """The patch. Lines are as in the files, in their encodings; what holds NULs is a binary patch."""
    return b"".join(_sections(change, text=False))


def patch_text(change: ChangeSet) -> str:
    """The patch as text whose UTF-8 applies: a file that has others than UTF-8 characters in it is a binary patch."""
    return b"".join(_sections(change, text=True)).decode()


def _sections(change: ChangeSet, *, text: bool) -> Iterator[bytes]:
    for edit, parts in zip(change.files, hunks(change), strict=True):
        head = _head(change.root, edit)
        body = b"".join(_body(edit, _real(change.root, edit.path), parts))
        if b"\0" in body or (text and not _is_utf8(body)):
            body = _binary(change.root, edit)
        yield head + body


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _real(root: Path, path: str) -> str:
    """The path of what is written: a link in the tree is followed."""
    real, base = os.path.realpath(root / path), os.path.realpath(root)
    return real[len(base) + 1 :] if real.startswith(f"{base}/") else path


def _head(root: Path, edit: FileEdit) -> bytes:
    path = _real(root, edit.path)
    line = b"diff --git %s %s\n" % (_quoted("a/" + path), _quoted("b/" + path))
    if edit.before is None:
        return line + b"new file mode %o\n" % _mode(edit.mode)
    if edit.after is None:
        try:
            mode = (root / path).lstat().st_mode
        except OSError:
            mode = edit.mode
        return line + b"deleted file mode %o\n" % _mode(mode)
    return line


def _mode(mode: int) -> int:
    """As git has it: a file can be executed by its owner, or not."""
    return 0o100755 if mode & stat.S_IXUSR else 0o100644


def _body(edit: FileEdit, path: str, parts: Sequence[Hunk]) -> Iterator[bytes]:
    changed = [each for each in parts if each.stretches]
    if not changed:
        return
    yield b"--- %s\n" % (b"/dev/null" if edit.before is None else _named("a/" + path))
    yield b"+++ %s\n" % (b"/dev/null" if edit.after is None else _named("b/" + path))
    for each in changed:
        yield from _lines(each)


def _lines(hunk: Hunk) -> Iterator[bytes]:
    yield b"@@ -%s +%s @@\n" % (_range(hunk.start, len(hunk.old)), _range(hunk.new_start, len(hunk.new)))
    at = 0
    for each in hunk.stretches:
        yield from (_line(b" ", line) for line in hunk.old[at : each.old])
        yield from (_line(b"-", line) for line in hunk.old[each.old : each.old_end])
        yield from (_line(b"+", line) for line in hunk.new[each.new : each.new_end])
        at = each.old_end
    yield from (_line(b" ", line) for line in hunk.old[at:])


def _range(start: int, count: int) -> bytes:
    """Lines from 1; of none, the line before."""
    first = start + (count > 0)
    return b"%d" % first if count == 1 else b"%d,%d" % (first, count)


def _line(sign: bytes, line: bytes) -> bytes:
    return sign + (line if line.endswith(b"\n") else line + _UNENDED)


def _named(path: str) -> bytes:
    """A name after `---` or `+++`: a tab ends one with blanks in it."""
    quoted = _quoted(path)
    return quoted + b"\t" if b" " in quoted and not quoted.startswith(b'"') else quoted


def _quoted(path: str) -> bytes:
    """A name as git writes it: in quotes, as in C, if it holds what would end a line, or is no text."""
    data = path.encode("utf-8", "surrogateescape")
    if path.isprintable() and not set(path) & {'"', "\\"}:
        return data
    return b'"%s"' % b"".join(_ESCAPES.get(each) or _escaped(each) for each in data)


def _escaped(code: int) -> bytes:
    return bytes([code]) if 0x20 <= code < 0x7F else b"\\%03o" % code


def _binary(root: Path, edit: FileEdit) -> bytes:
    """The whole contents, there and back. git compares the object names with what is there."""
    old, new = edit.before or b"", edit.after or b""
    naming = hashlib.sha256 if _is_sha256(root) else hashlib.sha1

    def named(data: bytes | None) -> str:
        whole = naming(b"blob %d\0" % len(data) + data).hexdigest() if data is not None else ""
        return whole or "0" * naming().digest_size * 2

    index = f"index {named(edit.before)}..{named(edit.after)}\nGIT binary patch\n".encode()
    return index + _literal(new) + _literal(old)


def _literal(data: bytes) -> bytes:
    packed = zlib.compress(data)
    lines = [b"literal %d" % len(data)]
    for at in range(0, len(packed), _CHUNK):
        chunk = packed[at : at + _CHUNK]
        size = len(chunk) + (ord("A") - 1 if len(chunk) <= 26 else ord("a") - 27)  # A to Z, then a to z
        lines.append(bytes([size]) + base64.b85encode(chunk, pad=True))
    return b"\n".join(lines) + b"\n\n"


def _is_sha256(root: Path) -> bool:
    """Whether the repository names its objects by SHA-256."""
    done = run(["rev-parse", "--show-object-format"], root)
    return done is not None and done.stdout.strip() == b"sha256"
