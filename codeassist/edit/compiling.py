"""Whether Python compiles: the interpreter refuses what grammars let pass, such as a `return` outside of a function."""

from __future__ import annotations

import warnings

_LONGEST = 300_000  # characters; a longer text is not looked at


def stays_compiled(old: str, new: str) -> bool:
    """False if a text of Python compiles, and what becomes of it does not. Nothing is run."""
    return len(new) > _LONGEST or _compiles(new) or not _compiles(old)


def _compiles(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<edit>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True
