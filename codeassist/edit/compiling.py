"""Whether Python compiles: the interpreter refuses what grammars let pass, such as a `return` outside of a function."""

from __future__ import annotations

import io
import tokenize
import warnings

_LONGEST = 300_000  # characters; a longer text is not looked at


def stays_compiled(old: str, new: str) -> bool:
    """False if a text of Python compiles, and what becomes of it does not or is in another encoding. Nothing is run."""
    if _encoding(new) != _encoding(old) and not (_encoding(new) == "utf-8" and new.isascii()):
        return False
    return len(new) > _LONGEST or _compiles(new) or not _compiles(old)


def _encoding(text: str) -> str:
    """The encoding that the first two lines name, by which the interpreter reads a file; "" if there is no such one."""
    head = "\n".join(text.split("\n", 2)[:2]).encode("utf-8", "replace")
    try:
        return tokenize.detect_encoding(io.BytesIO(head).readline)[0]
    except SyntaxError:
        return ""


def _compiles(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<edit>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True
