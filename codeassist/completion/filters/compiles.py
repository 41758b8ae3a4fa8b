"""Whether Python text compiles: the interpreter refuses what tree-sitter lets pass, such as `a() return`."""

from __future__ import annotations

import ast
import re

_ESCAPE = re.compile(r"\\(?:N\{[^}\n]*\}|[^\\\n\"'])|(\\.)", re.DOTALL)


def compiles(text: str) -> bool:
    """True if the interpreter that runs this program parses it; text that begins indented stands in a block."""
    if text[:1] in (" ", "\t"):
        text = f"class _:\n{text}"
    try:
        ast.parse(_ESCAPE.sub(lambda match: match[1] or "_", text))  # an unknown escape would print a warning
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True
