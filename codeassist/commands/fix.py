"""`codeassist fix`."""

from __future__ import annotations

from collections.abc import Mapping

from codeassist.commands.editing import Wish


def run(environ: Mapping[str, str], finding: str, wish: Wish) -> int:
    """Not there yet."""
    raise NotImplementedError
